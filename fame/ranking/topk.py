"""Exact top-k by one dot product a block of the catalog (identity 1: FAME ranks at the cost of SASRec)."""

from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK = 65_536  # items scored at a time: bounds memory at B x BLOCK numbers, whatever the catalog


@dataclass(frozen=True)
class TopK:
    """The k best items of each query, best first."""

    items: Tensor  # (B, k) catalog indices, 1…V
    scores: Tensor  # (B, k)
    log_normaliser: Tensor  # (B,): log of the sum of exp(score) over the whole catalog, excluded items included


def top_k(query: Tensor, table: Tensor, bias: Tensor, k: int, exclude: Tensor | None = None) -> TopK:
    """Rank the catalog for each query.

    Parameters
    ----------
    query : (B, D)
    table, bias : (V + 1, D) and (V + 1,), row 0 being padding
    k : at most the number of items that are left
    exclude : (B, E) indices never to be ranked (0 = none); they still count in the softmax
    """
    B, V = len(query), len(table) - 1
    best, items, normaliser = query.new_empty(B, 0), torch.empty(B, 0, dtype=torch.long, device=query.device), []
    for start in range(1, V + 1, BLOCK):
        stop = min(start + BLOCK, V + 1)
        scores = torch.addmm(bias[start:stop], query, table[start:stop].T)  # (B, block)
        normaliser.append(scores.logsumexp(1))
        if exclude is not None:
            inside = (exclude >= start) & (exclude < stop)
            row, column = inside.nonzero(as_tuple=True)
            scores[row, exclude[row, column] - start] = -torch.inf
        block = scores.topk(min(k, stop - start))
        best = torch.cat([best, block.values], 1)
        items = torch.cat([items, block.indices + start], 1)
        if best.shape[1] > k:
            kept = best.topk(k)
            best, items = kept.values, items.gather(1, kept.indices)
    return TopK(items, best, torch.stack(normaliser).logsumexp(0))
