"""What a model makes of the catalog after a history, whichever head it has: nobody else needs to know which.

In every model the probability of an item is the softmax over the catalog of its score. The score of the published head
is the gated sum of its facets' (eq 11), that of a mixture of softmaxes is log p itself.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from fame.model import FAME, Model, Output
from fame.ranking import topk
from fame.ranking.item_side import ItemSide, item_side
from fame.ranking.mixture import Mixture


@dataclass(frozen=True)
class Sum:
    """One dot product an item (identity 1)."""

    query: Tensor  # (B, D)
    side: ItemSide

    def scores(self) -> Tensor:
        """(B, V): of every item, item v in column v - 1."""
        return torch.addmm(self.side.bias[1:], self.query, self.side.table[1:].T)

    def top_k(self, k: int, exclude: Tensor | None = None) -> topk.TopK:
        """The k highest of each history."""
        return topk.top_k(self.query, self.side.table, self.side.bias, k, exclude)

    def log_normaliser(self) -> Tensor:
        """(B,): what a score has to be lessened by to be a log-probability."""
        return self.top_k(1).log_normaliser

    def at(self, items: Tensor) -> Tensor:
        """(B, k): of chosen items (B, k)."""
        return (self.side.table[items] @ self.query[..., None]).squeeze(-1) + self.side.bias[items]

    def responsibilities(self, items: Tensor) -> None:
        """None: the parts of a sum are its contributions."""


def head(model: Model, output: Output, side: ItemSide | None = None) -> Sum | Mixture:
    """What answers for the newest position of each history; `side` is the model's where it is at hand."""
    side = side or item_side(model)
    if isinstance(model, FAME) and model.config.head == "mixture":
        return Mixture.of(model, output, side)
    return Sum(output.at_last(output.query), side)


def scores(model: Model, output: Output, side: ItemSide | None = None) -> Tensor:
    """(B, V): scores of all items, item v in column v - 1; `scores - scores.logsumexp(1)` are log-probabilities."""
    return head(model, output, side).scores()
