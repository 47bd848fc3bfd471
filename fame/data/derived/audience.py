"""Audiences: items that the same users take, in two levels, wide ones that open into narrow ones.

Items are placed by who takes them (`places`) and grouped by k-means; each wide audience is grouped again. How many is
decided by what comes out again: with other seeds, of the places too, and from one half of the users as from the other.
"""

from dataclasses import dataclass

import numpy as np

from fame.data.derived.log import Log
from fame.data.derived.places import places, taken_by, takers
from fame.data.derived.records import LevelStability

TAKERS = 5  # users of an item by which it helps to find the audiences
JOINS = 2  # users of an item that is then put into one: one user is no audience
FEWEST_ITEMS = 20  # with so many takers
SAMPLE = 20_000  # items, at most, that the audiences are found on, the most taken; the others join the nearest
WIDE, NARROW = (3, 4, 5, 6, 8), (8, 12, 16, 24, 32, 48)
SEEDS = 3
STARTS = 8  # of k-means, of which the best counts
SAME_BY_SEEDS, SAME_BY_HALVES = 0.8, 0.5  # adjusted mutual information that a level must reach
TYPICAL = 5  # items shown of each


@dataclass(frozen=True)
class Audiences:
    """Numbers of audiences from 0, by the number of interactions with their items; V items."""

    wide: np.ndarray  # (V + 1,) int32, -1 = in none
    narrow: np.ndarray | None  # (V + 1,) int32; None where no finer level is stable
    within: tuple[int, ...]  # the wide audience of every narrow one
    typical_wide: tuple[tuple[int, ...], ...]  # catalog indices
    typical_narrow: tuple[tuple[int, ...], ...]
    stability: tuple[LevelStability, ...]


def find_audiences(log: Log, seed: int = 0) -> Audiences | str:
    """The audiences of a training part, or a sentence that says why there are none."""
    if log.U < 2:
        return "the training part has one user, and an audience is told from another"
    taken = taken_by(log)
    counts = takers(taken)
    if counts.max() < JOINS:
        return "no item was taken by two users"
    firm = np.flatnonzero(counts >= TAKERS)
    if len(firm) < FEWEST_ITEMS:
        return f"{len(firm)} items were taken by {TAKERS} users or more, and {FEWEST_ITEMS} are needed"
    sample, among = firm, None
    if len(firm) > SAMPLE:
        sample = among = np.sort(firm[np.argsort(-counts[firm], kind="stable")[:SAMPLE]])
    one_half = np.random.default_rng(seed).permutation(log.U) < log.U // 2
    halves = [taken[half] for half in (one_half, ~one_half)]
    told = sample[np.all([takers(half)[sample] >= TAKERS for half in halves], axis=0)]
    if len(told) < FEWEST_ITEMS:
        return (
            f"{len(told)} items were taken by {TAKERS} users or more in either half of the users, by which it is told "
            f"what is stable, and {FEWEST_ITEMS} are needed"
        )
    whole = places(taken, seed, among)
    again = [places(taken, seed + s, among, others=False)[sample] for s in range(1, SEEDS)]
    apart = [places(half, seed, among, others=False)[told] for half in halves]
    spaces = Spaces([whole[sample], *again], apart)

    wide = _most_stable(spaces, seed)
    if wide is None:
        return (
            "no grouping of the items by who took them comes out again with other seeds and from other users "
            f"(adjusted mutual information {SAME_BY_SEEDS} and {SAME_BY_HALVES})"
        )
    asked, narrow = _finest(spaces, wide.number, seed)
    found = Grouping.of(spaces.seeds[0], wide.number, asked, seed)
    joins = np.flatnonzero((counts >= JOINS) & whole.any(1))
    labels = np.full((2, log.V + 1), -1, np.int32)
    for start in range(0, len(joins), 100_000):
        some = joins[start : start + 100_000]
        labels[:, some] = found.nearest(whole[some])
    return _numbered(labels, narrow is not None, whole, counts, found, (wide, *([narrow] if narrow else [])))


@dataclass(frozen=True)
class Spaces:
    """Places of the items that are taken often enough, found again and again, by which it is told what is stable."""

    seeds: list[np.ndarray]  # (n, w) each
    halves: list[np.ndarray]  # (m, w) each, of the items that either half of the users took often enough


@dataclass(frozen=True)
class Grouping:
    """Centres of the audiences of both levels."""

    wide: np.ndarray  # (w, D)
    narrow: np.ndarray  # (n, D)
    within: np.ndarray  # (n,) wide audience of each

    @classmethod
    def of(cls, vectors: np.ndarray, wide: int, narrow: int | None, seed: int) -> "Grouping":
        """Vectors (n, D) in so many wide audiences, and these in about so many narrow ones, by their sizes."""
        centres, labels = _k_means(vectors, wide, seed)
        if narrow is None:
            return cls(centres, centres, np.arange(len(centres)))
        parts = []
        for w in range(len(centres)):
            own = vectors[labels == w]
            parts.append(_k_means(own, max(1, min(len(own), round(narrow * len(own) / len(vectors)))), seed)[0])
        return cls(centres, np.vstack(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts]))

    def nearest(self, vectors: np.ndarray) -> np.ndarray:
        """(n, D) -> wide and narrow audience, (2, n): the nearest wide one, and within it the nearest."""
        wide = _nearest(vectors, self.wide)
        far = np.where(self.within[None] == wide[:, None], 0.0, np.inf)
        return np.stack([wide, _nearest(vectors, self.narrow, far)])


def _k_means(vectors: np.ndarray, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.cluster import KMeans

    found = KMeans(k, n_init=STARTS, random_state=seed).fit(vectors)
    return found.cluster_centers_, found.labels_


def _nearest(vectors: np.ndarray, centres: np.ndarray, beside: np.ndarray | float = 0.0) -> np.ndarray:
    return np.asarray((np.square(centres).sum(1) - 2 * vectors @ centres.T + beside).argmin(1))


def _stable(spaces: Spaces, wide: int, narrow: int | None, seed: int) -> LevelStability | None:
    """How alike a level comes out again, the finer one where there are two; None where that is too little."""
    from sklearn.metrics import adjusted_mutual_info_score as alike

    def labels(vectors: np.ndarray, seed: int) -> np.ndarray:
        return Grouping.of(vectors, wide, narrow, seed).nearest(vectors)[1]

    halves = float(alike(*(labels(one, seed) for one in spaces.halves)))
    if halves < SAME_BY_HALVES:
        return None
    again = [labels(vectors, seed + s) for s, vectors in enumerate(spaces.seeds)]
    seeds = float(np.mean([alike(again[i], again[j]) for i in range(SEEDS) for j in range(i)]))
    if seeds < SAME_BY_SEEDS:
        return None
    return LevelStability("narrow" if narrow else "wide", len(np.unique(again[0])), seeds, halves)


def _most_stable(spaces: Spaces, seed: int) -> LevelStability | None:
    """The number of wide audiences that halves of the users agree on most."""
    fits = [k for k in WIDE if k <= len(spaces.halves[0]) // 2]
    found = [one for k in fits if (one := _stable(spaces, k, None, seed))]
    return max(found, key=lambda one: (one.halves, one.number), default=None)


def _finest(spaces: Spaces, wide: int, seed: int) -> tuple[int | None, LevelStability | None]:
    """The largest number of narrow audiences that is stable, as asked for, and what came of it."""
    finest: tuple[int | None, LevelStability | None] = None, None
    for k in NARROW:
        if 2 * wide <= k <= len(spaces.halves[0]) // 4:
            if one := _stable(spaces, wide, k, seed):
                finest = k, one
            elif finest[0]:
                break
    return finest


def _numbered(
    labels: np.ndarray, two: bool, vectors: np.ndarray, counts: np.ndarray, found: Grouping,
    stability: tuple[LevelStability, ...],
) -> Audiences:  # fmt: skip
    """Labels (2, V + 1) numbered anew by how much their items are taken, and the typical items of each."""
    weight = [
        np.bincount(own[own >= 0], counts[own >= 0], minlength=n)
        for own, n in zip(labels, (len(found.wide), len(found.narrow)), strict=True)
    ]
    wide_order = np.argsort(-weight[0], kind="stable")
    rank = np.argsort(wide_order)
    narrow_order = np.lexsort((-weight[1], rank[found.within]))
    wide = np.append(rank, -1)[labels[0]].astype(np.int32)
    narrow = np.append(np.argsort(narrow_order), -1)[labels[1]].astype(np.int32)

    def typical(own: np.ndarray, centres: np.ndarray) -> tuple[tuple[int, ...], ...]:
        """Near the middle and often taken."""
        shown = []
        for n, centre in enumerate(centres):
            items = np.flatnonzero(own == n)
            score = (vectors[items] @ centre) * np.log1p(counts[items])
            shown.append(tuple(int(item) for item in items[np.argsort(-score, kind="stable")[:TYPICAL]]))
        return tuple(shown)

    return Audiences(
        wide=wide,
        narrow=narrow if two else None,
        within=tuple(int(rank[w]) for w in found.within[narrow_order]) if two else (),
        typical_wide=typical(wide, found.wide[wide_order]),
        typical_narrow=typical(narrow, found.narrow[narrow_order]) if two else (),
        stability=stability,
    )
