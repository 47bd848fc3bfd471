"""Likelihood of a mixture of softmaxes over the whole catalog, without keeping an (n, H, V) tensor."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CELLS = 1 << 23  # logits held at a time: 32 MiB
FEWEST = 64  # rows of H x positions at a time, however large the catalog


class FullMixture(torch.autograd.Function):
    """Mean of `-log p(target)` with `p(v) = sum_h g_h p_h(v)`, `p_h = softmax_v(<q_h, k_v,h> + b_v)`, over items 1…V.

    A mixture of softmaxes (Yang et al. 2018) in which each facet sees items through keys of its own. With the
    responsibility `r_h = g_h p_h(target) / p(target)`, the gradient of log p(target) is `r_h (1[v = target] - p_h(v))`
    to a logit and `r_h / g_h` to a gate weight. As in `softmax.FullSoftmax` it is made in the forward pass, a block of
    positions at a time, in one buffer that is used again; the bias rides along as one more column of the keys.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, gate: Tensor, keys: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        """Queries (n, H, K), gate (n, H), keys (V + 1, H, K) with padding in row 0, bias (V + 1,), targets (n,) -> ().

        A facet that the gate leaves out (weight 0) learns nothing, nor does the gate of it.
        """
        (n, H, K), V1 = query.shape, len(keys)
        queries = torch.cat([query, query.new_ones(n, H, 1)], 2).transpose(0, 1).contiguous()  # (H, n, K + 1)
        items = torch.cat([keys, bias[:, None, None].expand(V1, H, 1)], 2).transpose(0, 1).contiguous()
        own = (queries * items[:, targets]).sum(2)  # (H, n)
        log_gate = gate.T.log()
        to_query, to_items = torch.empty_like(queries[..., :K]), torch.zeros_like(items)
        rows = min(max(1, max(FEWEST, CELLS // V1) // H), n)
        buffer, log_p, responsible = query.new_empty(H * rows * V1), query.new_empty(n), torch.empty_like(own)
        for start in range(0, n, rows):
            block = slice(start, start + rows)
            q = queries[:, block]
            logits = torch.bmm(q, items.transpose(1, 2), out=buffer[: H * q.shape[1] * V1].view(H, -1, V1))
            logits[..., 0] = -torch.inf  # padding is never predicted
            top = logits.amax(2)
            total = logits.sub_(top[..., None]).exp_().sum(2)
            joint = log_gate[:, block] + own[:, block] - total.log() - top  # log g_h p_h(target), (H, block)
            log_p[block] = joint.logsumexp(0)
            responsible[:, block] = joint.softmax(0)
            share = (responsible[:, block] / (total * n))[..., None]
            to_query[:, block] = torch.bmm(logits, items[..., :K]) * share
            to_items.baddbmm_(logits.transpose(1, 2), q * share)
        weight = (responsible / n)[..., None]
        to_query -= weight * items[:, targets, :K]
        to_items.index_add_(1, targets, weight * queries, alpha=-1)
        to_gate = (-responsible.T / (n * gate)).masked_fill_(gate == 0, 0)
        ctx.save_for_backward(to_query, to_gate, to_items)
        return -log_p.mean()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, None]:
        """What the forward pass made, times the gradient that comes in."""
        to_query, to_gate, to_items = ctx.saved_tensors
        to_items = (to_items * grad).transpose(0, 1)  # (V + 1, H, K + 1)
        return (to_query * grad).transpose(0, 1), to_gate * grad, to_items[..., :-1], to_items[..., -1].sum(1), None
