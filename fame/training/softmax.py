"""Cross-entropy over the whole catalog without keeping a (positions, V) tensor for the backward pass."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CELLS = 1 << 23  # scores held at a time: 32 MiB
FEWEST = 64  # positions at a time, however large the catalog


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
        rows = min(max(FEWEST, CELLS // V1), n)
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
