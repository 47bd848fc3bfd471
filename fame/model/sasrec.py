"""SASRec (Kang and McAuley 2018), the baseline: the same layers without facets, gate and experts."""

import torch
from torch import Tensor, nn

from fame.model.config import Config
from fame.model.intervention import Intervention
from fame.model.layers import Block, Embedding, ItemBias, last, visible
from fame.model.output import Output


class SASRec(nn.Module):
    """Self-attentive sequential recommendation with a tied item table."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.embedding = Embedding(config)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.bias = ItemBias(config)

    def forward(self, items: Tensor, intervention: Intervention | None = None, newest: bool = False) -> Output:
        """(B, T) item indices, oldest first, 0 = padding on the left -> `Output` with H = 0 at S positions.

        Of an intervention only `keep` and `shift` mean something. `attention` is (B, heads, 1, S, S), the last block's.
        `newest` as in FAME.
        """
        change = intervention or Intervention()
        x, keep = self.embedding(items, change.keep, change.shift)
        mask = visible(keep)
        at = last(keep) if newest else None
        attention = x.new_empty(0)
        for layer, block in enumerate(self.blocks, start=1):
            x, attention = block(x, mask, at if layer == len(self.blocks) else None)
        return Output(
            query=x,
            facets=x.new_empty(*x.shape[:2], 0, self.config.facet_width),
            gate=x.new_empty(*x.shape[:2], 0),
            router=x.new_empty(*x.shape[:2], 0, 1),
            keep=keep if at is None else torch.ones_like(keep[:, :1]),
            attention=attention,
        )

    def table(self) -> Tensor:
        """(V + 1, D): the item embeddings that a query is multiplied with; row 0 is padding."""
        return self.embedding.item.weight
