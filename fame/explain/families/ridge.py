"""Ridge regression of vectors on one-hot attribute values, sparse: its cost grows with the values that items have.

The normal equations are never made dense: conjugate gradients (Hestenes and Stiefel 1952), preconditioned by their
diagonal, solve them for all columns at once, each from where the last penalties tried had left off.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.sparse import csr_matrix, hstack

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FOLDS = 5
ROUNDS = 2  # over the blocks, each choosing its penalty given the others'
FIRST = 10.0  # penalty
TRIED, KEPT = 1e-4, 1e-12  # residual over the right side: of penalties that are compared, of those that are kept
STEPS = 1_000  # at most
FEW = 400  # columns up to which a factorisation is quicker


@dataclass(frozen=True)
class Ridge:
    """What comes of it; blocks of columns, D numbers a vector."""

    weights: list[np.ndarray]  # (columns of the block, D)
    penalties: list[float]  # chosen by cross-validation
    explained: float  # share of the vectors' variance that is explained on rows left out of the fit


class Normal:
    """The normal equations of some rows of centred columns."""

    def __init__(self, z: csr_matrix, mean: np.ndarray, y: np.ndarray):
        """Columns (V, n) and their means (n,) over all rows, centred vectors (V, D)."""
        self.gram, self.cross = (z.T @ z).tocsr(), z.T @ y - np.outer(mean, y.sum(0))
        self.total, self.mean, self.rows = np.asarray(z.sum(0)).ravel(), mean, z.shape[0]
        self.diagonal = self.gram.diagonal() - 2 * self.total * mean + self.rows * mean**2
        self.square = float(np.vdot(y, y))

    def without(self, other: "Normal") -> "Normal":
        """Without some of the rows: every part is a sum over rows."""
        left = copy(self)
        left.gram, left.cross, left.total = self.gram - other.gram, self.cross - other.cross, self.total - other.total
        left.rows, left.diagonal = self.rows - other.rows, self.diagonal - other.diagonal
        left.square = self.square - other.square
        return left

    def missed(self, weights: np.ndarray) -> float:
        """Sum of squares of what such weights (n, D) leave of the vectors."""
        return self.square + float((weights * (self @ weights - 2 * self.cross)).sum())

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        """`sum (z - mean) (z - mean)' x`, (n, D)."""
        of_mean = self.mean @ x
        return np.asarray(
            self.gram @ x - np.outer(self.total, of_mean) + np.outer(self.mean, self.rows * of_mean - self.total @ x)
        )

    def solve(self, penalties: np.ndarray, start: np.ndarray, residual: float) -> np.ndarray:
        """Penalties (n,) -> weights (n, D); each column to a residual so small against its right side."""
        if len(penalties) <= FEW:
            gram = self @ np.eye(len(penalties)) + np.diag(penalties)
            return np.asarray(linalg.solve(gram, self.cross, assume_a="pos", overwrite_a=True))
        x, penalty = start.copy(), penalties[:, None]
        left = self.cross - (self @ x + penalty * x)
        enough = residual * np.maximum(np.linalg.norm(self.cross, axis=0), 1e-300)
        scale = 1 / (self.diagonal[:, None] + penalty)
        step = scale * left
        worth = (left * step).sum(0)
        for _ in range(STEPS):
            if (np.linalg.norm(left, axis=0) <= enough).all():
                break
            along = self @ step + penalty * step
            by = worth / np.maximum((step * along).sum(0), 1e-300)
            x += by * step
            left -= by * along
            near = scale * left
            worth, last = (left * near).sum(0), worth
            step = near + worth / np.maximum(last, 1e-300) * step
        return x


def ridge(vectors: np.ndarray, blocks: Sequence[csr_matrix]) -> Ridge:
    """Centred vectors (V, D) on the centred columns of some blocks (V, n), each with a penalty of its own."""
    V, D = vectors.shape
    if not blocks:
        return Ridge([], [], 0.0)
    z = hstack(blocks, format="csr", dtype=np.float64)
    mean = np.asarray(z.mean(0)).ravel()
    of = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
    fold = np.random.default_rng(0).permutation(V) % min(FOLDS, V)
    whole = Normal(z, mean, vectors)
    out = [Normal(z[fold == f], mean, vectors[fold == f]) for f in range(fold.max() + 1)]
    left = [whole.without(normal) for normal in out]
    best = [np.zeros((z.shape[1], D)) for _ in left]

    def tried(penalties: np.ndarray, residual: float) -> tuple[float, list[np.ndarray]]:
        found = [normal.solve(penalties[of], start, residual) for normal, start in zip(left, best, strict=True)]
        return sum(normal.missed(weights) for normal, weights in zip(out, found, strict=True)), found

    chosen = np.full(len(blocks), FIRST)
    lowest, best = tried(chosen, TRIED)
    for _ in range(ROUNDS if len(blocks) > 1 else 1):
        for block in range(len(blocks)):
            for penalty in PENALTIES:
                other = chosen.copy()
                other[block] = penalty
                if penalty == chosen[block]:
                    continue
                error, found = tried(other, TRIED)
                if error < lowest:
                    lowest, best, chosen = error, found, other
    lowest, best = tried(chosen, KEPT)
    weights = whole.solve(chosen[of], np.mean(best, axis=0), KEPT)
    explained = max(0.0, 1 - lowest / max(whole.square, 1e-300))
    return Ridge([weights[of == b] for b in range(len(blocks))], chosen.tolist(), explained)
