"""How true the attribution methods are on a model, measure by measure and method by method."""

from dataclasses import dataclass

from fame.explain.past.kinds import Method
from fame.runs.ways import Way

EXPLANATIONS_FILE = "explanations.json"
EXPLANATIONS_ADVICE = "run `python -m fame verify explanations` again, or delete the file"
TRUER = "truer than recency"
NO_BETTER = "no better than recency"
IGNORES = "fails the randomisation check"
UNTESTED = "not tested: no history that it can be used for"
USUAL: Method = "occlusion-remove"  # explains where none was found to be truer than recency
CUTS = (1, 2, 3, 4, 5)
MEASURED_TOP = 10
MEASURES = (
    *(f"DEL@{K}" for K in CUTS),
    *(f"INS@{K}" for K in CUTS),
    *(f"CDCG@{K}" for K in CUTS),
    *(f"POS@{MEASURED_TOP},{K}" for K in CUTS),
    "comprehensiveness",
    "sufficiency",
    "area",
)
HIGHER = ("INS", "comprehensiveness")  # is truer; of all other measures lower is


@dataclass(frozen=True)
class Against:
    """Mean difference to another order over users, and its bootstrap interval of 95 %."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class MethodRow:
    """A method on some users: a number a measure, in the order of `Explanations.measures`."""

    method: Method
    way: Way
    group: str  # "all", or how many items the histories have
    users: int
    mean: tuple[float, ...]
    to_recency: tuple[Against, ...]  # of the users for whom the method can be used; empty for recency itself
    to_random: tuple[Against, ...]  # likewise; of all users only


@dataclass(frozen=True)
class Verdict:
    """What is to be thought of a method; recency and random have none."""

    method: Method
    verdict: str
    alike: dict[str, float]  # stage of the randomisation check -> mean Spearman correlation with the original
    sensitivity: float | None  # how far its values move when what is read moves a little, of the users checked


@dataclass(frozen=True)
class Truest:
    """Of the fast methods the one with the least area where items are removed, among those that beat recency."""

    method: Method
    chosen_on: int  # users, none of them among those that it is judged on
    judged: MethodRow  # on the other half


@dataclass(frozen=True)
class Explanations:
    """How true the methods are on a model; stored beside it."""

    users: int
    seed: int
    checked: int
    measures: tuple[str, ...]
    rows: tuple[MethodRow, ...]
    verdicts: tuple[Verdict, ...]
    truest: Truest | None = None  # None where none beats recency on the half that chooses

    def row(self, method: str, way: str, group: str = "all") -> MethodRow | None:
        """None where the method could be used for no user of the group."""
        return next((r for r in self.rows if (r.method, r.way, r.group) == (method, way, group)), None)


def explaining(found: Explanations | None) -> Method:
    """The method to explain with: the fast one that was chosen as the truest on the model, else the usual one."""
    return found.truest.method if found and found.truest else USUAL


def is_truer(measure: str, difference: Against) -> bool:
    """Whether the difference is beyond noise, in the direction that is truer."""
    return difference.low > 0 if measure.startswith(HIGHER) else difference.high < 0
