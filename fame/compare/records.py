"""What a comparison of two models found. No arrays and no torch: it can be shown and sent.

A difference is the first model's value less the second's, so that more than 0 speaks for the first.
"""

from dataclasses import asdict, dataclass
from typing import Any

from fame.error_analysis.conditions import Condition
from fame.error_analysis.records import DISCOVERY_RATE
from fame.errors import InputError

TEST_LEVEL = 0.05  # of the tests, for all models that are compared with one together


class CompareError(InputError):
    """Two models cannot be compared."""


@dataclass(frozen=True)
class Named:
    """A model that is compared."""

    name: str
    fingerprint: str
    dataset: str
    events: int  # of its trace that count in the measures
    items: int  # in its catalog


@dataclass(frozen=True)
class Difference:
    """Of one measure, over the users of both."""

    measure: str  # "NDCG@10"
    first: float  # mean over users
    second: float
    value: float  # first - second
    low: float  # interval of the value, by a bootstrap over users
    high: float
    confidence: float  # 0.95; of more than one model against one more, so that all intervals hold together
    p: float  # exact: that signs drawn at random make as much of a difference
    corrected: float  # p after Holm's correction for the number of models

    @property
    def told(self) -> bool:
        """Whether the test says so and the interval, too."""
        return self.corrected <= TEST_LEVEL and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Agreement:
    """How alike the two lists of ten are, over users; 1 = the same."""

    overlap: float  # mean share of the ten that both have
    rank_biased: float  # mean rank-biased overlap, to which the top of a list counts more
    same_first: float  # share of users with the same item first


@dataclass(frozen=True)
class SliceDifference:
    """Users that have one label or two, and how the models differ there beside how they differ on the whole."""

    conditions: tuple[Condition, ...]  # one or two; all must hold
    n: int
    first: float  # NDCG@10
    second: float
    value: float  # first - second
    low: float  # 95 % interval of the value
    high: float
    p: float  # that as many users at random differ as far from the whole's difference
    q: float  # the same after correction for all slices that were looked at
    told: bool  # from the whole
    under: int | None  # place of the slice that most of it goes with; None = stands for itself

    @property
    def name(self) -> str:
        """`length = 5-9 and truth.genre = Drama`."""
        return " and ".join(condition.text for condition in self.conditions)


@dataclass(frozen=True)
class Match:
    """What of the first model was matched with what of the second."""

    first: int
    second: int
    value: float
    told: bool  # more alike than chance makes any two


@dataclass(frozen=True)
class Matching:
    """Facets or experts of one model against those of another, each matched with one at most."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]  # (first, second); 1 = alike
    pairs: tuple[Match, ...]  # the assignment of the largest sum, in the order of the first
    chance: float  # mean of the pairs that are matched where nothing goes together
    bound: float  # the most alike that any two were by chance

    @property
    def matched(self) -> float:
        """Mean of the pairs."""
        return sum(pair.value for pair in self.pairs) / max(1, len(self.pairs))

    @property
    def told(self) -> int:
        """How many pairs are more alike than by chance."""
        return sum(pair.told for pair in self.pairs)


@dataclass(frozen=True)
class ExplanationAgreement:
    """How alike two models order past items by what each does; 1 = the same order, 0 = as by chance."""

    method: str  # by which past items were explained
    histories: int
    correlation: float  # mean over histories of Spearman's rank correlation
    low: float  # 95 % interval of the mean
    high: float


@dataclass(frozen=True)
class Common:
    """What two models of different data were compared on."""

    items: int  # that both catalogs have; ranks are counted among these
    first_items: int
    second_items: int


@dataclass(frozen=True)
class Comparison:
    """Of two models, over the users whose held-out item both were asked for."""

    first: Named
    second: Named
    users: int
    common: Common | None  # None: of the same data, so that all items count
    both: int  # users whose held-out item is among the first ten of both
    first_alone: int  # …of the first alone
    second_alone: int
    neither: int
    wins: int  # users whose held-out item ranks higher with the first
    losses: int
    measures: tuple[Difference, ...]  # NDCG@10, HR@10
    agreement: Agreement
    looked_at: int  # slices of at least `minimum` users
    minimum: int
    slices: tuple[SliceDifference, ...]  # most in favour of the second first
    facets: Matching | None = None  # None: not asked for, or one of the two has none
    experts: Matching | None = None
    explanations: ExplanationAgreement | None = None  # None: not asked for, or histories are too short
    only_seed: bool = False  # trained alike but for the seed: what differs is chance

    def measure(self, name: str) -> Difference:
        """By its name."""
        return next(one for one in self.measures if one.measure == name)

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        found = asdict(self)
        found["measures"] = {
            one.measure: {name: value for name, value in asdict(one).items() if name != "measure"} | {"told": one.told}
            for one in self.measures
        }
        rows = [
            {"where": [condition.text for condition in row.conditions]}
            | {name: value for name, value in asdict(row).items() if name != "conditions"}
            for row in self.slices
        ]
        found["slices"] = {
            "looked_at": found.pop("looked_at"),
            "minimum": found.pop("minimum"),
            "correction": f"Benjamini-Hochberg, {DISCOVERY_RATE:g}",
            "rows": rows,
        }
        for name in ("facets", "experts"):
            matching: Matching | None = getattr(self, name)
            if matching is not None:
                found[name] |= {"matched": matching.matched, "told": matching.told}
        return found
