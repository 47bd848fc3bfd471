"""Users in groups, by how long their history is or by an attribute of its newest item, and the gate in each group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fame.data import DataSet, Family

if TYPE_CHECKING:
    from fame.explain.facets.population import Population

BY_LENGTH = "history length"
FEWEST_USERS = 5  # users of a group that is shown
MOST_GROUPS = 12  # groups
FIFTHS = 5
WEIGHT_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Group:
    """Some users, and the gate weights of theirs that predict their held-out items."""

    name: str
    rows: np.ndarray  # (n,) of the population
    mean: np.ndarray  # (H,)
    quantiles: np.ndarray  # (Q, H)
    middle: np.ndarray  # (H,) rows of the population: for each facet the user whose weight is in the middle
    middle_gate: np.ndarray  # (H,) and that weight


def group_names(data: DataSet) -> list[str]:
    """What users can be grouped by."""
    return [BY_LENGTH, *map(last_item_s, data.catalog.families)]


def last_item_s(family: Family) -> str:
    """Users by a family of their newest item."""
    return f"last item's {family.name}"


def by_group(data: DataSet, everyone: Population, grouping: str) -> list[Group]:
    """The groups, by length or the largest first; a user whose last item has several values is in several."""
    if grouping == BY_LENGTH:
        groups = by_length(everyone.length)
    else:
        family = grouping.removeprefix("last item's ")
        rows: dict[str, list[int]] = {}
        for row, item in enumerate(everyone.last_item):
            for value in data.catalog.values(family, int(item)):
                rows.setdefault(value, []).append(row)
        groups = sorted(((name, np.array(found)) for name, found in rows.items()), key=lambda group: -len(group[1]))
    return [summed_up(name, rows, everyone) for name, rows in groups if len(rows) >= FEWEST_USERS][:MOST_GROUPS]


def summed_up(name: str, rows: np.ndarray, everyone: Population) -> Group:
    """A group of these rows."""
    gate = everyone.gate[rows]  # (n, H)
    place = gate.argsort(0, kind="stable")[len(rows) // 2]
    middle_gate = np.take_along_axis(gate, place[None], 0)[0]
    return Group(name, rows, gate.mean(0), np.quantile(gate, WEIGHT_QUANTILES, axis=0), rows[place], middle_gate)


def by_length(lengths: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Users' history lengths (n,) -> about fifths of the users, the shortest first, and which rows they are.

    Users of one length stay together, and everybody is in a group: the rest that is too few joins the one before.
    """
    different, users = np.unique(lengths, return_counts=True)
    least, starts, inside = max(FEWEST_USERS, len(lengths) / FIFTHS), [0], 0
    for place, count in enumerate(users[:-1], 1):
        inside += count
        if inside >= least and users[place:].sum() >= FEWEST_USERS:
            starts.append(place)
            inside = 0
    found = []
    for start, end in zip(starts, [*starts[1:], len(different)], strict=True):
        low, high = different[start], different[end - 1]
        name = f"{low} to {high} items" if low < high else f"{low} item{'s' if low > 1 else ''}"
        found.append((name, np.flatnonzero((lengths >= low) & (lengths <= high))))
    return found
