"""Models of self-attention layers, whose last layer can be worked out apart from those below it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from fame.model.attention import visible
from fame.model.blocks import TransformerBlock
from fame.model.intervention import Intervention
from fame.model.items import Embedding
from fame.model.output import Output

Ahead = tuple[Tensor, Tensor]  # what a last layer is told of what lies ahead of the newest position, a row a run


class Attentive(ABC):
    """Embedding, lower blocks, and a last layer that makes the output."""

    embedding: Embedding

    @property
    @abstractmethod
    def lower(self) -> Sequence[TransformerBlock]:
        """The blocks below the last layer, the first one first."""

    @abstractmethod
    def finish(
        self, x: Tensor, keep: Tensor, change: Intervention, newest: bool = False, attention: bool = True,
        ahead: Ahead | None = None,
    ) -> Output:  # fmt: skip
        """What `encode` gives, (B, S, D) and which positions hold something (B, S) -> the output.

        What lies `ahead` is worked out of these where it is not at hand. The rest as in the model's `forward`.
        """

    def beside(self, seen: Tensor, items: Tensor) -> Tensor | None:
        """What the last layer reads of an item itself, beside what the lower blocks make of it: None, or (B, S, W).

        Of the embeddings that are read (B, T, D) and the items (B, T).
        """
        return None

    def ahead(self, beside: Tensor, first: int, numbers: int) -> Ahead | None:
        """What lies ahead of a history without each of its items, a row an item: None where the layer is told nothing.

        Of what is read `beside` (1, S, W), items from position `first` on. No more than so many `numbers` are held at a
        time.
        """
        return None

    def encode(self, items: Tensor, change: Intervention) -> tuple[Tensor, Tensor]:
        """(B, T) -> what the last layer reads (B, S, D), and which positions hold something (B, S).

        Where it reads anything `beside`, that follows the D numbers of a position.
        """
        seen = self.embedding.seen(items, change.keep, change.shift)
        x, keep = self.embedding.place(seen, items, change.keep)
        for block in self.lower:
            x, _ = block(x, visible(keep), told=False)
        beside = self.beside(seen, items)
        return x if beside is None else torch.cat([x, beside], -1), keep
