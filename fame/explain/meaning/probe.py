"""Probe matrix: how well a linear probe tells an attribute family from a facet's sub-embeddings of items.

The probe is the ridge regression of one-hot values (scikit-learn's `Ridge`, in closed form). Asked about an item, it
gives every value a score; the area under the ROC curve (AUC) is how often an item that has the value gets a higher one
than an item that lacks it. The mean over values, each against the rest, is .5 by chance and 1 where all are told apart,
however common the commonest is: a share of right answers would be high where one value is all that is ever named, and
blind to all the others. Chance is tested by giving the tested items one another's values.
"""

from dataclasses import dataclass

import numpy as np

from fame.data.attributes import Attributes
from fame.explain.meaning.records import DISCOVERY_RATE, Probe

PENALTY = 1.0  # on columns of variance 1
FEWEST_TESTED = 20  # items that a family is tested on
FEWEST_EITHER = 2  # tested items that have a value, and that lack it: the AUC must be there without any one of them
PERMUTATIONS = 999
FOLDS = 5
MOST = 1_000  # values of a family, the commonest, that a probe is asked for


@dataclass(frozen=True)
class Fit:
    """What a probe of one family answers, facet by facet, about the tested items that have a value (t of them)."""

    items: np.ndarray  # (t,) catalog indices
    values: int  # that were tested
    auc: np.ndarray  # (H,) mean over these
    alone: np.ndarray  # (H, t) jackknife pseudo-values of the AUC: what each item makes of it; their mean is the AUC
    p: np.ndarray | None  # (H,)

    def gain(self) -> np.ndarray:
        """(H,): `2 AUC - 1`, 0 by chance and 1 where every value is told, whatever the family."""
        return 2 * self.auc - 1


def tell(
    vectors: np.ndarray, found: Attributes, fitted: np.ndarray, tested: np.ndarray, seed: int, permutations: int
) -> Fit | None:
    """Fit facets' item vectors (V + 1, H, K) on items `fitted` and ask about `tested`, both catalog indices.

    None where no value is had by `EITHER` of the tested items, lacked by as many, and had by two of the fitted.
    """
    from scipy.linalg import cho_factor, cho_solve  # late, as all that is heavy
    from scipy.stats import rankdata

    fitted, tested = fitted[found.known[fitted]], tested[found.known[tested]]
    H, K = vectors.shape[1:]
    has = found.sparse()
    learned, asked_for = (np.asarray(has[rows].sum(0)).ravel() for rows in (fitted, tested))
    some = (learned > 1) & (asked_for >= FEWEST_EITHER) & (len(tested) - asked_for >= FEWEST_EITHER)
    kept = np.flatnonzero(some)[np.argsort(-learned[some], kind="stable")[:MOST]]
    if not len(kept):
        return None
    values, right = has[fitted][:, kept], has[tested][:, kept].toarray() > 0

    unit = (vectors - vectors[fitted].mean(0)) / np.maximum(vectors[fitted].std(0), 1e-12)
    alone, weighted = [], []
    times = right.sum(0)
    pairs = times * (len(tested) - times)
    for h in range(H):
        own = unit[fitted, h]  # (n, K)
        solved = cho_solve(cho_factor(own.T @ own + PENALTY * np.eye(K)), own.T)
        scores = unit[tested, h] @ (values.T @ solved.T).T  # (t, values)
        alone.append(pseudo_values(scores, right))
        # The AUC of a value is the sum of these over the items that have it, but for a constant (Mann and Whitney).
        weighted.append(rankdata(scores, axis=0) / pairs / len(kept))
    pseudo = np.stack(alone)
    p = chance(np.stack(weighted), right, seed, permutations) if permutations else None
    return Fit(tested, len(kept), pseudo.mean(1), pseudo, p)


def pseudo_values(scores: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Scores (t, values) and which are right, bool -> (t,): `t AUC - (t - 1) AUC without the item`, ties half.

    DeLong et al. (1988) compare AUCs by the same parts, one value at a time; here an item counts for every value.
    """
    t, values = right.shape
    without = np.zeros(t)
    total = 0.0
    for v in range(values):
        order = [np.sort(scores[side, v]) for side in (~right[:, v], right[:, v])]
        below = [(np.searchsorted(s, scores[:, v]) + np.searchsorted(s, scores[:, v], side="right")) / 2 for s in order]
        have, lack = len(order[1]), len(order[0])
        beats = np.where(right[:, v], below[0] / lack, 1 - below[1] / have)  # of the other side, from the item's view
        auc = beats[right[:, v]].mean()
        n = np.where(right[:, v], have, lack)
        total += auc
        without += (n * auc - beats) / (n - 1)
    return np.asarray(t * total / values - (t - 1) * without / values)


def chance(weighted: np.ndarray, right: np.ndarray, seed: int, permutations: int) -> np.ndarray:
    """Weighted ranks (H, t, values) -> (H,): the share of permutations of the items' values that are told as well."""
    item, value = np.nonzero(right)
    observed = weighted[:, item, value].sum(1)
    rng, as_good = np.random.default_rng(seed), np.zeros(len(weighted))
    for _ in range(permutations):
        as_good += weighted[:, rng.permutation(len(right))[item], value].sum(1) >= observed - 1e-9
    return (1 + as_good) / (1 + permutations)


def tells_better(ours: Fit, h: int, theirs: Fit, k: int) -> bool:
    """Whether our facet h tells our family better than facet k tells theirs: their AUCs compared item by item.

    One-sided t-test of the jackknife's difference (Arvesen 1969); an item that is in both tests counts in both.
    """
    from scipy.stats import t as student

    items = np.union1d(ours.items, theirs.items)
    parts = np.zeros(len(items))
    for fit, facet, sign in ((ours, h, 1), (theirs, k, -1)):
        own, n = fit.alone[facet] - fit.auc[facet], len(fit.items)
        parts[np.searchsorted(items, fit.items)] += sign * own / np.sqrt(n * (n - 1))
    apart, error = ours.auc[h] - theirs.auc[k], np.sqrt(np.square(parts).sum())
    return bool(
        apart > 0
        and student.sf(apart / max(error, 1e-12), min(len(ours.items), len(theirs.items)) - 1) < DISCOVERY_RATE
    )


def held_out_probe(
    vectors: np.ndarray, families: list[Attributes], out: np.ndarray, seed: int, permutations: int = PERMUTATIONS
) -> tuple[Probe, list[Fit | None]]:
    """Fitted on items that are not held out (V + 1,), tested on those that are; and the answers, family by family."""
    from scipy.stats import false_discovery_control

    inside, outside = np.flatnonzero(~out)[1:], np.flatnonzero(out)
    fits = [
        tell(vectors, found, inside, outside, seed, permutations)
        if found.known[outside].sum() >= FEWEST_TESTED
        else None
        for found in families
    ]
    H = vectors.shape[1]
    p = np.array([[np.nan if fit is None or fit.p is None else fit.p[h] for fit in fits] for h in range(H)])
    q, told = np.full_like(p, np.nan), ~np.isnan(p)
    if told.any():
        q[told] = false_discovery_control(p[told])
    return Probe(
        items=tuple(int(found.known[outside].sum()) for found in families),
        values=tuple(0 if fit is None else fit.values for fit in fits),
        auc=_rows([[np.nan if fit is None else fit.auc[h] for fit in fits] for h in range(H)]),
        p=_rows(p),
        q=_rows(q),
    ), fits


def cross_validated_probe(vectors: np.ndarray, families: list[Attributes], out: np.ndarray, seed: int) -> Probe:
    """On the items that are not held out: each is asked about by a probe that the others were fitted on."""
    inside = np.flatnonzero(~out)[1:]
    fold = np.random.default_rng(seed).permutation(len(inside)) % FOLDS
    H, auc, values = vectors.shape[1], [], []
    for found in families:
        tried = [
            tell(vectors, found, inside[fold != f], inside[fold == f], seed, 0)
            for f in range(FOLDS if found.known[inside].sum() >= FEWEST_TESTED else 0)
        ]
        fits = [fit for fit in tried if fit is not None]
        values.append(max((fit.values for fit in fits), default=0))
        auc.append(np.mean([fit.auc for fit in fits], axis=0) if fits else np.full(H, np.nan))
    table = np.array(auc).reshape(len(families), H).T
    none = _rows(np.full(table.shape, np.nan))
    items = tuple(int(found.known[inside].sum()) for found in families)
    return Probe(items, tuple(values), _rows(table), none, none)


def _rows(table: np.ndarray | list[list[float]]) -> tuple[tuple[float | None, ...], ...]:
    """NaN becomes None."""
    return tuple(tuple(None if cell != cell else float(cell) for cell in row) for row in table)
