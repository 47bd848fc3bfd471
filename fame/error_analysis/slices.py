"""Which events are worse, or better, than the whole: slices of one label or two, tested, in the order of their cost.

- Tested against all draws of as many events (`significance`), so that rare hits and small slices are told honestly: by
  NDCG@10, and by where the truth stands among all ranks, which differs long before enough of the few hits are missing.
- Two labels together must also differ from the rest of either alone: else the single label says it all.
- Corrected by Benjamini and Hochberg over all slices looked at, with as much for the few single labels as for the many
  pairs: of the slices told at most a twentieth is false on
  average, and where nothing differs nothing is told in 95 of 100 cases. A bound on any false one among thousands would
  hide most that are there, and the page's reader looks at several, not at one.
- A slice most of whose cost goes with another's events is put under that one (`grouping`).
"""

from collections.abc import Sequence

import numpy as np

from fame.error_analysis.conditions import Condition
from fame.error_analysis.counts import Counted, count
from fame.error_analysis.events import Labels, TracedEvents
from fame.error_analysis.grouping import labels_of, stands_for, within
from fame.error_analysis.records import DISCOVERY_RATE, Slice, Slices
from fame.error_analysis.significance import benjamini_hochberg, p_of_sums, p_values

FEWEST = 20  # events of a slice
PART = 2_000  # of so many events a slice must have one more: what is smaller costs the total nothing
MOST_TOLD = 200  # slices told, the most costly, that are put under one another
MOST_LISTED, MOST_COSTLY = 40, 10  # of these, that stand for themselves; and that are listed anyway
SINGLES = 8  # labels of every column that are listed, told or not
DRAWS = 400  # of the bootstrap
BORROWED = 4.0  # events like the whole that a slice is given for its interval (Agresti and Coull)


def find_slices(events: TracedEvents, minimum: int | None = None) -> Slices:
    """The slices of these events.

    `minimum` is how many events a slice must have, and leave: 20, or a 2,000th part of all if that is more.
    """
    N, gains = len(events), events.gains
    least = max(2, minimum if minimum is not None else max(FEWEST, N // PART))
    whole = np.bincount(events.level, minlength=len(gains))
    mean = float(whole @ gains / max(1, N))
    counted, singles = count(events, least)
    if not len(counted.n):
        return Slices(N, mean, 0, least, ())
    p = p_values(counted.n, counted.total, whole, gains)
    p = beyond_parts(counted, singles, p, mean, gains)
    if events.standing.any():
        differs = counted.standing - counted.n * events.standing.mean(dtype=float)
        same = np.sign(differs) == np.sign(counted.total - counted.n * mean)  # one that is better and worse is not told
        p = np.minimum(1, 2 * np.minimum(p, np.where(same, by_standing(counted, len(singles), events.standing), 1)))
    q = corrected(p, len(singles))
    told = np.flatnonzero(q <= DISCOVERY_RATE)
    cost = (counted.total - counted.n * mean) / N
    told = told[np.argsort(-np.abs(cost[told]), kind="stable")][:MOST_TOLD]
    under = stands_for(events, counted, told)
    listed = _listed(counted, told, under, cost)
    found = events.only(np.flatnonzero(events.level))
    by_level = np.stack([np.bincount(found.level[within(found, counted, s)], minlength=len(gains)) for s in listed])
    by_level[:, 0] = counted.n[listed] - by_level[:, 1:].sum(1)
    low, high = intervals(by_level, whole, gains)
    place = {int(s): k for k, s in enumerate(listed)}
    rows = tuple(
        Slice(
            conditions=tuple(_condition(events.columns, pair) for pair in labels_of(counted, s)),
            n=int(counted.n[s]),
            share=float(counted.n[s] / N),
            mean=float(counted.total[s] / counted.n[s]),
            hits=float(by_level[k, 1:].sum() / counted.n[s]),
            effect=float(counted.total[s] / counted.n[s] - mean),
            low=float(low[k]),
            high=float(high[k]),
            cost=float(cost[s]),
            p=float(p[s]),
            q=float(q[s]),
            told=bool(q[s] <= DISCOVERY_RATE),
            under=place[under[int(s)]] if int(s) in under else None,
        )
        for k, s in enumerate(listed)
    )
    return Slices(N, mean, len(counted.n), least, rows)


def corrected(p: np.ndarray, singles: int) -> np.ndarray:
    """(S,) p -> q, single labels first: half of the false discoveries allowed are theirs, half those of the many pairs.

    Benjamini and Hochberg with weights that are 1 on average (Genovese, Roeder and Wasserman 2006).
    """
    groups = [part for part in (slice(0, singles), slice(singles, len(p))) if len(p[part])]
    weight = np.ones(len(p))
    for part in groups:
        weight[part] = len(p) / (len(groups) * len(p[part]))
    return benjamini_hochberg(p / weight)


def by_standing(counted: Counted, singles: int, standing: np.ndarray) -> np.ndarray:
    """(S,) p of where the truth stands; of two labels the largest of those against the whole and either label alone."""
    total, squares = standing.sum(dtype=float), np.square(standing).sum(dtype=float)
    p = p_of_sums(counted.n, counted.standing, np.array(len(standing)), total, squares)
    place = {tuple(pair): k for k, pair in enumerate(counted.first[:singles].tolist())}
    near = np.flatnonzero((p <= DISCOVERY_RATE) & (counted.second[:, 0] >= 0))
    n, stands = counted.n[near], counted.standing[near]
    direction = np.sign(stands - n * total / len(standing))
    for labels in (counted.first[near], counted.second[near]):
        of = np.array([place[tuple(pair)] for pair in labels.tolist()], int)
        N, whole = counted.n[of], counted.standing[of]
        own = p_of_sums(n, stands, N, whole, counted.squares[of])
        p[near] = np.maximum(p[near], np.where((np.sign(stands - n * whole / N) == direction) & (n < N), own, 1))
    return p


def beyond_parts(counted: Counted, singles: np.ndarray, p: np.ndarray, mean: float, gains: np.ndarray) -> np.ndarray:
    """p of slices of two labels: the largest of that against the whole, and against the rest of each label alone.

    Only where the whole does not already say that they are not told. A slice that is worse than the whole and better
    than one of its labels says nothing of its own.
    """
    p = p.copy()
    place = {tuple(pair): k for k, pair in enumerate(counted.first[: len(singles)].tolist())}
    near = np.flatnonzero((p <= DISCOVERY_RATE) & (counted.second[:, 0] >= 0))
    if not len(near):
        return p
    direction = np.sign(counted.total[near] - counted.n[near] * mean)
    for labels in (counted.first[near], counted.second[near]):
        parent = np.array([place[tuple(pair)] for pair in labels.tolist()])
        levels = singles[parent]
        n, total = counted.n[near], counted.total[near]
        own = p_values(n, total, levels, gains)
        same = np.sign(total - n * (levels @ gains) / levels.sum(1)) == direction
        p[near] = np.maximum(p[near], np.where(same & (n < levels.sum(1)), own, 1))
    return p


def intervals(levels: np.ndarray, whole: np.ndarray, gains: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(S,) ends of the 95 % interval of each slice's mean less the whole's, by a bootstrap over events.

    To draw events anew is to draw how many have each gain, in the slice and outside (Poisson bootstrap), whatever their
    number. A few events like the whole are added to the slice first: of twenty events without a hit nobody may say that
    there are none.

    Parameters
    ----------
    levels : (S, L) events of each slice with each gain
    whole : (L,) of all
    gains : (L,) of each level
    """
    rng = np.random.default_rng(seed)
    prior = BORROWED * whole / whole.sum()
    low, high = np.empty(len(levels)), np.empty(len(levels))
    for k, inside in enumerate(levels):
        drawn, rest = _drawn(inside + prior, rng), _drawn(whole - inside, rng)
        mean = drawn @ gains / np.maximum(drawn.sum(1), 1)
        every = (drawn + rest) @ gains / np.maximum((drawn + rest).sum(1), 1)
        low[k], high[k] = np.quantile(mean - every, (0.025, 0.975))
    return low, high


def _drawn(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(DRAWS, L) Poisson numbers; many are drawn as normal ones, which takes a tenth of the time."""
    many = expected > 200
    drawn = np.empty((DRAWS, len(expected)))
    drawn[:, ~many] = rng.poisson(expected[~many], (DRAWS, int((~many).sum())))
    drawn[:, many] = expected[many] + np.sqrt(expected[many]) * rng.standard_normal((DRAWS, int(many.sum())))
    return drawn


def _listed(counted: Counted, told: np.ndarray, under: dict[int, int], cost: np.ndarray) -> np.ndarray:
    """Places of what is listed, by cost: of what is told the most costly, and of every column what differs most."""
    single = np.flatnonzero(counted.second[:, 0] < 0)
    heads = [s for s in told.tolist() if s not in under]
    chosen = [*told[:MOST_COSTLY].tolist(), *heads[:MOST_LISTED]]
    for column in np.unique(counted.first[single, 0]):
        own = single[counted.first[single, 0] == column]
        chosen += own[np.argsort(-np.abs(cost[own]), kind="stable")][:SINGLES].tolist()
    every = np.unique(chosen + [under[s] for s in chosen if s in under])
    return every[np.argsort(cost[every], kind="stable")]


def _condition(columns: Sequence[Labels], pair: tuple[int, int]) -> Condition:
    column = columns[pair[0]]
    return Condition(column.name, "=", column.labels[pair[1]])
