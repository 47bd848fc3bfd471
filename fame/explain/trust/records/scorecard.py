"""Is the driver true? Every way to name it, marked on planted data."""

from dataclasses import dataclass, field

from scipy.stats import binomtest

SCORECARD_FILE = "scorecard.json"
SCORECARD_ADVICE = "mark the model again with `python -m fame verify planted --model MODEL --data DIR`"
LEVEL = 0.95  # of every interval (Wilson)


@dataclass(frozen=True)
class Share:
    """Events named right, of all that have a truth."""

    right: int
    events: int

    @property
    def value(self) -> float:
        """0 to 1."""
        return self.right / self.events

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, of 95 %."""
        low, high = binomtest(self.right, self.events).proportion_ci(LEVEL, "wilson")
        return float(low), float(high)


@dataclass(frozen=True)
class Point:
    """Of the curve of coverage and accuracy: what is named and how much of it is right from a probability on."""

    least: float
    coverage: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """Is what is said to be 70 % likely right in 70 % of cases?

    Of a facet's responsibility, over all events with a truth and tied facets: it is known that a family drove them, so
    what is said is each tied facet's part of all tied facets' responsibility, and what the free ones take is for what
    no family explains. Of the driver's probability, over all events, with or without a truth.
    """

    said: tuple[float, ...]  # mean of each tenth from 0 to 1 that occurs
    right: tuple[float, ...]  # share of these in which the family drove the event
    cases: tuple[int, ...]
    error: float  # mean distance of the two, weighted by cases (expected calibration error)


@dataclass(frozen=True)
class ExpertMarks:
    """Do experts stand for preferences? Of preferences: users who like several values of a family and follow one.

    Shares told right; metrics as those of `fame.explain.trust.preferences`.
    """

    preferences: int  # told or not, over all families
    chance: float  # one over the number of values that a user likes
    oracle: float  # who knows how the data were made and what each user likes
    latest: float  # naming the liked value that came last in the history
    told: float  # by the largest expert of the family's facet
    by_chance: float  # the same with routers that were dealt to the wrong users
    p: float  # largest of the families' p-values of that
    drives: float  # told by it where the family drives the target
    fall: float  # of log p of the target, as `Done.fall`
    selectivity: float | None  # as `Done.selectivity`
    matched: bool  # no facet has a family's name: each family got the facet that suits it best, an upper bound

    @property
    def beyond_chance(self) -> float:
        """What the largest expert tells beyond chance, as a share of what the oracle does."""
        most = self.oracle - self.chance
        return (self.told - self.chance) / most if most > 0 else 0.0


@dataclass(frozen=True)
class Certainty:
    """Is the driver's probability one? The likeliest family's, over all test events: without a truth none is right."""

    all: Share  # always naming the likeliest family, of events with a truth
    of_named: Share | None  # right of the events that get a name, those without a truth among them; None: none does
    calibration: Calibration


@dataclass(frozen=True)
class Scorecard:
    """DriverCandidates of the driver of every user's test event against the truth."""

    events: int
    chance: float
    oracle: float
    matched: bool  # the facets have no families' names: each got the one that suits its readings best, an upper bound
    readings: dict[
        str, Share | None
    ]  # gate, contribution, responsibility, anatomy, knock_out; None: the model has none
    named: Share  # the driver as every page names it; an event without a name is not right
    unnamed: float
    curve: tuple[Point, ...]
    calibration: Calibration | None  # of responsibilities; None where the model has none, or no facet has a family
    experts: ExpertMarks | None = None  # None: the truth tells no preferences, or there are no experts to tell them
    driver: Certainty | None = None  # None: marked before a driver had a probability
    by_family: dict[str, Share] = field(default_factory=dict)  # named right, of the events that the family drove
