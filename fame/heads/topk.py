"""Exact top-k by one dot product a block of the catalog (identity 1: facets cost nothing)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK = 2_097_152  # scores held at a time: 8 MB, about what a processor's cache holds, whatever the catalog
CHUNKS = 64  # a block's scores are looked at as so many rows; see `best_of`


@dataclass(frozen=True)
class TopK:
    """The k best items of each query, best first."""

    items: Tensor  # (B, k) catalog indices, 1…V
    scores: Tensor  # (B, k)
    log_normaliser: Tensor  # (B,): log of the sum of exp(score) over the whole catalog, excluded items included


def top_k(
    query: Tensor, table: Tensor, bias: Tensor, k: int, exclude: Tensor | None = None, normalise: bool = True
) -> TopK:
    """Rank the catalog for each query.

    Parameters
    ----------
    query : (B, D)
    table, bias : (V + 1, D) and (V + 1,), row 0 being padding
    k : at most the number of items that are left
    exclude : (B, E) indices never to be ranked (0 = none); they still count in the softmax
    normalise : whether the log_normaliser is wanted, else it is empty; for many queries it is a third of the time
    """
    B, V = len(query), len(table) - 1
    size = min(V, max(1, BLOCK // B))
    held = query.new_empty(B, size)  # one buffer for all blocks: fresh memory costs more than what is written to it
    normaliser: list[Tensor] = []

    def blocks() -> Iterator[tuple[int, Tensor]]:
        for start in range(1, V + 1, size):
            stop = min(start + size, V + 1)
            scores = torch.mm(query, table[start:stop].T, out=held if stop - start == size else None)  # (B, block)
            scores += bias[start:stop]
            if normalise:
                normaliser.append(scores.logsumexp(1))
            yield start, scores

    items, best = keep_best(blocks(), k, exclude)
    return TopK(items, best, torch.stack(normaliser).logsumexp(0) if normalise else query.new_empty(0))


def keep_best(blocks: Iterable[tuple[int, Tensor]], k: int, exclude: Tensor | None) -> tuple[Tensor, Tensor]:
    """Blocks of scores (B, block), each with the catalog index of its first item -> the k highest: items, scores.

    What is not to be ranked is struck out of the blocks in place.
    """
    kept: tuple[Tensor, Tensor] | None = None
    for start, scores in blocks:
        if exclude is not None:
            inside = (exclude >= start) & (exclude < start + scores.shape[1])
            row, column = inside.nonzero(as_tuple=True)
            scores[row, exclude[row, column] - start] = -torch.inf
        best, indices = best_of(scores, min(k, scores.shape[1]))
        items = indices + start
        if kept is not None:
            items, best = torch.cat([kept[0], items], 1), torch.cat([kept[1], best], 1)
        if best.shape[1] > k:
            best, order = best.topk(k)
            items = items.gather(1, order)
        kept = items, best
    assert kept is not None  # a catalog has an item
    return kept


def best_of(scores: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """(B, n) -> values and indices of the k highest, (B, k) each, best first, as `topk` gives them, but faster.

    Seen as 64 rows of n / 64, the k highest stand in the k columns with the highest maxima: only these are sorted.
    """
    n = scores.shape[1]
    columns = n // CHUNKS
    if columns < 2 * k:
        found = scores.topk(k)
        return found.values, found.indices
    whole = columns * CHUNKS
    grid = scores[:, :whole].view(-1, CHUNKS, columns)
    chosen = grid.amax(1).topk(k).indices  # (B, k) columns
    inside = torch.arange(CHUNKS, device=scores.device)[:, None] * columns + chosen[:, None]  # (B, 64, k)
    rest = torch.arange(whole, n, device=scores.device).expand(len(scores), -1)
    candidates = torch.cat([inside.flatten(1), rest], 1)
    found = scores.gather(1, candidates).topk(k)
    return found.values, candidates.gather(1, found.indices)
