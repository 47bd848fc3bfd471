"""The innermost loop of `counts`: which labels stand together in an event. Compiled, as numpy has no such thing."""

import numpy as np
from numba import njit


@njit(nogil=True)
def tally(
    labels: np.ndarray, events: int, gain: np.ndarray, standing: np.ndarray, start: int, n: np.ndarray,
    total: np.ndarray, stands: np.ndarray, squares: np.ndarray,
) -> None:  # fmt: skip
    """Add the pairs of labels of some events, the larger first, to the tables; each label is paired with itself, too.

    Parameters
    ----------
    labels : (P, B) numbers from 0 of the labels of each event, each once; negative = none
    events : of the B so many, the first, are meant
    gain, standing : (B,)
    start : number of the label that has the first row of the tables
    n, total, stands : (R, K) events, gains and standings; row = the larger label less `start`, column = the smaller
    squares : (R,) of the standings
    """
    held = np.empty(len(labels), np.int64)  # an event's, from small to large
    for e in range(events):
        many = 0
        for p in range(len(labels)):
            label = labels[p, e]
            if label < 0:
                continue
            place = many
            while place and held[place - 1] > label:  # seldom: columns come in the order of their labels
                held[place] = held[place - 1]
                place -= 1
            held[place] = label
            many += 1
        for i in range(many):
            row = held[i] - start
            if row < 0 or row >= len(n):
                continue
            for j in range(i + 1):
                n[row, held[j]] += 1
                stands[row, held[j]] += standing[e]
            squares[row] += standing[e] ** 2
            if gain[e] != 0:
                for j in range(i + 1):
                    total[row, held[j]] += gain[e]
