"""Colours of the points of a map: the most frequent values of a family, and one grey for the rest."""

from collections import Counter

import numpy as np

from app.components.linked_map import Coloring
from app.look import palette
from fame.data import Catalog


def by_family(catalog: Catalog, items: np.ndarray, family: str | None) -> Coloring:
    """An item with several values has the colour of its rarest one among those shown."""
    if family is None:
        return Coloring("", np.full(len(items), -1), (), palette.VALUES)
    values = [catalog.values(family, int(item)) for item in items]
    counts = Counter(value for found in values for value in found)
    shown = [value for value, _ in counts.most_common(len(palette.VALUES))]
    if len(shown) == len(counts):
        shown.sort()
    codes = [
        min((shown.index(v) for v in found if v in shown), key=lambda c: counts[shown[c]], default=-1)
        for found in values
    ]
    return Coloring(family, np.array(codes), tuple(shown), palette.VALUES)
