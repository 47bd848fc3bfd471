"""Products of queries with the whole catalog in blocks that stay in a processor's cache, and what they add up to."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

BLOCK = 262_144  # products held at a time: 1 MB, which stays in a core's own cache while it is gone over many times


def products(queries: Tensor, keys: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Queries (H, B, W), keys (H or 1, n, W) -> which keys, products (H, B, block), which the next ones overwrite."""
    (H, B, W), (G, n, _) = queries.shape, keys.shape
    size = min(n, max(1, BLOCK // (H * B)))
    held, rows = queries.new_empty(G, H * B // G, size), queries.reshape(G, H * B // G, W)
    for start in range(0, n, size):
        some = keys[:, start : start + size].transpose(1, 2)
        found = torch.bmm(rows, some, out=held if some.shape[2] == size else None)
        yield slice(start, start + size), found.view(H, B, -1)


def log_sum_exp_(block: Tensor, dim: int) -> Tensor:
    """`block.logsumexp(dim)`; the block holds `exp(block - its maximum)` from then on."""
    top = block.amax(dim, keepdim=True)
    return block.sub_(top).exp_().sum(dim).log_().add_(top.squeeze(dim))


def log_normaliser(queries: Tensor, keys: Tensor, bias: Tensor) -> Tensor:
    """`log sum_v exp(<q, k_v> + b_v)`: queries (H, B, W), keys (H or 1, V, W), bias (V,) -> (H, B).

    Differentiable by the queries; keys and bias are taken for constants.
    """
    return LogNormaliser.apply(queries, keys, bias)  # type: ignore[no-untyped-call]


class LogNormaliser(torch.autograd.Function):
    """Its gradient is the mean key under the softmax, made in the forward pass where it is wanted, block by block."""

    @staticmethod
    def forward(ctx: Any, queries: Tensor, keys: Tensor, bias: Tensor) -> Tensor:
        """One pass over the catalog; see `log_normaliser`."""
        if not ctx.needs_input_grad[0]:
            passed = [log_sum_exp_(block.add_(bias[of]), 2) for of, block in products(queries, keys)]
            return torch.stack(passed).logsumexp(0)
        (H, B, W), G = queries.shape, len(keys)
        total, mean = queries.new_full((H, B), -torch.inf), torch.zeros_like(queries)
        for of, block in products(queries, keys):
            found = log_sum_exp_(block.add_(bias[of]), 2)
            here = torch.bmm(block.view(G, H * B // G, -1), keys[:, of]).view(H, B, W) / block.sum(2, keepdim=True)
            more = torch.logaddexp(total, found)
            mean = mean * (total - more).exp()[..., None] + here * (found - more).exp()[..., None]
            total = more
        ctx.save_for_backward(mean)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        """Of the queries."""
        return grad[..., None] * ctx.saved_tensors[0], None, None
