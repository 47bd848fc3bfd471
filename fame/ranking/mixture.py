"""Exact ranking by a mixture of softmaxes: `p(v) = sum_h g_h p_h(v)`, `p_h(v) = softmax_v(P^(h)(v) + b_v)`.

No one dot product ranks it. Two passes over blocks of the catalog do: the first finds what each facet's softmax is
divided by, the second the probabilities. A facet's logits cost a product K wide, so that a pass multiplies as much as a
ranking by one dot product does, and makes H exponentials an item.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from fame.model import FAME, Output
from fame.ranking import topk
from fame.ranking.item_side import ItemSide

BLOCK = 262_144  # logits held at a time: 1 MB, which stays in a core's own cache while it is gone over many times
FEW = 4  # up to so many histories, reading the table once for all facets is quicker than less to multiply


@dataclass(frozen=True)
class Mixture:
    """What B histories make of the catalog; the score of an item is log p(v).

    W is K, and every facet has keys of its own, or for a few histories D, and the table is the keys of all.
    """

    queries: Tensor  # (H, B, W)
    log_weight: Tensor  # (H, B): log of the gate, less each facet's log-normaliser over the catalog
    keys: Tensor  # (H or 1, V + 1, W), row 0 of each being padding
    bias: Tensor  # (V + 1,)

    @classmethod
    def of(cls, model: FAME, output: Output, side: ItemSide) -> "Mixture":
        """Where the next item is predicted. This is the first pass.

        A gate that an intervention left without a part of its weight is brought back to sum 1, so that p stays a
        probability; where it has no weight at all, popularity alone is left, as in a sum that has no part left.
        """
        gate, facets = output.at_last(output.gate).T, output.at_last(output.facets).transpose(0, 1)
        total = gate.sum(0)
        some = total > 0
        facets = facets * some[:, None]
        gate = torch.where(some, gate / total, 1 / len(gate))
        assert side.keys is not None
        if facets.shape[1] > FEW:
            queries, keys = model.narrow_queries(facets), side.keys
        else:
            queries, keys = model.facet_queries(facets.transpose(0, 1)).transpose(0, 1).contiguous(), side.table[None]
        found = products(queries, keys[:, 1:])
        passed = [log_sum_exp_(block.add_(side.bias[1:][of]), 2) for of, block in found]
        return cls(queries, gate.log() - torch.stack(passed).logsumexp(0), keys, side.bias)

    def scores(self) -> Tensor:
        """(B, V): log p of every item, item v in column v - 1."""
        return torch.cat([block for _, block in self.blocks()], 1)

    def top_k(self, k: int, exclude: Tensor | None = None) -> topk.TopK:
        """The k likeliest of each history; `exclude` as in `topk.top_k`."""
        items, scores = topk.keep_best(self.blocks(), k, exclude)
        return topk.TopK(items, scores, self.log_normaliser())

    def log_normaliser(self) -> Tensor:
        """(B,): zeros, since the probabilities sum to 1 as they are."""
        return self.queries.new_zeros(self.queries.shape[1])

    def at(self, items: Tensor) -> Tensor:
        """(B, k): log p of chosen items (B, k)."""
        return self.joint(items).logsumexp(0)

    def responsibilities(self, items: Tensor) -> Tensor:
        """`r_h(v) = g_h p_h(v) / p(v)` of items (B, k): (B, k, H), sums to 1 over H."""
        return self.joint(items).softmax(0).permute(1, 2, 0)

    def joint(self, items: Tensor) -> Tensor:
        """(H, B, k): `log g_h p_h(v)`."""
        found = (self.keys[:, items] @ self.queries[..., None]).squeeze(-1)
        return found + self.bias[items] + self.log_weight[..., None]

    def blocks(self) -> Iterator[tuple[int, Tensor]]:
        """The second pass: the catalog index of an item, and log p (B, block) of those from it on."""
        B, V = self.queries.shape[1], len(self.bias) - 1
        # More than is computed at a time, because looking for the best has a price a block.
        size = min(V, max(1, topk.BLOCK // B))
        for start in range(1, V + 1, size):
            keys, bias = self.keys[:, start : start + size], self.bias[start : start + size]
            log_p = self.queries.new_empty(B, len(bias))
            for of, block in products(self.queries, keys):
                torch.add(log_sum_exp_(block.add_(self.log_weight[..., None]), 0), bias[of], out=log_p[:, of])
            yield start, log_p


def products(queries: Tensor, keys: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Which of the keys, and `P^(h)(v)` of their items (H, B, block), which the next ones overwrite."""
    (H, B, W), (G, n, _) = queries.shape, keys.shape
    size = min(n, max(1, BLOCK // (H * B)))
    held, rows = queries.new_empty(G, H * B // G, size), queries.reshape(G, H * B // G, W)
    for start in range(0, n, size):
        some = keys[:, start : start + size].transpose(1, 2)
        found = torch.bmm(rows, some, out=held if some.shape[2] == size else None)
        yield slice(start, start + size), found.view(H, B, -1)


def log_sum_exp_(block: Tensor, dim: int) -> Tensor:
    """`block.logsumexp(dim)`, in the memory of the block."""
    top = block.amax(dim, keepdim=True)
    return block.sub_(top).exp_().sum(dim).log_().add_(top.squeeze(dim))
