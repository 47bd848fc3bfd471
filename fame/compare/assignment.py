"""Which of one model goes with which of another: the assignment of the largest sum, beside what chance would match."""

from collections.abc import Iterable, Sequence

import numpy as np

from fame.compare.records import Match, Matching
from fame.model.cka import cka

PERMUTATIONS = 19  # what is above the most alike two of each is told: in less than one of twenty by chance
ITEMS = 5_000  # that facets are compared on at most


def assign(
    values: np.ndarray, by_chance: Iterable[np.ndarray], first: Sequence[str], second: Sequence[str]
) -> Matching:
    """Match (P, Q) values, 1 = alike, beside several such tables of what does not go together.

    The Hungarian method (Kuhn 1955), so that each is matched with one at most. A pair is told where it is more alike
    than any two in any of the tables by chance: that holds for all pairs together (Westfall and Young 1993).
    """
    from scipy.optimize import linear_sum_assignment

    tables = list(by_chance)
    matched = [float(table[linear_sum_assignment(table, maximize=True)].mean()) for table in tables]
    bound = max(float(table.max()) for table in tables)
    return Matching(
        first=tuple(first),
        second=tuple(second),
        values=tuple(map(tuple, values.tolist())),
        pairs=tuple(
            Match(int(p), int(q), float(values[p, q]), bool(values[p, q] > bound))
            for p, q in zip(*linear_sum_assignment(values, maximize=True), strict=True)
        ),
        chance=float(np.mean(matched)),
        bound=bound,
    )


def match_facets(
    ours: np.ndarray, theirs: np.ndarray, first: Sequence[str], second: Sequence[str], seed: int = 0
) -> Matching:
    """Facets by how alike they arrange the same items, debiased CKA of sub-embeddings (V, H, K) and (V, G, L).

    Chance is the same with the items of one model in another order.
    """
    rng = np.random.default_rng(seed)
    if len(ours) > ITEMS:
        some = rng.choice(len(ours), ITEMS, replace=False)
        ours, theirs = ours[some], theirs[some]
    by_chance = (cka(ours, theirs[rng.permutation(len(theirs))]) for _ in range(PERMUTATIONS))
    return assign(cka(ours, theirs), by_chance, first, second)
