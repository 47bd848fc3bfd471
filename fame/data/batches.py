"""Ragged histories -> padded batches of like length."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fame.data.histories import Histories


def pad(histories: Histories, rows: np.ndarray, length: int) -> np.ndarray:
    """(len(rows), T) int64 indices, padded with 0 on the left; T = the longest of these rows, at most `length`.

    A longer history keeps its newest items.
    """
    ends = histories.offsets[rows + 1]
    lengths = np.minimum(ends - histories.offsets[rows], length)
    T = int(lengths.max(initial=1))
    place = ends[:, None] - T + np.arange(T)  # where in the flat array each cell's item lies
    real = np.arange(T) >= T - lengths[:, None]
    padded = np.zeros((len(rows), T), dtype=np.int64)
    padded[real] = histories.items[place[real]]
    return padded


def batches(lengths: np.ndarray, cells: int, rng: np.random.Generator | None = None) -> Iterator[np.ndarray]:
    """Rows (indices into `lengths`) in batches whose padded size is at most `cells` positions (one row at least).

    Rows of like length stand together, so that little is padded. With `rng`, rows of equal length are shuffled and the
    batches come in random order; without, the order is fixed.
    """
    shuffled = np.arange(len(lengths)) if rng is None else rng.permutation(len(lengths))
    order = shuffled[np.argsort(lengths[shuffled], kind="stable")]
    cuts, start = [], 0
    while start < len(order):
        # Sorted by length: a batch that ends before row e is as wide as row e - 1.
        size = lengths[order[start : start + max(1, cells)]] * np.arange(1, min(max(1, cells), len(order) - start) + 1)
        rows = max(1, int(np.searchsorted(size, cells, side="right")))
        cuts.append(order[start : start + rows])
        start += rows
    if rng is not None:
        cuts = [cuts[i] for i in rng.permutation(len(cuts))]
    yield from cuts


@dataclass(frozen=True)
class Windows:
    """What a training epoch reads: histories cut into pieces."""

    pieces: Histories
    first: np.ndarray  # (len(pieces),) bool: the piece begins where its user's history begins


def windows(histories: Histories, length: int, rng: np.random.Generator | None = None, alone: bool = False) -> Windows:
    """Histories cut into pieces of at most `length` + 1 items, each beginning with the item that ended the one before.

    So every item but a user's first is a target exactly once. The cuts lie so that the newest piece is full; with `rng`
    they lie anywhere in histories longer than that, so that over the epochs an item is seen at many places. A history
    of one item has nothing to predict and is left out, but for a model that predicts first items (`alone`).
    """
    steps = np.maximum(histories.lengths - 1, 0)  # a step: read one item, predict the one after it
    phase = -steps % length if rng is None else np.where(steps > length, rng.integers(0, length, len(steps)), 0)
    count = np.maximum((phase + steps - 1) // length + 1, (histories.lengths > 0) & alone)
    user = np.repeat(np.arange(len(steps)), count)
    piece = np.arange(len(user)) - np.repeat(np.cumsum(count) - count, count)
    begin = np.maximum(piece * length - phase[user], 0)
    sizes = np.minimum((piece + 1) * length - phase[user], steps[user]) - begin + 1
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    start = histories.offsets[user] + begin
    items = histories.items[np.repeat(start - offsets[:-1], sizes) + np.arange(offsets[-1])]
    return Windows(Histories(items, offsets), begin == 0)
