"""The two ways in which a score is split: by the model's facets, and by the attributes that its items have."""

from collections.abc import Sequence

import numpy as np

from app.charts import POPULARITY, ScoreSplit
from app.current import Current
from app.look import palette
from app.sentences.marking import plain_facet
from app.widgets.shared.recommendation import has_popularity


def by_facet(now: Current, parts: np.ndarray, bias: float) -> ScoreSplit:
    """Contributions (H,), and popularity where the model has it."""
    names, values, colors = list(now.facets), parts.tolist(), [palette.facet(h) for h in range(len(now.facets))]
    said = [plain_facet(name) for name in names]
    if has_popularity(now):
        names, said = [*names, POPULARITY], [*said, POPULARITY]
        values, colors = [*values, bias], [*colors, palette.NEUTRAL]
    return ScoreSplit("by facet", names, values, colors, said=said)


def by_family(now: Current, families: Sequence[str], parts: np.ndarray, rest: float | None, bias: float) -> ScoreSplit:
    """Anatomy (A,), and where it is a sum what goes with no attribute, and popularity.

    A family never has the colour of a facet, also where one is tied to it and has its name.
    """
    names, values, colors = list(families), parts.tolist(), [palette.ATTRIBUTE] * len(families)
    said = [f"attribute {name}" for name in names]
    if rest is not None:
        names, said = [*names, "no attribute"], [*said, "no attribute"]
        values, colors = [*values, rest], [*colors, palette.NEUTRAL]
        if has_popularity(now):
            names, said = [*names, POPULARITY], [*said, POPULARITY]
            values, colors = [*values, bias], [*colors, palette.NEUTRAL]
    return ScoreSplit("by attribute", names, values, colors, outlined=len(families), said=said)
