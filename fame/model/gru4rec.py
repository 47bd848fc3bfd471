"""GRU4Rec (Hidasi and Karatzoglou 2018) with one tied item table and a softmax over the whole catalog.

A gated recurrent unit reads the history item by item; its state is the query. Two things are this project's, as in
SASRec beside it: LayerNorm and dropout on what is read, and a popularity bias.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from fame.model.config import Config
from fame.model.contract import Model
from fame.model.dropout import Dropout
from fame.model.intervention import Intervention
from fame.model.items import Embedding, ItemBias
from fame.model.output import Output


class GRU4Rec(Model):
    """Item embeddings -> layers of gated recurrent units -> a projection to the width of the item table."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.embedding = Embedding(config)
        between, hidden = config.dropout if config.layers > 1 else 0.0, config.hidden or config.width
        self.gru = nn.GRU(config.width, hidden, config.layers, batch_first=True, dropout=between)
        self.dropout = Dropout(config.dropout)
        self.out = nn.Linear(hidden, config.width)
        self.bias = ItemBias(config)

    def forward(
        self, items: Tensor, intervention: Intervention | None = None, newest: bool = False, attention: bool = True
    ) -> Output:
        """As the contract says. Of an intervention only `keep` and `shift` mean something.

        What is not kept is never read: the state passes over it unchanged, so that to mask an item in place is to
        remove it.
        """
        change = intervention or Intervention()
        x, keep = self.embedding(items, change.keep, change.shift)  # (B, S, D)
        order = (~keep).int().argsort(dim=1, stable=True)  # what is kept first, in its order; nothing reads the rest
        states, _ = self.gru(x.gather(1, order[..., None].expand_as(x)))
        states = pad(states, (0, 0, 1, 0))  # the state before anything is read is 0
        read = keep.sum(1, keepdim=True) if newest else keep.cumsum(1)  # how many kept items a position has behind it
        state = states.gather(1, read[..., None].expand(-1, -1, states.shape[2]))
        query = self.out(self.dropout(state))
        return Output.whole(query, torch.ones_like(keep[:, :1]) if newest else keep)

    def table(self) -> Tensor:
        """(V + 1, D)."""
        return self.embedding.item.weight
