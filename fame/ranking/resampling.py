"""How far a mean over users might be from what it is for all users: a paired bootstrap.

A user's NDCG@10 takes eleven values, and a difference of two at most 111, so that to draw users anew is to draw how
many have each value: what is worked out grows with the values, not with the users.
"""

import numpy as np

RESAMPLES = 9_999
INTERVAL_LEVEL = 0.05


def interval(difference: np.ndarray, level: float = INTERVAL_LEVEL, seed: int = 0) -> tuple[float, float]:
    """Ends of the 1 - `level` percentile interval of the mean of (n,) differences, by a bootstrap over users.

    `scipy.stats.bootstrap(..., method="percentile")` draws the same, of (resamples, n) numbers.
    """
    values, times = np.unique(difference, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(times.sum(), times / times.sum(), RESAMPLES)
    low, high = np.quantile(drawn @ values / times.sum(), (level / 2, 1 - level / 2))
    return float(low), float(high)
