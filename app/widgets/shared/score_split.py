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

    A family never has the colour of a facet, also where one is tied to it and has its name; one that is derived is
    dotted, one that is given outlined.
    """
    names, values, colors = list(families), parts.tolist(), [palette.ATTRIBUTE] * len(families)
    derived = derived_of(now, families)
    said = [f"derived {name}" if name in derived else f"attribute {name}" for name in names]
    if rest is not None:
        names, said = [*names, no_family(now, families)], [*said, no_family(now, families)]
        values, colors = [*values, rest], [*colors, palette.NEUTRAL]
        if has_popularity(now):
            names, said = [*names, POPULARITY], [*said, POPULARITY]
            values, colors = [*values, bias], [*colors, palette.NEUTRAL]
    given = len(families) - len(derived)
    return ScoreSplit(by_what(now, families), names, values, colors, outlined=given, dotted=len(derived), said=said)


def derived_of(now: Current, families: Sequence[str]) -> set[str]:
    """Those of the families that are derived from what users took."""
    return {family.name for family in now.data.catalog.derived}.intersection(families)


def by_what(now: Current, families: Sequence[str]) -> str:
    """What families split a score by."""
    derived = derived_of(now, families)
    if not derived:
        return "by attribute"
    return "by attribute and derived family" if len(derived) < len(families) else "by derived family"


def no_family(now: Current, families: Sequence[str]) -> str:
    """What goes with none of the families."""
    return "no family" if derived_of(now, families) else "no attribute"
