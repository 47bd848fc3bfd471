"""How alike two facets arrange the same items."""

import numpy as np

FEWEST = 4  # items without which nothing can be told


def cka(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Debiased linear CKA of item vectors by facet, (V, H, K) and (V, G, L) -> (H, G).

    1 = the same but for a rotation and a scale, 0 = nothing in common, and that for few items, too, where it can be a
    little below: `HSIC(x, y) / sqrt(HSIC(x, x) HSIC(y, y))` (Kornblith et al. 2019) with the unbiased estimator of HSIC
    (Song et al. 2012; Nguyen et al. 2021), of Gram matrices that are never made. The plain one, `||Y'X||² / (||X'X||
    ||Y'Y||)`, is about `K / V` too high where two facets have nothing in common. All 0 where there are fewer than
    `FEWEST` items.
    """
    if len(ours) < FEWEST:
        return np.zeros((ours.shape[1], theirs.shape[1]))
    x, y = (np.asarray(side - side.mean(0), np.float64) for side in (ours, theirs))
    own = [[max(0.0, hsic(a, a)[0, 0]) for a in np.split(side, side.shape[1], axis=1)] for side in (x, y)]
    return np.asarray(hsic(x, y) / np.maximum(np.sqrt(np.outer(own[0], own[1])), 1e-300))


def hsic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Unbiased HSIC of centred vectors, (V, H, K) and (V, G, L) -> (H, G), times `V (V - 3)`."""
    n, H, K = x.shape
    G, L = y.shape[1:]
    together = np.square((x.reshape(n, H * K).T @ y.reshape(n, G * L)).reshape(H, K, G, L)).sum((1, 3))
    a, b = np.square(x).sum(2), np.square(y).sum(2)  # diagonals of the Gram matrices, (V, H), (V, G)
    return np.asarray(together - n / (n - 2) * a.T @ b + np.outer(a.sum(0), b.sum(0)) / ((n - 1) * (n - 2)))
