"""What could be known at best of who drove, on data of a shape: the ceiling that readings of a model are held against.

The observer knows how a shape was made, every number of it, and what everybody took; not what drove, which the oracle
knows of the step before. It filters the generator's hidden state, the family that is followed, item by item. Where
users have wishes it does not know them: of each family it keeps how probable each value is, these taken as independent
after each item, and is nearly the best; elsewhere it is the best if it knows every item.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.shapes import Shape, World, shares, world
from fame.data import DataSet

EMPTY = 1e-9  # of weight: rounding of what was taken from it

Tables = list[np.ndarray]  # of each family (items, values): how probable it is that an item has a value


@dataclass(frozen=True)
class Observed:
    """Of the last interactions of n users, whose shape has A families."""

    drove: np.ndarray  # (n, A + 1): how probable each family is, none of them last
    log_p: np.ndarray  # (n,): of what was taken, before it was
    popularity: np.ndarray  # (n,): the same by the true popularity alone


def known_items(chosen: Shape) -> tuple[World, Tables]:
    """A shape's items with all that they have, also what its catalog does not know."""
    made = world(chosen, np.random.default_rng(chosen.seed))
    return made, [has.astype(float) for has in made.has]


def told_items(chosen: Shape, data: DataSet) -> tuple[World, Tables]:
    """The same with what the catalog tells: an unknown item has each value as probably as the value is frequent."""
    made, tables = known_items(chosen)
    for family, table in zip(data.catalog.families, tables, strict=True):
        unknown = [not data.catalog.values(family.name, v) for v in range(1, len(table) + 1)]
        table[unknown] = shares(chosen, table.shape[1])
    return made, tables


def observe(chosen: Shape, data: DataSet, users: np.ndarray, items: tuple[World, Tables]) -> Observed:
    """What an observer makes of the last interaction of each user."""
    made, tables = items
    n, lengths = len(users), data.histories.lengths[users]
    number = np.array([int(data.users[user][1:]) - 1 for user in users])  # users come in the order of their names
    taken = np.zeros((n, lengths.max()), int)
    for row, user in enumerate(users):
        taken[row, : lengths[row]] = data.histories[user].astype(int) - 1
    found = Observed(np.zeros((n, len(tables) + 1)), np.zeros(n), np.zeros(n))
    follows = np.tile(chosen.weights, (n, 1))
    wants = [np.tile(shares(chosen, table.shape[1]), (n, 1)) for table in tables]
    whole = made.weight(chosen, number)
    weight = np.take_along_axis(whole, taken, 1)  # of what they took
    among, unseen = [whole @ table for table in tables], whole.sum(1)  # the weight of what is unseen, by value and all
    for position in range(1, taken.shape[1]):
        rows = np.flatnonzero(lengths > position)
        before, item, gone = taken[rows, position - 1], taken[rows, position], weight[rows, position - 1]
        unseen[rows] -= gone
        ahead = chosen.stickiness * follows[rows] + (1 - chosen.stickiness) * np.array(chosen.weights)
        by, reached = np.zeros_like(ahead), []
        for a, table in enumerate(tables):
            among[a][rows] -= gone[:, None] * table[before]
            left = among[a][rows]
            value = wants[a][rows] if chosen.wishes else table[before] / table[before].sum(1, keepdims=True)
            some = left > EMPTY
            reached.append(value * some * table[item] / np.where(some, left, 1.0))
            nothing = (value * ~some).sum(1)  # of that value all has been seen: any item then
            by[:, a] = ahead[:, a] * (1 - chosen.noise) * reached[a].sum(1)
            ahead[:, a] *= chosen.noise + (1 - chosen.noise) * nothing
        stray = ahead / unseen[rows, None]
        chance = (by + stray).sum(1, keepdims=True)
        follows[rows] = (by + stray) / chance
        for a, each in enumerate(reached if chosen.wishes else ()):
            share = (by / chance)[:, a, None]
            wants[a][rows] += share * (each / each.sum(1, keepdims=True).clip(1e-300) - wants[a][rows])
        at, own = lengths[rows] == position + 1, weight[rows, position]
        found.drove[rows[at]] = np.hstack([by, stray.sum(1, keepdims=True)])[at] / chance[at]
        found.log_p[rows[at]] = np.log(chance[at, 0] * own[at])
        found.popularity[rows[at]] = np.log(own[at] / unseen[rows[at]])
    return found
