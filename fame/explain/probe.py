"""Probe matrix: how well a linear probe tells an attribute family from a facet's sub-embeddings of items.

The probe is the ridge regression of one-hot values (scikit-learn's `Ridge`, in closed form so that a permutation is
cheap); it names the value with the highest fit. Right is any value that the item has. Chance is measured: the values
are permuted over the fitted items, again and again, until it is clear that the p-value is no small one (Besag and
Clifford 1991), or to the end.
"""

from dataclasses import dataclass

import numpy as np

from fame.data.attributes import Attributes
from fame.explain.meaning import LEVEL, Probe

PENALTY = 1.0  # on columns of variance 1
FEWEST = 20  # items that a family is tested on
PERMUTATIONS = 999
FOLDS = 5
MOST = 1_000  # values of a family, the commonest, among which a probe chooses


@dataclass(frozen=True)
class Fit:
    """What a probe of one family answers, facet by facet, about the tested items that have a value (t of them)."""

    right: np.ndarray  # (H, t) bool
    majority: float
    p: np.ndarray | None  # (H,)


def tell(
    vectors: np.ndarray, found: Attributes, fitted: np.ndarray, tested: np.ndarray, seed: int, permutations: int
) -> Fit:
    """Fit facets' item vectors (V + 1, H, K) on items `fitted` and ask about `tested`, both catalog indices."""
    from scipy.linalg import cho_factor, cho_solve  # late, as all that is heavy
    from scipy.sparse import csr_matrix

    fitted, tested = fitted[found.known[fitted]], tested[found.known[tested]]
    H, K = vectors.shape[1:]
    has = found.one_hot()
    majority = float(has[tested].mean(0).max(initial=0)) if len(tested) else 0.0
    times = has[fitted].sum(0)
    kept = np.argsort(-times, kind="stable")[:MOST]
    has = has[:, kept[times[kept] > 1]]  # a value of one item can be told of no other
    if not has.shape[1]:
        return Fit(np.zeros((H, len(tested)), bool), majority, np.ones(H) if permutations else None)

    unit = (vectors - vectors[fitted].mean(0)) / np.maximum(vectors[fitted].std(0), 1e-12)
    asked = unit[tested].swapaxes(0, 1).astype(np.float32)  # (H, t, K)
    solved = []
    for own in unit[fitted].swapaxes(0, 1):  # (n, K)
        gram = cho_factor(own.T @ own + PENALTY * np.eye(K))
        solved.append(cho_solve(gram, own.T).T.astype(np.float32))
    values, prior = csr_matrix(has[fitted]), has[fitted].mean(0)

    def right(h: int, order: np.ndarray | slice) -> np.ndarray:
        """(t,): item i of the fitted has the values of item `order[i]`."""
        weights = values[order].T @ solved[h]  # (values, K)
        named = (asked[h] @ weights.T + prior).argmax(1)
        return has[tested, named] > 0

    observed = np.stack([right(h, slice(None)) for h in range(H)])
    if not permutations:
        return Fit(observed, majority, None)
    rng = np.random.default_rng(seed)
    as_good, drawn, going = np.zeros(H), np.zeros(H), np.full(H, True)
    for _ in range(permutations):
        order = rng.permutation(len(fitted))
        for h in np.flatnonzero(going).tolist():
            as_good[h] += right(h, order).sum() >= observed[h].sum()
            drawn[h] += 1
        going = as_good < LEVEL * (permutations + 1)
        if not going.any():
            break
    return Fit(observed, majority, (1 + as_good) / (1 + drawn))


def held_out_probe(
    vectors: np.ndarray, families: list[Attributes], out: np.ndarray, seed: int, permutations: int = PERMUTATIONS
) -> tuple[Probe, list[Fit | None]]:
    """Fitted on items that are not held out (V + 1,), tested on those that are; and the answers, family by family."""
    from scipy.stats import false_discovery_control

    inside, outside = np.flatnonzero(~out)[1:], np.flatnonzero(out)
    fits = [
        tell(vectors, found, inside, outside, seed, permutations) if found.known[outside].sum() >= FEWEST else None
        for found in families
    ]
    H = vectors.shape[1]
    p = np.array([[np.nan if fit is None or fit.p is None else fit.p[h] for fit in fits] for h in range(H)])
    q, told = np.full_like(p, np.nan), ~np.isnan(p)
    if told.any():
        q[told] = false_discovery_control(p[told])
    return Probe(
        items=tuple(int(found.known[outside].sum()) for found in families),
        majority=tuple(None if fit is None else fit.majority for fit in fits),
        accuracy=_rows([[np.nan if fit is None else fit.right[h].mean() for fit in fits] for h in range(H)]),
        p=_rows(p),
        q=_rows(q),
    ), fits


def cross_validated_probe(vectors: np.ndarray, families: list[Attributes], out: np.ndarray, seed: int) -> Probe:
    """On the items that are not held out: each is asked about by a probe that the others were fitted on."""
    inside = np.flatnonzero(~out)[1:]
    fold = np.random.default_rng(seed).permutation(len(inside)) % FOLDS
    H, right = vectors.shape[1], []
    majority: list[float | None] = []
    for found in families:
        if found.known[inside].sum() < FEWEST:
            right.append([np.nan] * H)
            majority.append(None)
            continue
        fits = [tell(vectors, found, inside[fold != f], inside[fold == f], seed, 0) for f in range(FOLDS)]
        right.append(np.hstack([fit.right for fit in fits]).mean(1).tolist())
        known = inside[found.known[inside]]
        counts = np.bincount(found.codes[known][found.codes[known] >= 0])
        majority.append(float(counts.max() / len(known)))
    accuracy = np.array(right).reshape(len(families), H).T
    none = _rows(np.full(accuracy.shape, np.nan))
    items = tuple(int(found.known[inside].sum()) for found in families)
    return Probe(items, tuple(majority), _rows(accuracy), none, none)


def _rows(table: np.ndarray | list[list[float]]) -> tuple[tuple[float | None, ...], ...]:
    """NaN becomes None."""
    return tuple(tuple(None if cell != cell else float(cell) for cell in row) for row in table)
