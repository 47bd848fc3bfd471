"""How alike two rankings are."""

import numpy as np

PERSISTENCE = 0.9  # of a reader who goes on to the next rank; the first ten have 86 % of the weight then


def common(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, k) items, best first, each once, below 0 where there is none -> (n, k) how many the two lists of d have in
    common, d = 1…k, and (n,) how long the shorter list is.
    """
    n, k = first.shape
    same = (first[:, :, None] == second[:, None, :]) & (first >= 0)[:, :, None]
    row, i, j = np.nonzero(same)
    met = np.bincount(row * k + np.maximum(i, j), minlength=n * k).reshape(n, k)
    return met.cumsum(1), np.minimum((first >= 0).sum(1), (second >= 0).sum(1))


def rank_biased_overlap(common: np.ndarray, depth: np.ndarray, persistence: float = PERSISTENCE) -> np.ndarray:
    """(n,) from 0 to 1, extrapolated from what `common` tells of the first `depth`: as they agree there, they go on.

    Webber, Moffat and Zobel 2010, equation 30.
    """
    k = common.shape[1]
    d = np.arange(1, k + 1)
    weight = np.where(d <= depth[:, None], persistence**d, 0.0)
    share = common / d
    last = share[np.arange(len(common)), depth - 1] * persistence**depth
    return np.asarray(last + (1 - persistence) / persistence * (share * weight).sum(1))
