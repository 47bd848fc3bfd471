"""How alike two facets arrange the same items."""

import numpy as np


def linear_cka(x: np.ndarray, y: np.ndarray) -> float:
    """`||Y'X||² / (||X'X|| ||Y'Y||)`, Frobenius, columns centred (Kornblith et al. 2019): (n, K), (n, L) -> 0 to 1.

    1 = the same but for a rotation and a scale, 0 = nothing in common.
    """
    x, y = x - x.mean(0), y - y.mean(0)
    own = np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)
    return float(np.square(np.linalg.norm(y.T @ x)) / max(own, 1e-300))


def cka(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Item vectors by facet (V, H, K), (V, G, L) -> (H, G)."""
    return np.array([[linear_cka(a, b) for b in theirs.swapaxes(0, 1)] for a in ours.swapaxes(0, 1)])
