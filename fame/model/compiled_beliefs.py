"""The filter of `beliefs`, compiled: a step of it is so little work that torch mostly goes from one to the next."""

import numpy as np
from numba import njit


@njit(nogil=True, error_model="numpy")
def filtered(
    a: np.ndarray, item: np.ndarray, share: np.ndarray, stays: float, returns: float, goes_on: float, strays: float,
    prior: float, least: float, follows: np.ndarray, drives: np.ndarray,
) -> None:  # fmt: skip
    """Fill what `Beliefs.filtered` gives; the chances are those of its module, of which none is written down here.

    Parameters
    ----------
    a : (B, S, H, N) in which shares the items belong to experts
    item : (B, S) bool
    share : (H, N) of the items in histories
    follows, drives : (B, S, H, N) and (B, S, H)
    """
    B, S, H, N = a.shape
    pairs, ahead = np.empty((H, N, N)), np.empty((H, N, N))  # followed, followed before
    often, follow, before = np.empty((H, N)), np.empty((H, N)), np.empty(N)
    drove, drive, fits, hit = np.empty(H), np.empty(H), np.empty(H), np.empty(H)
    back, anew = (1 - stays) * returns, (1 - stays) * (1 - returns)
    leaves = (1 - goes_on) / max(1, H - 1)
    for b in range(B):
        for t in range(-1, S):
            if t < 0:
                for h in range(H):
                    drove[h] = 1 / H
                    for n in range(N):
                        often[h, n] = prior
                        for m in range(N):
                            pairs[h, n, m] = 1.0 if N == 1 else 0.0 if n == m else 1 / (N * (N - 1))
            elif item[b, t]:
                every = strays
                for h in range(H):
                    hit[h], fits[h] = 0.0, 0.0
                    for n in range(N):
                        expected = follow[h, n] * a[b, t, h, n]
                        hit[h] += expected
                        fits[h] += (1 - strays) * drive[h] * expected / share[h, n]
                    every += fits[h]
                for h in range(H):
                    by = fits[h] / every
                    for n in range(N):
                        often[h, n] += by * a[b, t, h, n]
                        kept = by * a[b, t, h, n] / max(hit[h], least)
                        for m in range(N):
                            pairs[h, n, m] = (1 - by) * pairs[h, n, m] + kept * ahead[h, n, m]
                    drove[h] = (fits[h] + strays * drive[h]) / every
            if t < 0 or item[b, t]:
                for h in range(H):
                    drive[h] = drove[h] if H == 1 else (goes_on - leaves) * drove[h] + leaves
                    total = 0.0
                    for n in range(N):
                        total += often[h, n]
                        before[n] = 0.0
                        for m in range(N):
                            before[n] += pairs[h, n, m]
                    for n in range(N):
                        follow[h, n] = 0.0
                        to_any = anew * often[h, n] / total
                        for m in range(N):
                            ahead[h, n, m] = stays * pairs[h, n, m] + back * pairs[h, m, n] + to_any * before[m]
                            follow[h, n] += ahead[h, n, m]
            if t >= 0:
                for h in range(H):
                    drives[b, t, h] = drive[h]
                    for n in range(N):
                        follows[b, t, h, n] = follow[h, n]
