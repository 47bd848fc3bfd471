"""Many values: what comes of the sparse regression is the ridge itself, and nothing of items times values is held."""

import tracemalloc

import numpy as np
import pytest
from scipy.sparse import random as random_sparse

from fame.data.attributes import Attributes
from fame.explain.families import ridge as module
from fame.explain.families.ridge import ridge


def columns(V, n, seed):
    rng = np.random.default_rng(seed)
    return random_sparse(V, n, 3 / n, "csr", random_state=rng, data_rvs=np.ones)


def by_hand(vectors, blocks, penalties):
    """Least squares with the root of the penalties as further rows."""
    z = np.hstack([block.toarray() for block in blocks])
    z -= z.mean(0)
    roots = np.sqrt(np.repeat(penalties, [block.shape[1] for block in blocks]))
    rows = np.vstack([z, np.diag(roots)])
    return np.linalg.lstsq(rows, np.vstack([vectors, np.zeros((len(roots), vectors.shape[1]))]), rcond=None)[0], z


@pytest.mark.parametrize("few", [0, 1_000], ids=["by conjugate gradients", "by a factorisation"])
def test_it_is_least_squares_with_the_penalties_that_predict_best(few, monkeypatch):
    monkeypatch.setattr(module, "FEW", few)
    rng, blocks = np.random.default_rng(0), [columns(240, 60, 1), columns(240, 25, 2)]
    vectors = sum(block @ rng.normal(size=(block.shape[1], 5)) for block in blocks) + rng.normal(size=(240, 5))
    vectors -= vectors.mean(0)
    found = ridge(vectors, blocks)
    solved, _ = by_hand(vectors, blocks, found.penalties)
    assert np.allclose(np.vstack(found.weights), solved, atol=1e-8)

    fold = np.random.default_rng(0).permutation(240) % module.FOLDS

    def missed(penalties):
        total = 0.0
        for f in range(module.FOLDS):
            z = np.hstack([block.toarray() for block in blocks])
            z -= z.mean(0)
            gram = z[fold != f].T @ z[fold != f] + np.diag(np.repeat(penalties, [60, 25]))
            weights = np.linalg.solve(gram, z[fold != f].T @ vectors[fold != f])
            total += np.square(vectors[fold == f] - z[fold == f] @ weights).sum()
        return total

    assert found.explained == pytest.approx(1 - missed(found.penalties) / np.square(vectors).sum(), abs=1e-8)
    for b in range(2):
        for penalty in module.PENALTIES:
            other = list(found.penalties)
            other[b] = penalty
            assert missed(other) >= missed(found.penalties) - 1e-9


def test_an_item_of_many_values_among_many_is_held_sparse():
    V, n = 4_000, 3_000
    rng = np.random.default_rng(0)
    codes = np.full((V + 1, 300), -1, dtype=np.int64)
    codes[1:, 0] = rng.integers(0, n, V)
    codes[7] = rng.choice(n, 300, replace=False)
    found = Attributes.padded("brand", tuple(str(value) for value in range(n)), codes)
    vectors = rng.normal(size=(V, 8))
    tracemalloc.start()
    ridge(vectors - vectors.mean(0), [found.sparse()[1:]])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.2 * 8 * V * n
    assert found.sparse()[7].nnz == 300
    assert np.array_equal(np.asarray(found.sparse().sum(0)).ravel(), found.counts)
    assert found.codes.nbytes + found.starts.nbytes < 20 * V  # of which one has 300 values
    assert np.array_equal(found.of(np.array([7, 1]))[0], codes[7])
    assert found.of(np.array([1])).tolist() == [[codes[1, 0]]]
    assert found.having(int(codes[7, 3])).tolist() == np.flatnonzero((codes == codes[7, 3]).any(1)).tolist()
