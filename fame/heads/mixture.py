"""Exact ranking by a mixture of softmaxes: `p(v) = sum_h g_h p_h(v)`, `p_h(v) = softmax_v(P^(h)(v) + b_v)`.

No one dot product ranks it. Two passes over blocks of the catalog do: the first finds what each facet's softmax is
divided by, the second the probabilities. A facet's logits cost a product K wide, so that a pass multiplies as much as a
ranking by one dot product does, and makes H exponentials an item.
"""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from fame.heads import topk
from fame.heads.contract import Head, ItemSide
from fame.heads.products import log_normaliser, log_sum_exp_, products
from fame.heads.sampled import Sample, rows
from fame.model import Faceted, Model, Output

TRAINED = 1 << 23  # logits held at a time in training: 32 MiB
ROWS = 64  # of H x positions trained on at a time, however large the catalog
FEW = 4  # up to so many histories, reading the table once for all facets is quicker than less to multiply


class Mixture(Head):
    """A mixture of softmaxes (Yang et al. 2018); the score of an item is log p(v).

    W is K, and every facet has keys of its own, or for a few histories D, and the table is the keys of all.
    """

    model: Faceted
    queries: Tensor  # (H, B, W)
    log_weight: Tensor  # (H, B): log of the gate, less each facet's log-normaliser over the catalog
    kept: Tensor  # keys (H or 1, V + 1, W), row 0 of each being padding

    def __init__(self, model: Model, output: Output, side: ItemSide):
        """The first pass.

        A gate that an intervention left without a part of its weight is brought back to sum 1, so that p stays a
        probability; where it has no weight at all, popularity alone is left, as in a sum that has no part left.
        """
        super().__init__(model, output, side)
        assert side.keys is not None
        gate, facets = output.at_last(output.gate).T, output.at_last(output.facets).transpose(0, 1)
        total = gate.sum(0)
        some = total > 0
        facets = facets * some[:, None]
        gate = torch.where(some, gate / total, 1 / len(gate))
        if facets.shape[1] > FEW:
            self.queries, self.kept = self.model.narrow_queries(facets), side.keys
        else:
            wide = self.model.facet_queries(facets.transpose(0, 1)).transpose(0, 1)
            self.queries, self.kept = wide.contiguous(), side.table[None]
        self.log_weight = gate.log() - log_normaliser(self.queries, self.kept[:, 1:], side.bias[1:])

    def blocks(self) -> Iterator[tuple[int, Tensor]]:
        """The second pass: log p (B, block)."""
        B, V = self.queries.shape[1], len(self.side.bias) - 1
        # More than is computed at a time, because looking for the best has a price a block.
        size = min(V, max(1, topk.BLOCK // B))
        for start in range(1, V + 1, size):
            keys, bias = self.kept[:, start : start + size], self.side.bias[start : start + size]
            log_p = self.queries.new_empty(B, len(bias))
            for of, block in products(self.queries, keys):
                torch.add(log_sum_exp_(block.add_(self.log_weight[..., None]), 0), bias[of], out=log_p[:, of])
            yield start, log_p

    def log_normaliser(self) -> Tensor:
        """(B,): zeros, since the probabilities sum to 1 as they are."""
        return self.queries.new_zeros(self.queries.shape[1])

    def at(self, items: Tensor) -> Tensor:
        """(B, k): log p of chosen items (B, k)."""
        return self.joint(items).logsumexp(0)

    def shares(self, items: Tensor) -> Tensor:
        """Responsibilities `r_h(v) = g_h p_h(v) / p(v)` of items (B, k): (B, k, H), sums to 1 over H."""
        return self.joint(items).softmax(0).permute(1, 2, 0)

    def slope(self, items: Tensor) -> Tensor:
        """(B, k, D): the facets' queries, weighed by their responsibilities for the item."""
        queries = self.model.facet_queries(self.output.at_last(self.output.facets))  # (B, H, D)
        return self.shares(items) @ queries

    def joint(self, items: Tensor) -> Tensor:
        """(H, B, k): `log g_h p_h(v)`."""
        found = (self.kept[:, items] @ self.queries[..., None]).squeeze(-1)
        return found + self.side.bias[items] + self.log_weight[..., None]

    @classmethod
    def keys(cls, model: Model, table: Tensor) -> Tensor:
        """(H, V + 1, K): what each facet's narrow query meets of the items."""
        assert isinstance(model, Faceted)
        return model.facet_keys(table).transpose(0, 1)

    @classmethod
    def loss(cls, model: Model, output: Output, real: Tensor, targets: Tensor) -> Tensor:
        """-log p of the mixture, blocked."""
        assert isinstance(model, Faceted)
        queries, keys = model.narrow_queries(output.facets[real]), model.facet_keys(model.table())
        return full_mixture(queries, output.gate[real], keys, model.bias(), targets)

    @classmethod
    def sampled_loss(cls, model: Model, output: Output, real: Tensor, sample: Sample) -> Tensor:
        """-log p with each facet's softmax against the sampled items."""
        assert isinstance(model, Faceted)
        queries, keys = model.narrow_queries(output.facets[real]), model.facet_keys(sample.table)
        drawn = sample.targets, sample.negatives, sample.items
        return sampled_mixture(queries, output.gate[real], keys, sample.bias, *drawn)


def full_mixture(query: Tensor, gate: Tensor, keys: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """Mean of -log p of the next item in a mixture of softmaxes over the whole catalog.

    Narrow queries (n, H, K), gate (n, H), keys (V + 1, H, K), bias (V + 1,), targets (n,) -> ().
    """
    return FullMixture.apply(query, gate, keys, bias, targets)  # type: ignore[no-untyped-call]


def sampled_mixture(
    query: Tensor, gate: Tensor, keys: Tensor, bias: Tensor, targets: Tensor, negatives: Tensor, items: int
) -> Tensor:
    """`full_mixture` with each facet's softmax estimated as `sum.sampled_softmax` does, all from `negatives` (m,)."""
    bias = bias[:, None]
    own = (query * rows(keys, targets)).sum(2) + rows(bias, targets)  # (n, H)
    others = torch.einsum("nhk,mhk->nhm", query, rows(keys, negatives))
    others = others + rows(bias, negatives)[:, 0] + math.log(items / len(negatives))
    others = others.masked_fill((targets[:, None] == negatives)[:, None], -torch.inf)
    log_p = own - torch.cat([own[..., None], others], 2).logsumexp(2)
    out = gate == 0  # of a facet that is left out: its logarithm would make the gradient no number
    return -(log_p + gate.masked_fill(out, 1).log().masked_fill(out, -torch.inf)).logsumexp(1).mean()


class FullMixture(torch.autograd.Function):
    """Mean of `-log p(target)` with `p(v) = sum_h g_h p_h(v)`, `p_h = softmax_v(<q_h, k_v,h> + b_v)`, over items 1…V.

    A mixture of softmaxes (Yang et al. 2018) in which each facet sees items through keys of its own. With the
    responsibility `r_h = g_h p_h(target) / p(target)`, the gradient of log p(target) is `r_h (1[v = target] - p_h(v))`
    to a logit and `r_h / g_h` to a gate weight. As in `sum.FullSoftmax` it is made in the forward pass, a block of
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
        rows = min(max(1, max(ROWS, TRAINED // V1) // H), n)
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
