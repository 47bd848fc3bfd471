"""Where an item stands among all by who takes it: the leading singular vectors of the user-item matrix, normalised by
both its margins (spectral co-clustering, Dhillon 2001).

They are found by subspace iteration from random vectors (Halko et al. 2011) on the items' side alone, so that memory is
some times `WIDTH` numbers an item, whatever the number of users, and time some passes over the interactions.
"""

import numpy as np
from scipy.linalg import eigh, qr
from scipy.sparse import csr_matrix

from fame.data.derived.log import Log

WIDTH = 64  # singular vectors; fewer tell no audiences of sparse data: see benchmarks.derived
BESIDE = 10  # more that are iterated, so that the last of them come out, too
PASSES = 5
USERS = 200_000  # at a time


def places(log: Log, users: np.ndarray, seed: int) -> np.ndarray:
    """Each item as some of the users (U,) bool take it: (V + 1, w) float32 of length 1; 0 where none of them does."""
    taken = _normalised(log, users)
    width = min(WIDTH + 1, *(side - 1 for side in taken.shape))
    start = np.random.default_rng(seed).standard_normal((taken.shape[1], width + BESIDE), np.float32)
    basis = start[:, : taken.shape[1]]
    for _ in range(PASSES):
        basis = qr(_taken_with(taken, basis), mode="economic", overwrite_a=True, check_finite=False)[0]
    values, vectors = eigh(basis.T @ _taken_with(taken, basis))
    leading = np.argsort(-values)[1:width]  # the first is popularity
    found = basis @ (vectors[:, leading] * np.maximum(values[leading], 0))  # what many share counts most
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float32)


def _normalised(log: Log, users: np.ndarray) -> csr_matrix:
    """(users, V + 1): what was taken, once however often, over the square roots of both counts."""
    kept = users[log.users]
    row = np.cumsum(users) - 1
    taken = csr_matrix(
        (np.ones(int(kept.sum()), np.float32), (row[log.users[kept]], log.items[kept])), (int(users.sum()), log.V + 1)
    )  # a repetition adds up
    taken.data[:] = 1
    active, many = np.diff(taken.indptr), np.bincount(taken.indices, minlength=log.V + 1)
    taken.data *= np.repeat(1 / np.sqrt(np.maximum(active, 1)), active).astype(np.float32)
    taken.data *= (1 / np.sqrt(np.maximum(many, 1))).astype(np.float32)[taken.indices]
    return taken


def _taken_with(taken: csr_matrix, vectors: np.ndarray) -> np.ndarray:
    """`taken.T @ taken @ vectors`, (V + 1, n)."""
    found = np.zeros_like(vectors)
    for start in range(0, taken.shape[0], USERS):
        some = taken[start : start + USERS]
        found += some.T @ (some @ vectors)
    return found
