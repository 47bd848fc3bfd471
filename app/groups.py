"""Users in groups: by how long their history is, or by an attribute of its newest item."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from fame.data import DataSet

if TYPE_CHECKING:
    from fame.explain.population import Population

LENGTH = "history length"
FEWEST = 5  # users of a group that is shown
MOST = 12  # groups


@dataclass(frozen=True)
class Group:
    """Some users."""

    name: str
    rows: np.ndarray  # of the population


def group_names(data: DataSet) -> list[str]:
    """What users can be grouped by."""
    return [LENGTH, *(f"last item's {family.name}" for family in data.catalog.families)]


def by_group(data: DataSet, everyone: Population, grouping: str) -> list[Group]:
    """The groups, by length or the largest first; a user whose last item has several values is in several."""
    if grouping == LENGTH:
        edges = np.unique(np.quantile(everyone.length, [0, 0.2, 0.4, 0.6, 0.8, 1]).astype(int))
        found = []
        for low, high in pairwise(edges):
            newest = high == edges[-1]  # the last group holds its upper edge
            inside = (everyone.length >= low) & ((everyone.length <= high) if newest else (everyone.length < high))
            found.append((f"{low} to {high if newest else high - 1} items", inside))
        groups = [(name, np.flatnonzero(inside)) for name, inside in found]
    else:
        family = grouping.removeprefix("last item's ")
        rows: dict[str, list[int]] = {}
        for row, item in enumerate(everyone.last_item):
            for value in data.catalog.values(family, int(item)):
                rows.setdefault(value, []).append(row)
        groups = sorted(((name, np.array(found)) for name, found in rows.items()), key=lambda group: -len(group[1]))
    return [Group(name, rows) for name, rows in groups if len(rows) >= FEWEST][:MOST]
