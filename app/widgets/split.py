"""The two ways in which a score is split: by the model's facets, and by the attributes that its items have."""

from collections.abc import Sequence

import numpy as np

from app import palette
from app.charts import Split
from app.charts.look import UNCHOSEN
from app.current import Current
from app.widgets.answer import has_popularity


def by_facet(now: Current, parts: np.ndarray, bias: float) -> Split:
    """Contributions (H,), and popularity where the model has it."""
    names, values, colors = list(now.facets), parts.tolist(), [palette.facet(h) for h in range(len(now.facets))]
    return Split("by facet", *popular(now, names, values, colors, bias))


def by_family(now: Current, families: Sequence[str], parts: np.ndarray, rest: float | None, bias: float) -> Split:
    """Anatomy (A,), and where it is a sum what goes with no attribute, and popularity.

    A family has the colour of the facet of its name, which is meant to tell it.
    """
    names, values = list(families), parts.tolist()
    colors = [palette.facet(now.facets.index(name)) if name in now.facets else palette.NEUTRAL for name in names]
    if rest is None:
        return Split("by attribute", names, values, colors)
    names, values, colors = [*names, "no attribute"], [*values, rest], [*colors, UNCHOSEN]
    return Split("by attribute", *popular(now, names, values, colors, bias))


def popular(
    now: Current, names: list[str], values: list[float], colors: list[str], bias: float
) -> tuple[list[str], list[float], list[str]]:
    """The same with popularity, where the model has it."""
    if not has_popularity(now):
        return names, values, colors
    return [*names, "popularity"], [*values, bias], [*colors, palette.NEUTRAL]
