"""Where an item stands among all by who takes it: the leading singular vectors of the user-item matrix, normalised by
both its margins (spectral co-clustering, Dhillon 2001).

They are found by subspace iteration from random vectors (Halko et al. 2011) on the items' side alone, so that memory is
some times `WIDTH` numbers an item, whatever the number of users, and time some passes over the interactions; in a large
catalog over those with some of the items, and one more, by which the others are placed among these.
"""

import numpy as np
from scipy.linalg import eigh, qr
from scipy.sparse import csr_matrix

from fame.data.derived.log import Log

WIDTH = 64  # singular vectors; fewer tell no audiences of sparse data: see benchmarks.derived
BESIDE = 10  # more that are iterated, so that the last of them come out, too
PASSES = 5
USERS = 200_000  # at a time


def taken_by(log: Log) -> csr_matrix:
    """(U, V + 1) float32: 1 where the user took the item, however often."""
    taken = csr_matrix((np.ones(len(log.users), np.float32), (log.users, log.items)), (log.U, log.V + 1))
    taken.data[:] = 1  # a repetition added up
    return taken


def takers(taken: csr_matrix) -> np.ndarray:
    """(V + 1,) how many users took each item."""
    return np.bincount(taken.indices, minlength=taken.shape[1])


def places(taken: csr_matrix, seed: int, among: np.ndarray | None = None, others: bool = True) -> np.ndarray:
    """Each item as the users of (U, V + 1) take it: (V + 1, w) float32 of length 1; 0 where none of them does.

    Found among some of the items, where these are given; the `others` stand where the users that take them do, or at 0.
    """
    whole = _normalised(taken)
    told = whole if among is None else whole[:, among]
    width = min(WIDTH + 1, *(side - 1 for side in told.shape))
    start = np.random.default_rng(seed).standard_normal((told.shape[1], width + BESIDE), np.float32)
    basis = start[:, : told.shape[1]]
    for _ in range(PASSES):
        basis = qr(_taken_with(told, told, basis), mode="economic", overwrite_a=True, check_finite=False)[0]
    values, vectors = eigh(basis.T @ _taken_with(told, told, basis))
    leading = np.argsort(-values)[1:width]  # the first is popularity
    # What many share counts most: each vector times its value, which is what the users' places come to for an item.
    if among is None or not others:
        found = basis @ (vectors[:, leading] * np.maximum(values[leading], 0))
    else:
        found = _taken_with(whole, told, basis @ vectors[:, leading])
    found = np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float32)
    if among is None or others:
        return found
    everywhere = np.zeros((taken.shape[1], found.shape[1]), np.float32)
    everywhere[among] = found
    return everywhere


def _normalised(taken: csr_matrix) -> csr_matrix:
    """What was taken over the square roots of both counts."""
    active, many = np.diff(taken.indptr), takers(taken)
    found = taken.copy()
    found.data *= np.repeat(1 / np.sqrt(np.maximum(active, 1)), active).astype(np.float32)
    found.data *= (1 / np.sqrt(np.maximum(many, 1))).astype(np.float32)[found.indices]
    return found


def _taken_with(taken: csr_matrix, told: csr_matrix, vectors: np.ndarray) -> np.ndarray:
    """`taken.T @ told @ vectors`, (V, n): some users at a time."""
    found = np.zeros((taken.shape[1], vectors.shape[1]), np.float32)
    for start in range(0, taken.shape[0], USERS):
        some = slice(start, start + USERS)
        found += taken[some].T @ (told[some] @ vectors)
    return found
