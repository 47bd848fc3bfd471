"""SASRec (Kang and McAuley 2018), the baseline: the same layers without facets, gate and experts."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fame.model.attention import last, visible
from fame.model.attentive import Ahead, Attentive
from fame.model.blocks import TransformerBlock, block_attention, block_stages
from fame.model.config import Config
from fame.model.contract import Model
from fame.model.intervention import Intervention
from fame.model.items import Embedding, ItemBias
from fame.model.output import Output


class SASRec(Model, Attentive):
    """Self-attentive sequential recommendation with a tied item table."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.embedding = Embedding(config)
        self.blocks = nn.ModuleList(TransformerBlock(config) for _ in range(config.layers))
        self.bias = ItemBias(config)

    def forward(
        self, items: Tensor, intervention: Intervention | None = None, newest: bool = False, attention: bool = True
    ) -> Output:
        """As the contract says. Of an intervention only `keep` and `shift` mean something.

        The output's `attention` is (B, heads, 1, S, S), the last block's.
        """
        change = intervention or Intervention()
        x, keep = self.encode(items, change)
        return self.finish(x, keep, change, newest, attention)

    @property
    def lower(self) -> Sequence[TransformerBlock]:
        """All blocks but the last."""
        return [*self.blocks][:-1]

    def finish(
        self, x: Tensor, keep: Tensor, change: Intervention, newest: bool = False, attention: bool = True,
        ahead: Ahead | None = None,
    ) -> Output:  # fmt: skip
        """The last block."""
        at = last(keep) if newest else None
        x, weights = self.blocks[-1](x, visible(keep, at), at, attention)
        return Output.whole(x, keep if at is None else torch.ones_like(keep[:, :1]), weights)

    def table(self) -> Tensor:
        """(V + 1, D)."""
        return self.embedding.item.weight

    def stages(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The score, then block by block."""
        return ("score", ("bias",)), *block_stages(self.blocks), ("embedding", ("embedding",))

    def attention_by_layer(self, items: Tensor) -> list[Tensor]:
        """Of every block."""
        return block_attention(self.embedding, self.blocks, items)
