"""Planted data of many shapes: what the driver's probability is fitted on, and checked on where it was not fitted.

As in `fame.data.planted` every step follows one family: the next item shares a value of it with the item before, or
has the value that the user always wants of it. Here also the number of families and of their values, how many values
an item has, how often each family drives, and how popularity changes with time are drawn by the seed.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fame.data import DataSet
from fame.data.catalog import Family
from fame.data.dataset import write

RARE = 0.09  # the least share of steps that a family drives
WISHING = 0.25  # share of the shapes in which users have wishes


@dataclass(frozen=True)
class Shape:
    """What data of one shape are made by."""

    users: int
    items: int
    length: int  # mean, of a history
    values: tuple[int, ...]  # of each family
    several: tuple[int, ...]  # the most values that an item has of each family
    weights: tuple[float, ...]  # how often each family drives, sums to 1
    skew: float  # the r-th value has a share like 1 / r^skew
    unknown: float  # share of the items whose values of a family the catalog does not know
    noise: float  # chance that a step follows no family
    stickiness: float  # chance to follow the same family as the step before
    drift: float  # by how much, in nats, an item's popularity swings in the time of the data
    wishes: bool  # users have a value of each family that they want, whatever came before
    seed: int


def shape(seed: int) -> Shape:
    """The shape of that number."""
    rng = np.random.default_rng([seed, 7])
    families = int(rng.integers(2, 8))
    weights = (1 - families * RARE) * rng.dirichlet(np.full(families, 3.0)) + RARE
    return Shape(
        users=between(1_000, 2_600, rng),
        items=between(150, 1_200, rng),
        length=between(11, 28, rng),
        values=tuple(between(3, 40, rng) for _ in range(families)),
        several=tuple(int(n) for n in rng.choice([1, 1, 1, 2, 3], families)),
        weights=tuple(float(w) for w in weights / weights.sum()),
        skew=float(rng.choice([0.0, 0.5, 1.0])),
        unknown=float(rng.choice([0.0, 0.1, 0.25])),
        noise=float(rng.choice([0.02, 0.1, 0.2, 0.3])),
        stickiness=float(rng.uniform(0.4, 0.9)),
        drift=float(rng.choice([0.0, 1.0])),
        wishes=bool(rng.random() < WISHING),
        seed=seed,
    )


def between(low: float, high: float, rng: np.random.Generator) -> int:
    """Drawn so that each doubling is as likely as the next."""
    return round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))


@dataclass(frozen=True)
class World:
    """What users choose among."""

    has: list[np.ndarray]  # of each family (items, values) bool, known to the catalog or not
    popularity: np.ndarray  # (items,)
    phase: np.ndarray  # (items,) of the popularity's swing

    def weight(self, chosen: Shape, users: np.ndarray) -> np.ndarray:
        """(n, items): the popularity at the time of users of these numbers."""
        swing = np.exp(chosen.drift * np.sin(self.phase + 2 * np.pi * users[:, None] / chosen.users))
        return np.asarray(self.popularity * swing)


def world(chosen: Shape, rng: np.random.Generator) -> World:
    """The items of a shape."""
    has = [belonging(chosen, f, rng) for f in range(len(chosen.values))]
    popularity = rng.permutation(1 / np.arange(1, chosen.items + 1) ** 0.4)
    return World(has, popularity, rng.uniform(0, 2 * np.pi, chosen.items))


def make(folder: Path, chosen: Shape) -> DataSet:
    """The data set of a shape, written as a folder with its truth."""
    rng = np.random.default_rng(chosen.seed)
    names = [f"family{f + 1}" for f in range(len(chosen.values))]
    items = world(chosen, rng)
    interactions, truth = histories(chosen, items, names, rng)
    columns: dict[str, Any] = {"item_id": [f"i{v + 1}" for v in range(chosen.items)]}
    columns["title"] = columns["item_id"]
    for name, table in zip(names, items.has, strict=True):
        known = rng.random(chosen.items) >= chosen.unknown
        columns[name] = [
            [f"{name}-{value + 1}" for value in np.flatnonzero(row)] if seen else []
            for row, seen in zip(table, known, strict=True)
        ]
    families = [Family(name, name, True) for name in names]
    return write(
        folder,
        name=folder.name,
        interactions=interactions,
        items=pd.DataFrame(columns),
        families=families,
        origin="planted: benchmarks.shapes",
        licence="MIT",
        truth=truth,
        details={"generator": asdict(chosen)},
    )


def belonging(chosen: Shape, f: int, rng: np.random.Generator) -> np.ndarray:
    """(items, values) bool: which values of a family the items have, one at least."""
    count = chosen.values[f]
    share = shares(chosen, count)
    has = np.zeros((chosen.items, count), bool)
    for v in range(chosen.items):
        has[v, rng.choice(count, min(count, int(rng.integers(1, chosen.several[f] + 1))), replace=False, p=share)] = (
            True
        )
    return has


def histories(
    chosen: Shape, items: World, names: list[str], rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Interactions, and the truth of those that followed a family."""
    has = items.has
    half = max(1, chosen.length // 2)
    lengths = rng.integers(chosen.length - half, chosen.length + half + 1, chosen.users).clip(4, chosen.items // 2)
    rows, truths = [], []
    wanted = wishes(chosen, rng)
    for user, length in enumerate(lengths):
        weight = items.weight(chosen, np.array([user]))[0]
        unseen = np.ones(chosen.items, bool)
        facet, item = (
            int(rng.choice(len(names), p=chosen.weights)),
            int(rng.choice(chosen.items, p=weight / weight.sum())),
        )
        for position in range(length):
            if position:
                if rng.random() >= chosen.stickiness:
                    facet = int(rng.choice(len(names), p=chosen.weights))
                among = unseen
                if rng.random() >= chosen.noise:
                    value = int(wanted[user, facet] if chosen.wishes else rng.choice(np.flatnonzero(has[facet][item])))
                    sharing = unseen & has[facet][:, value]
                    if sharing.any():
                        among = sharing
                        truths.append((f"u{user + 1}", position, names[facet], f"{names[facet]}-{value + 1}"))
                left = weight * among
                item = int(np.searchsorted(left.cumsum(), rng.random() * left.sum(), side="right"))
            unseen[item] = False
            rows.append((f"u{user + 1}", f"i{item + 1}", user * 100 + position))
    truth = pd.DataFrame(truths, columns=["user_id", "position", "facet", "value"])
    if not chosen.wishes:  # a truth that tells values says that these are what the user wants
        truth = truth.drop(columns="value")
    return pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"]), truth


def wishes(chosen: Shape, rng: np.random.Generator) -> np.ndarray:
    """(users, families): the value that each user wants of each family, as often as items have it."""
    found = np.zeros((chosen.users, len(chosen.values)), int)
    for f, count in enumerate(chosen.values):
        found[:, f] = rng.choice(count, chosen.users, p=shares(chosen, count))
    return found


def shares(chosen: Shape, count: int) -> np.ndarray:
    """(count,): how often a family's values are had."""
    share = np.arange(1, count + 1.0) ** -chosen.skew
    return np.asarray(share / share.sum())
