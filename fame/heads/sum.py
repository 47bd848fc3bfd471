"""The published head: the score of an item is the gated sum of its facets' (eq 11), one dot product (identity 1)."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import cross_entropy

from fame.heads import topk
from fame.heads.contract import Head, ItemSide
from fame.heads.products import log_normaliser
from fame.heads.sampled import Sample, rows
from fame.model import Model, Output

SCORES = 1 << 23  # held at a time in training: 32 MiB
POSITIONS = 64  # trained on at a time, however large the catalog


class Sum(Head):
    """One dot product an item (identity 1), which facets rank by at the cost of none."""

    def __init__(self, model: Model, output: Output, side: ItemSide):
        super().__init__(model, output, side)
        self.query = output.at_last(output.query)  # (B, D)

    def blocks(self) -> Iterator[tuple[int, Tensor]]:
        """As the contract says."""
        size = max(1, topk.BLOCK // len(self.query))
        for start in range(1, len(self.side.table), size):
            block = slice(start, start + size)
            yield start, torch.addmm(self.side.bias[block], self.query, self.side.table[block].T)

    def scores(self) -> Tensor:
        """In one product: (B, V)."""
        return torch.addmm(self.side.bias[1:], self.query, self.side.table[1:].T)

    def top_k(self, k: int, exclude: Tensor | None = None) -> topk.TopK:
        """The k highest and the normaliser in one pass."""
        return topk.top_k(self.query, self.side.table, self.side.bias, k, exclude)

    def log_normaliser(self) -> Tensor:
        """(B,): log of the sum of exp(score) over the catalog."""
        return log_normaliser(self.query[None], self.side.table[None, 1:], self.side.bias[1:])[0]

    def at(self, items: Tensor) -> Tensor:
        """(B, k): of chosen items (B, k)."""
        return (self.side.table[items] @ self.query[..., None]).squeeze(-1) + self.side.bias[items]

    def reference(self) -> Tensor:
        """(B,): the query's product with the average item."""
        return self.query @ self.side.average

    def slope(self, items: Tensor) -> Tensor:
        """(B, k, D): the query, whatever the item."""
        return self.query[:, None].expand(-1, items.shape[1], -1)

    @classmethod
    def loss(cls, model: Model, output: Output, real: Tensor, targets: Tensor) -> Tensor:
        """Cross-entropy, blocked."""
        return full_softmax(output.query[real], model.table(), model.bias(), targets)

    @classmethod
    def sampled_loss(cls, model: Model, output: Output, real: Tensor, sample: Sample) -> Tensor:
        """Cross-entropy against the sampled items."""
        drawn = sample.targets, sample.negatives, sample.items
        return sampled_softmax(output.query[real], sample.table, sample.bias, *drawn)


def full_softmax(query: Tensor, table: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of the next item over the whole catalog (eqs 12-13): (n, D), (V + 1, D), (V + 1,), (n,)."""
    return FullSoftmax.apply(query.to(table.dtype), table, bias, targets)  # type: ignore[no-untyped-call]


def sampled_softmax(
    query: Tensor, table: Tensor, bias: Tensor, targets: Tensor, negatives: Tensor, items: int
) -> Tensor:
    """Mean cross-entropy of the next item against `negatives` (m,), drawn uniformly from the `items` of a catalog.

    A negative stands for items / m of the catalog's, so its score is raised by the logarithm of that: the sum over the
    negatives then estimates the full softmax's without bias (Jean et al. 2015). `targets` and `negatives` are rows of
    the table given, which may hold a part of the catalog only. A negative that is the target does not count.
    """
    bias = bias[:, None]
    own = (query * rows(table, targets)).sum(1) + rows(bias, targets)[:, 0]
    raised = rows(bias, negatives)[:, 0] + math.log(items / len(negatives))
    others = torch.addmm(raised, query.to(table.dtype), rows(table, negatives).T)
    others = others.masked_fill(targets[:, None] == negatives, -torch.inf)
    scores = torch.cat([own[:, None], others], 1)
    return cross_entropy(scores, scores.new_zeros(len(scores), dtype=torch.long))


class FullSoftmax(torch.autograd.Function):
    """Mean cross-entropy of each query's target, `-log softmax_v(<q, x_v> + b_v)`, over items 1…V.

    The gradient is made in the forward pass, a block of positions at a time, in one buffer that is used again: the
    scores are written once, exponentiated in place and read by the two products that make the gradient. The usual way
    writes three tensors of that size for all positions at once. The bias rides along as one more column of the table.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, table: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        """Queries (n, D), table (V + 1, D) with padding in row 0, bias (V + 1,), targets (n,) in 1…V -> ()."""
        n, V1 = len(query), len(table)
        queries = torch.cat([query, query.new_ones(n, 1)], 1)
        items = torch.cat([table, bias[:, None]], 1)
        own = (queries * items[targets]).sum(1)
        to_query, to_items = torch.empty_like(query), torch.zeros_like(items)
        rows = min(max(POSITIONS, SCORES // V1), n)
        buffer, log_sum = query.new_empty(rows, V1), query.new_empty(n)
        for start in range(0, n, rows):
            block = slice(start, start + rows)
            q = queries[block]
            scores = torch.mm(q, items.T, out=buffer[: len(q)])
            scores[:, 0] = -torch.inf  # padding is never predicted
            top = scores.amax(1, keepdim=True)
            total = scores.sub_(top).exp_().sum(1, keepdim=True)
            log_sum[block] = (total.log() + top).squeeze(1)
            share = 1 / (total * n)
            to_query[block] = torch.mm(scores, table) * share
            to_items.addmm_(scores.T, q * share)
        to_query.sub_(table[targets], alpha=1 / n)
        to_items.index_add_(0, targets, queries, alpha=-1 / n)
        ctx.save_for_backward(to_query, to_items)
        return (log_sum - own).mean()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """What the forward pass made, times the gradient that comes in."""
        to_query, to_items = ctx.saved_tensors
        to_items = to_items * grad
        return to_query * grad, to_items[:, :-1], to_items[:, -1], None
