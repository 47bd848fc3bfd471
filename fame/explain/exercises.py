"""Tasks for a class, drawn by a seed; each is known to have an answer, because it was found by running the model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fame.data import Catalog, DataSet
from fame.explain.knockout import effects, runs
from fame.model import Model
from fame.ranking.recommend import recommend

CARDS, TRIES = 3, 40  # of the history that a task begins with; draws until a task is given up
MORE = 2  # cards that may be added
NO_TASK = "No task of this kind was found for this seed; choose another."


@dataclass(frozen=True)
class ReachTask:
    """Make an item with a value come first by adding a few items."""

    start: tuple[int, ...]  # catalog indices
    family: str
    value: str
    most: int
    answer: tuple[int, ...]  # one that works, added at the end

    def added(self, history: Sequence[int]) -> int | None:
        """How many items a history has more than the start; None where it does not begin so, or has too many."""
        n = len(history) - len(self.start)
        return n if 0 <= n <= self.most and tuple(history[: len(self.start)]) == self.start else None

    def solved(self, history: Sequence[int], first: int, catalog: Catalog) -> bool:
        """Whether a history, after which `first` comes first, is an answer."""
        return bool(self.added(history)) and self.value in catalog.values(self.family, first)


@dataclass(frozen=True)
class RemovalTask:
    """Take one item out so that what comes first does not any more."""

    start: tuple[int, ...]
    first: int  # comes first after the start
    answers: tuple[int, ...]  # places that will do, from 0

    def tried(self, history: Sequence[int]) -> bool:
        """Whether a history is the start without one item."""
        return any((*self.start[:t], *self.start[t + 1 :]) == tuple(history) for t in range(len(self.start)))


@dataclass(frozen=True)
class DriverTask:
    """A step of planted data of which one family alone can be the reason."""

    families: tuple[str, ...]
    before: int
    after: int
    family: str  # that was planted


def reach(model: Model, data: DataSet, seed: int) -> ReachTask | None:
    """A value that the model puts first after at most two more items, and not before."""
    catalog, rng = data.catalog, np.random.default_rng([seed, 1])
    if not catalog.given:
        return None
    for _ in range(TRIES):
        start = tuple(int(item) for item in 1 + rng.choice(len(catalog), CARDS, replace=False))
        family = catalog.given[int(rng.integers(len(catalog.given)))].name
        seen = 1 + int(rng.integers(len(catalog)))
        value = next(iter(catalog.values(family, seen)), None)
        if value is None or value in catalog.values(family, int(recommend(model, start, 1).items[0])):
            continue
        alike = [item for item in some(catalog, rng) if value in catalog.values(family, item) and item not in start]
        answer = tuple(alike[:MORE])
        if answer and value in catalog.values(family, int(recommend(model, [*start, *answer], 1).items[0])):
            return ReachTask(start, family, value, MORE, answer)
    return None


def some(catalog: Catalog, rng: np.random.Generator) -> list[int]:
    """Up to a thousand items in a drawn order."""
    return (1 + rng.choice(len(catalog), min(len(catalog), 1_000), replace=False)).tolist()


def removal(model: Model, data: DataSet, seed: int) -> RemovalTask | None:
    """A history in which some items keep what comes first in its place, and others do not."""
    rng = np.random.default_rng([seed, 2])
    for _ in range(TRIES):
        start = tuple(int(item) for item in 1 + rng.choice(len(data.catalog), CARDS + 1, replace=False))
        found = runs(model, start)
        first = int(recommend(model, start, 1).items[0])
        rank = effects(model, found, first).item_rank
        answers = tuple(int(t) for t in np.flatnonzero(rank > 1))
        if 0 < len(answers) < len(start):
            return RemovalTask(start, first, answers)
    return None


def taken(data: DataSet, seed: int) -> DriverTask | None:
    """A step whose planted family is the only one in which both items share a value; None where no truth is known."""
    if data.truth is None:
        return None
    catalog, rng = data.catalog, np.random.default_rng([seed, 3])
    families = tuple(family.name for family in catalog.given)
    for row in rng.choice(len(data.truth), min(len(data.truth), 1_000), replace=False):
        event = data.truth.iloc[int(row)]
        position, user = int(event["position"]), data.row(str(event["user_id"]))
        if position < 1 or user is None:
            continue
        before, after = (int(data.histories[user][t]) for t in (position - 1, position))
        shared = [name for name in families if set(catalog.values(name, before)) & set(catalog.values(name, after))]
        if shared == [event["facet"]]:
            return DriverTask(families, before, after, shared[0])
    return None
