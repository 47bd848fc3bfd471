"""What facets and experts were found to mean, and how it was tested; stored with the model. No torch: shown at once.

`measure` makes it. H facets, A families, N experts. Nothing here is given a name that a test did not find.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from fame.checkpoint.description import Description
from fame.errors import InputError
from fame.explain import stored

MEANING_FILE = "meaning.json"
MEANING_ADVICE = "measure it again with `python -m fame verify meaning --model MODEL`"
ASKED = 300  # users in whose histories every expert is left out and turned up, at most
ROUTED = 2_000  # users that are ranked with other routers, at most
DISCOVERY_RATE = 0.05  # false discovery rate of every set of tests (Benjamini and Hochberg)

# told: the facet's family is what it tells best, on items that no training tied to it.
# other: it tells another family better. outdone: another facet tells its family better. shared: it is tied to nothing,
# and another facet tells what it tells as well, so that it is no name for this one. nothing: it tells no family better
# than chance does. untested: too few such items.
Verdict = Literal["told", "other", "outdone", "shared", "nothing", "untested"]

# told: named. unmoved: its items have values in common, but they do not fall more than others without it. nothing: they
# have none in common that chance would not give. untested: none of them is known and held out. empty: it has none.
# alone: it has no siblings.
NameVerdict = Literal["told", "unmoved", "nothing", "untested", "empty", "alone"]
NAMES = 3  # values that an expert is called by, at most


def seconds(items: int, families: int, users: int, experts: int) -> float:
    """About what it takes to measure a model with so many experts in all, by what it took on an idle core."""
    each = 0.015 + 3e-8 * items * experts  # every expert left out and turned up after one history
    return 0.3 + items * families / 10_000 + min(users, ASKED) * each + 0.001 * min(users, ROUTED)


class MeaningError(InputError):
    """What a model means cannot be measured."""


@dataclass(frozen=True)
class Probe:
    """How well each facet tells each family on the same items; None where too few of them have a value."""

    items: tuple[int, ...]  # (A,) that it was tested on
    values: tuple[int, ...]  # (A,) of the family that it was tested on
    auc: tuple[tuple[float | None, ...], ...]  # (H, A) area under the ROC curve, mean over these values
    p: tuple[tuple[float | None, ...], ...]  # (H, A) by permutation; None where it was not tested
    q: tuple[tuple[float | None, ...], ...]  # (H, A) the same after Benjamini-Hochberg over all of them

    def gain(self, h: int, a: int) -> float | None:
        """`2 AUC - 1`: 0 by chance, 1 where every value is told from the others, for a family of any skew."""
        auc = self.auc[h][a]
        return None if auc is None else 2 * auc - 1


@dataclass(frozen=True)
class Value:
    """An attribute value whose items lie closer together in a facet than chance would put them."""

    family: str
    value: str
    items: int  # that have it
    lift: float  # mean cosine of two of them, minus that of any two items
    q: float
    typical: tuple[int, ...]  # catalog indices of the items nearest to their centre, nearest first


@dataclass(frozen=True)
class FacetMeaning:
    """What a facet was found to mean."""

    facet: str  # as the model calls it
    tied: bool  # training tied it to the family of that name
    named: str | None  # the family that it means; None = unnamed
    verdict: Verdict
    values: tuple[Value, ...]  # strongest first; empty = none is told from chance


@dataclass(frozen=True)
class Enriched:
    """A value that is more frequent in what is an expert's than elsewhere.

    What is an expert's: newest items of the histories where it has the highest weight, or items that belong to it.
    """

    family: str
    value: str
    share: float  # of what is the expert's
    overall: float  # of all
    q: float


@dataclass(frozen=True)
class Interval:
    """A mean over users and its bootstrap interval."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class ExpertName:
    """Which items belong to an expert, what they have in common, and whether it does anything for them."""

    facet: int
    expert: int  # from 0
    items: int  # that belong to it
    tested: int  # of these, whose values no training tied to a facet, and that have some
    values: tuple[Enriched, ...]  # that are more frequent among these than among all such items, most enriched first
    falls: Interval | None  # of log p of its items without it, beyond that of the others; None: it has none, or all
    share: float  # of the first ten that are its items, median over users
    turned_up: float  # the same with its router weight at 1 and its siblings' as they are
    verdict: NameVerdict

    @property
    def names(self) -> tuple[str, ...]:
        """The values that it is called by, none unless all that was asked of it holds."""
        return tuple(one.value for one in self.values[:NAMES]) if self.verdict == "told" else ()


@dataclass(frozen=True)
class Done:
    """What experts do, over users: each is left out in turn, and its weight goes to the others of its facet."""

    fall: float  # of log p of what a user took, the largest change that leaving out one makes, nats, median
    changed: float  # of the first ten items without the expert that changes most of them, mean
    selectivity: float | None  # of log p without a facet's largest expert: its own items' mean fall beyond the others';
    # mean over users and facets that are tied to a family; None: there are none


@dataclass(frozen=True)
class Routed:
    """NDCG@10 with other router weights than the model's own."""

    users: int
    own: Interval
    uniform: Interval  # less that with its own: every expert weighs the same
    shuffled: Interval  # less that with its own: each user is routed as another one


@dataclass(frozen=True)
class Deeds:
    """What a model's experts are called, and what they do over a sample of users."""

    users: int  # in whose histories every expert was left out and turned up
    names: tuple[ExpertName, ...]  # facet after facet
    done: Done
    routed: Routed
    confidence: float  # of the intervals of `falls`: 95 % for all of them together


@dataclass(frozen=True)
class Expert:
    """What an expert was found to speak for."""

    facet: int
    expert: int  # from 0
    events: int  # where its router weight is the highest of its facet's experts
    speaks_for: tuple[Enriched, ...]  # most enriched first
    same_as: tuple[int, ...]  # experts of the facet that read histories like it


@dataclass(frozen=True)
class Stability:
    """How alike facets come out of other seeds: debiased CKA with the facet of the other model that suits best."""

    models: tuple[str, ...]  # the others
    facets: tuple[float, ...]  # (H,) mean over them
    overall: float
    unmatched: float | None  # mean CKA of facets that were not matched: what to compare with; None of one facet


@dataclass(frozen=True)
class Meaning:
    """What a model's facets and experts mean, as tested: H facets, A families, N experts; what `meaning.json` holds."""

    families: tuple[str, ...]  # A, those that have values
    tied: tuple[str, ...]  # families that training tied facets to
    held_out: Probe  # on items that no training tied to their values
    written_in: Probe  # on the others, each by a probe that was not fitted on it
    cka: tuple[tuple[float, ...], ...]  # (H, H) debiased
    facets: tuple[FacetMeaning, ...]
    experts: tuple[Expert, ...]
    events: int  # histories that the experts were tested on
    found: int  # enriched values of all experts
    by_chance: float  # how many would be if items had one another's values, mean over permutations
    apart: tuple[tuple[tuple[float, ...], ...], ...]  # (H, N, N) mean divergence of experts' attention, bits
    stability: Stability | None
    seed: int
    deeds: Deeds | None = None  # of the experts; None: measured before there was such a test
    derived: tuple[str, ...] = ()  # those of the families that follow from what users took

    def names(self, h: int, n: int) -> tuple[str, ...]:
        """What an expert is called by: values that were found in its items and confirmed by leaving it out, or none."""
        if self.deeds is None:
            return ()
        return next((one.names for one in self.deeds.names if (one.facet, one.expert) == (h, n)), ())

    def told_elsewhere(self) -> list[str]:
        """The families that a facet is named by and that another facet tells at least as well."""
        found = []
        for h, facet in enumerate(self.facets):
            if facet.named:
                told = [row[self.families.index(facet.named)] for row in self.held_out.auc]
                own, others = told[h], told[:h] + told[h + 1 :]
                if own is not None and any(other is not None and other >= own for other in others):
                    found.append(facet.named)
        return found

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        content: dict[str, Any] = stored.as_json(self)
        return content

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Meaning":
        """From what `as_json` gives; raises pydantic's `ValidationError`, a `ValueError`."""
        return TypeAdapter(cls).validate_python(content)


def save(folder: Path, fingerprint: str, meaning: Meaning) -> None:
    """Write `meaning.json` of the model with that fingerprint."""
    stored.save(folder / MEANING_FILE, fingerprint, meaning)


def load(model: Description) -> Meaning | None:
    """What is stored with a model; None where nothing is. Raises `StoredError` where it is about other weights."""
    return stored.load(model, MEANING_FILE, Meaning, MEANING_ADVICE)
