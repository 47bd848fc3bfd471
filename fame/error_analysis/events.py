"""All events of a trace in memory, a few numbers each: what is asked of them, column by column.

n events, V items. Everything a filter, a slice or a histogram needs is here, so that none of them reads the trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from fame.ranking.metrics import per_user

CUT = 10  # a truth among the first ten is found; slices are told by NDCG@10
GAINS = np.append(0.0, per_user(np.arange(1, CUT + 1))["NDCG@10"][::-1])  # of a miss, of rank 10, … of rank 1

LOWEST = np.zeros(1 << 16, np.int8)  # number from 1 of the lowest bit of a uint16; of 0 none, 0
for bit in range(16):
    LOWEST[1 << bit :: 1 << bit] = bit + 1


@dataclass(frozen=True)
class Labels:
    """What is known of an event by one name, as the number of a label: 0 = unknown, 1…K."""

    name: str  # as filters call it: "length", "truth.genre"
    labels: tuple[str, ...]  # (K,) in their order
    codes: np.ndarray  # (n, m) or, of items, (V + 1, m); 0 where there is none, or fewer than m
    items: np.ndarray | None = None  # (n,) catalog indices whose row of `codes` is meant; None: the event's own row
    ordered: bool = False  # whether labels are bands from low to high

    def having(self, code: int) -> np.ndarray:
        """(n,) bool: which events have that label."""
        found = _any(self.codes == code)
        return found if self.items is None else found[self.items]

    def only(self, rows: np.ndarray, known: dict[int, np.ndarray]) -> "Labels":
        """Of some events, by number, in that order.

        `known` holds what was taken for other columns of the same items, by these, so that it is taken once.
        """
        if self.items is None:
            return replace(self, codes=self.codes[rows])
        if id(self.items) not in known:
            known[id(self.items)] = self.items[rows]
        return replace(self, items=known[id(self.items)])


@dataclass(frozen=True)
class TracedEvents:
    """Held-out events in the order of their trace."""

    rank: np.ndarray  # (n,) int32 of the truth, 1 = first
    row: np.ndarray  # (n,) int32 row of the trace
    columns: tuple[Labels, ...]  # that slices are made of
    others: tuple[Labels, ...] = ()  # that only filters ask for
    numbers: Mapping[str, np.ndarray] = field(default_factory=dict)  # (n,) that filters compare
    kinds: tuple[str, ...] = ()  # of errors, whose rules could be applied to this trace
    tags: np.ndarray | None = None  # (n,) uint16, bit k: the rule of kind k matches, also where the event is right

    def __len__(self) -> int:
        return len(self.rank)

    @property
    def gains(self) -> np.ndarray:
        """(L,) what an event can count, what most have first: 0."""
        return GAINS

    @cached_property
    def level(self) -> np.ndarray:
        """(n,) int8: which of the `gains` the event has."""
        return levels(self.rank)

    @cached_property
    def standing(self) -> np.ndarray:
        """(n,) float32 where the truth stands among the ranks of all of these, as normal scores: higher is better.

        Equals have that of their middle (van der Waerden); the sum over a slice has the normal law even if it is small.
        """
        times = np.bincount(self.rank)
        share = (np.cumsum(times) - times / 2) / max(1, len(self))
        return ndtri(1 - share.clip(1e-12, 1 - 1e-12)).astype(np.float32)[self.rank]

    @cached_property
    def kind(self) -> np.ndarray:
        """(n,) int8: number of the first kind whose rule matches, from 1; 0 = none, as for what was found."""
        if self.tags is None:
            return np.zeros(len(self), np.int8)
        found = LOWEST[self.tags]
        found[self.rank <= CUT] = 0
        return found

    def only(self, rows: np.ndarray) -> "TracedEvents":
        """Some of them, by number, in that order."""
        if len(rows) == len(self) and np.array_equal(rows, np.arange(len(self))):
            return self
        known: dict[int, np.ndarray] = {}
        return replace(
            self,
            rank=self.rank[rows],
            row=self.row[rows],
            columns=tuple(column.only(rows, known) for column in self.columns),
            others=tuple(column.only(rows, known) for column in self.others),
            numbers={name: values[rows] for name, values in self.numbers.items()},
            tags=None if self.tags is None else self.tags[rows],
        )

    def column(self, name: str) -> Labels | None:
        """By its name; None where there is none."""
        return next((column for column in (*self.columns, *self.others) if column.name == name), None)


@dataclass(frozen=True)
class Bands:
    """Numbers in bands: edge k to below edge k + 1, the last one open."""

    edges: tuple[float, ...]
    labels: tuple[str, ...]

    def codes(self, values: np.ndarray) -> np.ndarray:
        """(n, 1) int8: 1…K; 0 for what is below the first edge or unknown (NaN)."""
        found = np.searchsorted(self.edges, values, side="right")
        return np.where(np.isnan(values), 0, found).astype(np.int8)[:, None]


def whole_bands(edges: Sequence[int]) -> Bands:
    """Of whole numbers: (1, 5, 10) -> "1-4", "5-9", "10+"."""
    last = len(edges) - 1
    names = [
        f"{edge:,}+" if k == last else f"{edge:,}" if edges[k + 1] == edge + 1 else f"{edge:,}-{edges[k + 1] - 1:,}"
        for k, edge in enumerate(edges)
    ]
    return Bands(tuple(map(float, edges)), tuple(names))


COUNTS = whole_bands(
    (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 2_000, 5_000, 10_000, 100_000)
)
RANKS = whole_bands((1, 2, 11, 51, 201))
CERTAINTY = Bands((0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5), ("<1%", "1-2%", "2-5%", "5-10%", "10-20%", "20-50%", "50%+"))


def levels(rank: np.ndarray) -> np.ndarray:
    """(n,) int8: which of the `GAINS` each rank has."""
    return np.append(0, np.arange(CUT, -1, -1)).astype(np.int8)[np.minimum(rank, CUT + 1)]


def _any(found: np.ndarray) -> np.ndarray:
    return np.asarray(found[:, 0] if found.shape[1] == 1 else found.any(1))
