"""What every head can be asked. Scores are in nats: their softmax over the catalog is the probability of an item."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from fame.heads import topk
from fame.heads.sampled import Sample
from fame.model import Faceted, Model, Output


@dataclass(frozen=True)
class ItemSide:
    """What a query meets; row 0 is padding."""

    table: Tensor  # (V + 1, D)
    bias: Tensor  # (V + 1,), centred over the catalog
    average: Tensor  # (D,), the average item
    keys: Tensor | None = None  # as `Head.keys` says


class Head(ABC):
    """What a model makes of the catalog where the next item is predicted, after each of B histories.

    Where gradients are wanted, those of `at`, `log_normaliser` and `log_p` reach the model's output; the item side is
    constant there. Without gradients memory is bounded by blocks of the catalog, whatever is asked but `scores`.
    """

    def __init__(self, model: Model, output: Output, side: ItemSide):
        self.model = model
        self.output = output
        self.side = side

    @abstractmethod
    def blocks(self) -> Iterator[tuple[int, Tensor]]:
        """Scores of the catalog: a block's first item, and (B, block) in memory that the caller may write over."""

    def scores(self) -> Tensor:
        """(B, V): of every item, item v in column v - 1."""
        return torch.cat([block for _, block in self.blocks()], 1)

    def top_k(self, k: int, exclude: Tensor | None = None) -> topk.TopK:
        """The k highest of each history; `exclude` (B, E) or (1, E) as in `topk.top_k`."""
        items, scores = topk.keep_best(self.blocks(), k, exclude)
        return topk.TopK(items, scores, self.log_normaliser())

    def log_normaliser(self) -> Tensor:
        """(B,): what a score has to be lessened by to be a log-probability."""
        return torch.stack([block.logsumexp(1) for _, block in self.blocks()]).logsumexp(0)

    @abstractmethod
    def at(self, items: Tensor) -> Tensor:
        """(B, k): scores of chosen items (B, k)."""

    def log_p(self, items: Tensor) -> Tensor:
        """(B, k): log-probabilities of chosen items (B, k)."""
        return self.at(items) - self.log_normaliser()[:, None]

    def reference(self) -> Tensor:
        """(B,): score of the average item, popularity aside, where parts add up; else 0."""
        return self.output.query.new_zeros(len(self.output.query))

    def parts(self, items: Tensor) -> Tensor:
        """`g_h P^(h)(v)` of items (B, k), centred over the catalog: (B, k, H), H = 0 in a model without facets.

        With an additive head and facets `score = reference + bias + parts.sum(2)`; with another one these are the
        facets' logits under the gate, and no parts of anything.
        """
        if not isinstance(self.model, Faceted):
            return self.output.query.new_zeros(*items.shape, 0)
        gated = self.output.at_last(self.output.gate[..., None] * self.output.facets)
        return (self.side.table[items] - self.side.average) @ self.model.facet_queries(gated).transpose(1, 2)

    def shares(self, items: Tensor) -> Tensor | None:
        """(B, k, H): each facet's share of an item's probability, sums to 1 over H; None where the head is additive."""
        return None

    @abstractmethod
    def slope(self, items: Tensor) -> Tensor:
        """(B, k, D): gradient of an item's score by its own embedding, all that is divided by held as it is.

        With an additive head it is one query, and what it makes of a part of an embedding is that part's share of the
        score; with another one that is a reading of it.
        """

    @classmethod
    def keys(cls, model: Model, table: Tensor) -> Tensor | None:
        """What of the items is worth working out once a model; None: nothing but the table (V + 1, D) itself."""
        return None

    @classmethod
    @abstractmethod
    def loss(cls, model: Model, output: Output, real: Tensor, targets: Tensor) -> Tensor:
        """Mean of -log p of the next item over the whole catalog, at positions `real` (B, S) -> ().

        `targets` (n,) are their next items, n the number of positions that are real.
        """

    @classmethod
    @abstractmethod
    def sampled_loss(cls, model: Model, output: Output, real: Tensor, sample: Sample) -> Tensor:
        """`loss` with the sum over the catalog estimated from sampled items -> ()."""
