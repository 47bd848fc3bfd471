"""Is the difference between two models' measures, user by user, more than chance would make?

A user's difference takes few values (of NDCG@10 at most 111), so that to draw users anew is to draw how many have each
value: what is worked out grows with the values, not with the users.
"""

from collections.abc import Sequence

import numpy as np

from fame.compare.records import TEST_LEVEL, Difference
from fame.ranking.metrics import per_user
from fame.ranking.resampling import interval

MEASURES = ("NDCG@10", "HR@10")
FLIPS = 19_999  # of the signs


def differences(first: np.ndarray, second: np.ndarray, models: int = 1) -> tuple[Difference, ...]:
    """Of every measure, from the ranks (n,) of the same users' held-out items, n > 0.

    `models` is how many are compared with the first: intervals are wider then (Bonferroni); p is corrected by `holm`.
    """
    ours, theirs = per_user(first), per_user(second)
    found = []
    for name in MEASURES:
        difference = ours[name] - theirs[name]
        low, high = interval(difference, TEST_LEVEL / models)
        p = mcnemar(difference) if name.startswith("HR") else sign_flips(difference)
        found.append(
            Difference(
                measure=name,
                first=float(ours[name].mean()),
                second=float(theirs[name].mean()),
                value=float(difference.mean()),
                low=low,
                high=high,
                confidence=1 - TEST_LEVEL / models,
                p=p,
                corrected=p,
            )
        )
    return tuple(found)


def mcnemar(difference: np.ndarray) -> float:
    """Two-sided exact p of hits (n,) in {-1, 0, 1}: of those whom one model alone finds, a fair coin (McNemar 1947)."""
    from scipy.stats import binomtest

    wins, losses = int((difference > 0).sum()), int((difference < 0).sum())
    return float(binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


def sign_flips(difference: np.ndarray, seed: int = 0) -> float:
    """Two-sided p of the sum of (n,) differences, where each user's might as well have had the other sign.

    Valid for any number of draws, since what was seen counts as one of them (Phipson and Smyth 2010).
    """
    size, times = np.unique(np.abs(difference[difference != 0]), return_counts=True)
    if not len(size):
        return 1.0
    positive = np.random.default_rng(seed).binomial(times, 0.5, (FLIPS, len(size)))
    drawn = np.abs((2 * positive - times) @ size)
    seen = abs(float(difference.sum())) * (1 - 1e-9) - 1e-12  # what is equal but for rounding is as far
    return float((1 + (drawn >= seen).sum()) / (1 + FLIPS))


def holm(p: Sequence[float]) -> list[float]:
    """p of several tests, each corrected so that with any of them false is as rare as with one (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    scaled = np.asarray(p)[order] * np.arange(len(p), 0, -1)
    found = np.empty(len(p))
    found[order] = np.maximum.accumulate(scaled).clip(max=1)
    return [float(one) for one in found]
