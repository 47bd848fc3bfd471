"""Models of self-attention layers, whose last layer can be worked out apart from those below it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from torch import Tensor

from fame.model.intervention import Intervention
from fame.model.layers import Block, Embedding, visible
from fame.model.output import Output


class Attentive(ABC):
    """Embedding, lower blocks, and a last layer that makes the output."""

    embedding: Embedding

    @property
    @abstractmethod
    def lower(self) -> Sequence[Block]:
        """The blocks below the last layer, the first one first."""

    @abstractmethod
    def finish(
        self, x: Tensor, keep: Tensor, change: Intervention, newest: bool = False, attention: bool = True
    ) -> Output:
        """What the lower blocks give (B, S, D) and which positions hold something (B, S) -> the output.

        The rest as in the model's `forward`.
        """

    def encode(self, items: Tensor, change: Intervention) -> tuple[Tensor, Tensor]:
        """(B, T) -> what the last layer reads (B, S, D), and which positions hold something (B, S)."""
        x, keep = self.embedding(items, change.keep, change.shift)
        for block in self.lower:
            x, _ = block(x, visible(keep), told=False)
        return x, keep
