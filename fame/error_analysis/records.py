"""What was found over many events: slices, kinds of errors, counts. No arrays: it can be shown and sent."""

from dataclasses import asdict, dataclass
from typing import Any

from fame.error_analysis.conditions import Condition

DISCOVERY_RATE = 0.05  # share of false ones among the slices told (Benjamini and Hochberg)


@dataclass(frozen=True)
class Slice:
    """TracedEvents that have one label or two, beside all of the selection."""

    conditions: tuple[Condition, ...]  # one or two; all must hold
    n: int
    share: float  # of the selection
    mean: float  # NDCG@10
    hits: float  # share whose truth is among the first ten
    effect: float  # mean less that of the whole selection
    low: float  # 95 % interval of the effect
    high: float
    cost: float  # effect x share: by how much the whole's mean would be higher, or lower, at the whole's mean
    p: float  # that as many events at random differ as much in NDCG@10, or in where the truth stands among all ranks,
    # whichever is rarer, doubled; of two labels, also from the rest of either alone
    q: float  # the same after correction for all slices that were looked at
    told: bool  # q is at most the discovery rate
    under: int | None = None  # place of the slice that most of the cost goes with; None = stands for itself

    @property
    def name(self) -> str:
        """`length = 5-9 and truth.genre = Drama`."""
        return " and ".join(condition.text for condition in self.conditions)


@dataclass(frozen=True)
class Slices:
    """The slices of a selection, those that cost the total most first."""

    n: int  # events
    mean: float  # NDCG@10 of all of them
    looked_at: int  # slices of at least `minimum` events, for whose number the tests are corrected
    minimum: int
    rows: tuple[Slice, ...]

    @property
    def worst(self) -> tuple[Slice, ...]:
        """Those told to be worse than the whole that stand for themselves, the most costly first."""
        return tuple(row for row in self.rows if row.told and row.effect < 0 and row.under is None)

    def of(self, column: str) -> tuple[Slice, ...]:
        """Those of one label of that column, in the order of their cost."""
        return tuple(row for row in self.rows if len(row.conditions) == 1 and row.conditions[0].column == column)


@dataclass(frozen=True)
class Kind:
    """A kind of errors, and how many of the selection's are of it."""

    name: str
    rule: str  # in words
    first: int  # of which it is the first rule that matches
    also: int  # of which it matches, but another did before
    right: int | None = None  # events that are right, for which the rule holds as well; None: it speaks of errors only


@dataclass(frozen=True)
class Band:
    """TracedEvents whose truth has a rank in a band."""

    ranks: str  # "1", "2-10", …
    n: int


@dataclass(frozen=True)
class Analysis:
    """What is told of a selection of events: the same numbers on the page, on the command line and in a report."""

    where: tuple[Condition, ...]
    events: int  # in the selection
    of: int  # in the trace
    found: int  # whose truth is among the first ten
    measures: dict[str, float]  # HR@k, NDCG@k, MRR@k; empty where nobody is left
    median_rank: float | None
    bands: tuple[Band, ...]
    slices: Slices
    kinds: tuple[Kind, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        rows = [
            {"where": [condition.text for condition in row.conditions]}
            | {name: value for name, value in asdict(row).items() if name != "conditions"}
            for row in self.slices.rows
        ]
        return {
            "where": [condition.text for condition in self.where],
            "events": self.events,
            "of": self.of,
            "found": self.found,
            "measures": self.measures,
            "median_rank": self.median_rank,
            "bands": {band.ranks: band.n for band in self.bands},
            "slices": {
                "looked_at": self.slices.looked_at,
                "minimum": self.slices.minimum,
                "correction": f"Benjamini-Hochberg, {DISCOVERY_RATE:g}",
                "rows": rows,
            },
            "kinds": [asdict(kind) for kind in self.kinds],
        }
