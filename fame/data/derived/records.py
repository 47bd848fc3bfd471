"""What is derived from a data set's training part, as it is stored and shown. No torch, no scikit-learn."""

import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fame.data.catalog import Catalog, Family

AUDIENCE = "audience"
OF_THE_KIND = " (derived)"  # stands behind a name that a family of the data set has already

TITLES, LONG = 2, 28  # typical titles in a name, and values; letters of a title
YEAR = re.compile(r"\s*\((?:19|20)\d\d\)$")  # behind a title, which is told from another by its words here

Level = Literal["wide", "narrow"]


@dataclass(frozen=True)
class LevelStability:
    """How alike the audiences of a level come out again: adjusted mutual information, 1 = the same, 0 = by chance."""

    level: Level
    number: int  # of audiences
    seeds: float  # mean over pairs of seeds
    halves: float  # of one half of the users against the other half


@dataclass(frozen=True)
class EnrichedValue:
    """A value that the items of an audience have more often than others, as tested."""

    family: str  # of the catalog, or "word" for a word of titles
    value: str
    share: float  # of the audience's items
    overall: float  # of all items that are in an audience
    q: float


@dataclass(frozen=True)
class Audience:
    """Items that the same users take."""

    label: str  # "A" is wide, "A1" a narrow one in it
    level: Level
    within: str | None  # label of the wide audience that a narrow one is part of
    items: int
    typical: tuple[int, ...]  # catalog indices, the most typical first
    enriched: tuple[EnrichedValue, ...] = ()  # most enriched first; empty where no test found any

    def name(self, catalog: Catalog) -> str:
        """What its items have in common, with typical titles; only these where no test found anything.

        Made when it is shown: what is stored with a model holds no title.
        """
        titles = ", ".join(_short(catalog.title(item)) for item in self.typical[:TITLES])
        told = ", ".join(value.value for value in self.enriched[:TITLES])
        return f"{self.label} {told}: {titles}" if told else f"{self.label}: {titles}"


@dataclass(frozen=True)
class DerivedFamily:
    """A family over a catalog of V items."""

    name: str
    told_by: str  # what its values are made from, in a few words
    values: tuple[str, ...]  # (A,)
    codes: np.ndarray  # (V + 1, m) int32 places among the values, -1 where an item has fewer than m; row 0 is padding


@dataclass(frozen=True)
class Derived:
    """All that is derived from one data set."""

    dataset: str  # its fingerprint
    families: tuple[DerivedFamily, ...]
    audiences: tuple[Audience, ...]  # of all levels
    stability: tuple[LevelStability, ...]
    left_out: tuple[str, ...]  # a sentence for each family that could not be derived

    def onto(self, catalog: Catalog) -> Catalog:
        """The catalog with these families after its own.

        A value's text is one object for all items that have it, so that a million items cost their codes.
        """
        taken = {family.name for family in catalog.families}
        families, values = [], {}
        for one in self.families:
            name = one.name + (OF_THE_KIND if one.name in taken else "")
            families.append(Family(name, name, one.codes.shape[1] > 1, "derived"))
            shown = one
            if one.name == AUDIENCE and self.audiences:
                shown = replace(one, values=tuple(audience.name(catalog) for audience in self.audiences))
            values[name] = _tuples(shown)
        return catalog.with_families(families, values)


def _tuples(family: DerivedFamily) -> list[tuple[str, ...]]:
    """Each item's values; items with the same ones share a tuple."""
    rows, place = np.unique(family.codes[1:], axis=0, return_inverse=True)
    distinct = [tuple(family.values[code] for code in row if code >= 0) for row in rows]
    return [distinct[p] for p in place.ravel()]


def _short(title: str) -> str:
    title = YEAR.sub("", title)
    return title if len(title) <= LONG else f"{title[: LONG - 1].rstrip()}…"
