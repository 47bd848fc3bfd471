"""A made-up cinema in which it is known what drove every choice.

Every film has one value in each of three families: genre, era, director. A viewer follows one family at a time: the
next film shares that family's value with the one before. Which family it was is kept as the truth, so that every claim
about "the facet that drove this" can be checked.

With several preferences a viewer has as many fixed values in each family, action *and* musicals, and follows one of
them at a time: the next film has that value. It is kept as the truth, too.

With audiences every viewer is of one and every film, too, whatever its genre, era and director: the next film may be
one of the viewer's audience. Which film is whose stands nowhere in the catalog; it follows from who took what.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fame.data.catalog import Family
from fame.data.columns import DataError
from fame.data.dataset import DataSet, assemble, need_free, write
from fame.data.derived.records import AUDIENCE
from fame.data.oracle import oracle
from fame.data.titles import DIRECTORS, ERAS, GENRES, title

FAMILIES = (Family("genre", "genre", False), Family("era", "era", False), Family("director", "director", False))
NAMES = (tuple(GENRES), tuple(f"{era}0s" for era in ERAS), tuple(DIRECTORS))  # of values
MOST_VALUES = min(len(GENRES), len(ERAS), len(DIRECTORS))


class PlantedOptions(BaseModel):
    """What the cinema is made by; the same options make the same cinema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    users: int = Field(2000, ge=3, le=10_000_000)
    items: int = Field(1000, ge=20, le=1_000_000)
    values: int | None = Field(None, ge=2, le=MOST_VALUES, description="of each family; left out: 10, 8 and 14")
    length: int = Field(25, ge=4, le=1_000, description="mean length of a history")
    unknown: float = Field(0.0, ge=0, lt=1, description="share of the items' values that the catalog does not know")
    skew: float = Field(0.0, ge=0, le=3, description="how unequal values are: the r-th has a share like 1 / r^skew")
    noise: float = Field(0.05, ge=0, le=1, description="chance that a step follows no family")
    stickiness: float = Field(0.8, ge=0, le=1, description="chance to follow the same family as the step before")
    preferences: int = Field(
        1, ge=1, le=MOST_VALUES, description="values of each family that a viewer likes; 1: that of the film before"
    )
    audiences: int = Field(0, ge=0, le=100, description="of viewers and films, which no table tells; 0: none")
    audience_share: float = Field(0.4, gt=0, lt=1, description="of the steps, that the viewer's audience drives")
    seed: int = Field(1, ge=0)


def options(**chosen: Any) -> PlantedOptions:
    """Checked options; raises `DataError` with a sentence that names the one that is wrong."""
    try:
        found = PlantedOptions.model_validate({name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(f"{first['loc'][0]}: {first['msg']} (given: {first['input']!r}).") from None
    if found.items < 2 * found.length:
        raise DataError(
            f"items: {found.items} films are too few for histories of about {found.length}; give more items."
        )
    fewest = min(len(values) for values in likeable(found))
    if found.preferences > 1 and fewest < found.preferences:
        raise DataError(
            f"preferences: {found.preferences} are more than the {fewest} values of a family that have {found.length} "
            "films or more; give more items, or fewer preferences."
        )
    if found.audiences and found.preferences > 1:
        raise DataError("audiences: viewers with several preferences are of no audience; give one of the two options.")
    if found.audiences * found.length > found.items:
        raise DataError(
            f"audiences: {found.audiences} share {found.items} films, too few for histories of about {found.length}; "
            "give more items, or fewer audiences."
        )
    return found


def make(folder: Path, chosen: PlantedOptions) -> DataSet:
    """Make the cinema and write it as a data set with its truth and the oracle's share."""
    need_free(folder)
    rng = np.random.default_rng(chosen.seed)
    items, values = films(chosen, rng)
    of_viewers = None
    if chosen.audiences:
        dealt = (rng.permutation(np.arange(n) % chosen.audiences) for n in (chosen.items, chosen.users))
        of_films, of_viewers = dealt
        values = np.column_stack([values, of_films])
    interactions, truth = histories(chosen, values, rng, of_viewers)
    name, licence = folder.resolve().name, "MIT"
    origin = "a made-up cinema: python -m fame data make planted-cinema"
    known, families = items, tuple[Family, ...](FAMILIES)
    if chosen.audiences:  # the oracle knows what no table tells
        known = items.assign(**{AUDIENCE: values[:, -1].astype(str)})
        families = (*FAMILIES, Family(AUDIENCE, AUDIENCE, False))
    whole = assemble(interactions, known, truth, families, name, origin, licence, {}, str(folder))
    return write(
        folder,
        name=name,
        interactions=interactions,
        items=items,
        families=FAMILIES,
        origin=origin,
        licence=licence,
        truth=truth,
        details={"generator": chosen.model_dump(), "truth": oracle(whole)},
    )


def films(chosen: PlantedOptions, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """The items, and their values as numbers: (items, 3)."""
    values = np.stack([rng.permutation(spread(chosen.items, count, chosen.skew)) for count in kinds(chosen)], 1)
    rows, used = [], set[str]()
    for n, (genre, era, director) in enumerate(values):
        name = title(NAMES[0][genre], ERAS[era], DIRECTORS[director], used, rng)
        used.add(name)
        rows.append((f"f{n + 1}", name, NAMES[0][genre], NAMES[1][era], NAMES[2][director]))
    items = pd.DataFrame(rows, columns=["item_id", "title", "genre", "era", "director"])
    if chosen.unknown:  # the catalog does not know, but the viewers do
        gone = rng.random(values.shape) < chosen.unknown
        items[[family.column for family in FAMILIES]] = items[[f.column for f in FAMILIES]].mask(gone, None)
    return items, values


def kinds(chosen: PlantedOptions) -> list[int]:
    """How many values each family has."""
    return [chosen.values] * 3 if chosen.values else [10, 8, 14]


def likeable(chosen: PlantedOptions) -> list[np.ndarray]:
    """Of each family the values that have films enough to be liked through a whole history."""
    counts = [np.bincount(spread(chosen.items, count, chosen.skew)) for count in kinds(chosen)]
    return [np.flatnonzero(films >= chosen.length) for films in counts]


def spread(items: int, count: int, skew: float) -> np.ndarray:
    """(items,) numbers of values: as many of each, or unequally many."""
    if not skew:
        return np.arange(items) % count
    share = np.arange(1, count + 1.0) ** -skew
    return np.searchsorted(np.cumsum(share / share.sum()), (np.arange(items) + 0.5) / items)


def histories(
    chosen: PlantedOptions, values: np.ndarray, rng: np.random.Generator, audiences: np.ndarray | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Interactions, and the truth of those that followed a family; values (items, families), each viewer's audience,
    which is the last of the families.
    """
    items, given = len(values), len(FAMILIES)
    names = [family.name for family in FAMILIES] + [AUDIENCE]
    popularity = 1 / np.arange(1, items + 1) ** 0.4  # some films are seen more than others, in every family alike
    popularity = popularity[rng.permutation(items)]
    share = [[np.flatnonzero(own == v) for v in range(own.max() + 1)] for own in values.T]
    half = max(1, chosen.length // 2)
    lengths = rng.integers(chosen.length - half, chosen.length + half + 1, chosen.users).clip(4, items)
    likes = likeable(chosen)
    seen_by, seen, truths = [], [], []
    for user, length in enumerate(lengths):
        unseen = np.ones(items, bool)
        facet, item = int(rng.integers(given)), draw(popularity, np.arange(items), unseen, rng)
        wishes = Wishes(chosen, likes, rng) if chosen.preferences > 1 else None
        for position in range(length):
            if position:
                if rng.random() >= chosen.stickiness:
                    facet = turn(facet, chosen.audience_share if audiences is not None else 0, rng)
                among, strays = np.arange(items), rng.random() < chosen.noise
                if not strays:
                    if audiences is not None and facet == given:
                        value = int(audiences[user])
                    else:
                        value = int(values[item, facet]) if wishes is None else wishes.next(facet, rng)
                    if unseen[share[facet][value]].any():
                        among = share[facet][value]
                        known = names[facet], NAMES[facet][value] if facet < given else str(value)
                        truths.append((f"u{user + 1}", position, *known))
                item = draw(popularity, among, unseen, rng)
            unseen[item] = False
            seen_by.append((f"u{user + 1}", position))
            seen.append(item)
    interactions = pd.DataFrame(seen_by, columns=["user_id", "timestamp"])
    interactions.insert(1, "item_id", [f"f{item + 1}" for item in seen])
    truth = pd.DataFrame(truths, columns=["user_id", "position", "facet", "value"])
    return interactions, truth if chosen.preferences > 1 else truth.drop(columns="value")


def turn(facet: int, to_audience: float, rng: np.random.Generator) -> int:
    """What drives a step that stays with nothing: the audience in that share of cases, else another given family."""
    given = len(FAMILIES)
    if to_audience and rng.random() < to_audience:
        return given
    if facet == given:
        return int(rng.integers(given))
    return (facet + int(rng.integers(1, given))) % given


class Wishes:
    """The values of every family that a viewer likes, and which of them is followed."""

    def __init__(self, chosen: PlantedOptions, likes: list[np.ndarray], rng: np.random.Generator):
        self.stickiness, self.preferences = chosen.stickiness, chosen.preferences
        self.liked = [rng.choice(values, chosen.preferences, replace=False) for values in likes]
        self.followed = rng.integers(chosen.preferences, size=len(likes))

    def next(self, facet: int, rng: np.random.Generator) -> int:
        """The value of the next film when that family drives it: the same as when it last did, or another liked one."""
        if rng.random() >= self.stickiness:
            step = int(rng.integers(1, self.preferences))
            self.followed[facet] = (self.followed[facet] + step) % self.preferences
        return int(self.liked[facet][self.followed[facet]])


def draw(popularity: np.ndarray, among: np.ndarray, unseen: np.ndarray, rng: np.random.Generator) -> int:
    """One of the unseen items among these, by popularity."""
    left = among[unseen[among]]
    heights = popularity[left].cumsum()
    return int(left[np.searchsorted(heights, rng.random() * heights[-1], side="right")])
