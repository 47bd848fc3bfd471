"""Is a slice's total other than that of as many events drawn at random, and which of many such slices are told?

An event's gain takes few values (`NDCG@10` has eleven) and is mostly 0, so a slice's mean is far from normal: of forty
users with a tenth of hits it cannot fall two standard errors below the whole. The chance is therefore that of the
finite population itself, by a saddlepoint.
"""

import numpy as np
from scipy.special import gammaln, ndtr

CLEAR = 1.0  # standard errors from the mean below which the normal law is as good, and near 0 the saddlepoint is not
STEPS, STEP = 60, 2.0  # of Newton's method, and how far one may go
FARTHEST = 40.0  # a tilt beyond which the total is at its bound
BLOCK = 20_000  # slices at a time


def p_values(n: np.ndarray, total: np.ndarray, levels: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """(S,) two-sided p of each slice's total among all draws of `n` events without replacement.

    Parameters
    ----------
    n : (S,) events of each slice
    total : (S,) sum of their gains
    levels : (L,) or (S, L) how many events of the population have each gain
    gains : (L,) the gains, in any order

    Double saddlepoint of a sum given the sample's size (Booth and Butler 1990; Skovgaard 1987); a slice without any hit
    or with all of them has its hypergeometric chance.
    """
    order = np.argsort(gains, kind="stable")
    least = gains[order[0]]  # what follows reckons with gains from 0 up
    gains, total = gains[order] - least, total - n * least
    levels = np.broadcast_to(np.asarray(levels, float)[..., order], (len(n), len(gains)))
    parts = [slice(k, k + BLOCK) for k in range(0, len(n), BLOCK)]
    found = [_two_sided(n[part], total[part], levels[part], gains) for part in parts]
    return np.concatenate([np.zeros(0), *found])


def p_of_sums(n: np.ndarray, total: np.ndarray, N: np.ndarray, whole: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """(S,) two-sided p of each slice's total among all draws of `n` events without replacement, by the normal law.

    Parameters
    ----------
    n, total : (S,) events of each slice, and the sum of their values
    N, whole, squares : (S,) or (): of the population, its events, the sum of their values and of their squares
    """
    mean = whole / np.maximum(N, 1)
    spread = np.maximum(squares / np.maximum(N, 1) - mean**2, 0)
    deviation = np.sqrt(spread * n * np.maximum(N - n, 0) / np.maximum(N - 1, 1))
    fixed = deviation <= 1e-9  # nothing can differ
    return np.where(fixed, 1, np.minimum(1, 2 * ndtr(-np.abs(total - n * mean) / np.where(fixed, 1, deviation))))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """(S,) p -> q: the least share of false discoveries with which each is among those told."""
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1)
    return q


def _two_sided(n: np.ndarray, total: np.ndarray, levels: np.ndarray, gains: np.ndarray) -> np.ndarray:
    N, top = levels.sum(1), gains[-1]
    mean = levels @ gains / np.maximum(N, 1)
    spread = np.sqrt(np.maximum(levels @ gains**2 / np.maximum(N, 1) - mean**2, 0))
    deviation = spread * np.sqrt(n * (N - n) / np.maximum(N - 1, 1))
    off = total - n * mean
    fixed = deviation <= 1e-12 * top  # nothing can differ
    z = np.where(fixed, 0, off / np.where(fixed, 1, deviation))
    one = ndtr(-np.abs(z))
    hits = N - levels[:, 0]
    # The least that n events can have is 0, or what is left when the misses are used up; the most, all hits.
    none = (off < 0) & (total <= 1e-9 * top) & ~fixed
    every = (off > 0) & (total >= levels @ gains - 1e-9 * top) & ~fixed
    one[none] = np.exp(_log_choose(N - hits, n)[none] - _log_choose(N, n)[none])
    one[every] = np.exp(_log_choose(N - hits, n - hits)[every] - _log_choose(N, n)[every])
    far = np.flatnonzero((np.abs(z) > CLEAR) & ~none & ~every)
    if len(far):
        one[far] = _saddlepoint(n[far].astype(float), total[far], levels[far], gains)
    return np.minimum(1, 2 * one)


def _saddlepoint(n: np.ndarray, total: np.ndarray, levels: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """(S,) chance of a total at least so far from its mean, on its side of it."""
    N = levels.sum(1)
    share = n / N
    odds = np.log(share) - np.log1p(-share)
    t, u = np.zeros(len(n)), np.zeros(len(n))
    for _ in range(STEPS):
        within = 1 / (1 + np.exp(-(odds[:, None] + u[:, None] + t[:, None] * gains)))
        a = levels * within
        b = a * (1 - within)
        slope_u, slope_t = n - a.sum(1), total - a @ gains
        uu, ut, tt = b.sum(1), b @ gains, b @ gains**2
        bent = np.maximum(uu * tt - ut**2, 1e-300)
        du, dt = (tt * slope_u - ut * slope_t) / bent, (uu * slope_t - ut * slope_u) / bent
        scale = np.minimum(1, STEP / np.maximum(np.maximum(np.abs(du), np.abs(dt)), 1e-12))
        u, t = u + scale * du, t + scale * dt
        if np.abs(scale * du).max() < 1e-9 and np.abs(scale * dt).max() < 1e-9:
            break
        u, t = u.clip(-4 * FARTHEST, 4 * FARTHEST), t.clip(-FARTHEST, FARTHEST)
    height = (levels * (np.logaddexp(0, odds[:, None] + u[:, None] + t[:, None] * gains))).sum(1)
    height += N * np.log1p(-share)  # sum of log(1 - share + share e^(u + t gain))
    w = np.sqrt(np.maximum(2 * (t * total + u * n - height), 0))
    v = np.abs(t) * np.sqrt(bent / (N * share * (1 - share)))
    bound = np.exp(-(w**2) / 2)  # Chernoff's, where the total is at its bound and the tail is a step
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = ndtr(-w) + np.exp(-(w**2) / 2) / np.sqrt(2 * np.pi) * (1 / v - 1 / w)
    good = np.isfinite(tail) & (tail > 0) & (tail < bound) & (np.abs(t) < FARTHEST)
    return np.where(good, tail, bound)


def _log_choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Log of the number of ways to choose k of n; -inf where k is more than n or below 0."""
    possible = (k >= 0) & (k <= n)
    n, k = np.where(possible, n, 0), np.where(possible, k, 0)
    return np.where(possible, gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), -np.inf)
