"""Histories to begin with: a few well-known items that share one attribute value."""

from dataclasses import dataclass

import numpy as np

from fame.data.dataset import DataSet

LENGTH = 4
PER_FAMILY = 3
BROAD = 0.25  # a value that more of the catalog has is no taste


@dataclass(frozen=True)
class Preset:
    """A named history."""

    name: str  # "genre: Sci-Fi"
    items: tuple[int, ...]  # catalog indices, oldest first


def presets(dataset: DataSet) -> tuple[Preset, ...]:
    """For each family its most popular values that few items have, each with the most popular items of that value.

    A data set without attributes gives one preset of its most popular items.
    """
    catalog = dataset.catalog
    counts = np.bincount(dataset.histories.items, minlength=len(catalog) + 1)
    found = []
    for family in catalog.given:
        holders: dict[str, list[int]] = {}
        for item in range(1, len(catalog) + 1):
            for value in catalog.values(family.name, item):
                holders.setdefault(value, []).append(item)
        tastes = [value for value, items in holders.items() if LENGTH <= len(items) <= BROAD * len(catalog)]
        tastes.sort(key=lambda value: (-counts[holders[value]].sum(), value))
        for value in tastes[:PER_FAMILY]:
            best = sorted(holders[value], key=lambda item: (-counts[item], item))[:LENGTH]
            found.append(Preset(f"{family.name}: {value}", tuple(reversed(best))))
    if not found:
        best = sorted(range(1, len(catalog) + 1), key=lambda item: (-counts[item], item))[:LENGTH]
        found.append(Preset("most popular", tuple(reversed(best))))
    return tuple(found)
