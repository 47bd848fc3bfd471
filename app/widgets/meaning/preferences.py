"""Do experts stand for preferences? Only made data can tell, where it is known which one each user follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app.look.numbers import factor, percent
from app.widgets.shared.headings import header
from app.widgets.shared.tables import table_behind
from fame.explain.meaning.records import DISCOVERY_RATE

if TYPE_CHECKING:
    from fame.explain.trust.records.scorecard import ExpertMarks


def sentence(marks: ExpertMarks) -> str:
    """How often the largest expert tells which preference is followed, and what that is of what can be told."""
    told, knows = percent(marks.told), marks.p < DISCOVERY_RATE
    share = (
        f"**{percent(max(0.0, marks.beyond_chance))}** of what the history tells beyond chance"
        if knows
        else "which is **not told from chance**"
    )
    against = "above" if marks.told > marks.latest else "below"
    return (
        f"The largest expert tells which of a user's preferences is followed in {told} of {marks.preferences:,} cases, "
        f"{share}: drawing lots is right in {percent(marks.chance)}, an observer who knows what everybody likes in "
        f"{percent(marks.oracle)}. That is {against} naming the liked value that came last ({percent(marks.latest)})."
    )


def preferences(marks: ExpertMarks) -> None:
    """The marks of the experts."""
    header("Do experts stand for preferences?")
    st.markdown(sentence(marks))
    upper = " The facets have no families' names; each family got the facet that suits it best: an upper bound."
    st.caption(
        "A user likes several values of a family and follows one of them. Told which these are, a judge names the one "
        "to which the largest expert of the family's facet is the likelier, as learned from other users; dealt to the "
        f"wrong users, experts are right in {percent(marks.by_chance)}. Where that preference drives the next item it "
        f"is told in {percent(marks.drives)}. Without the expert that matters most, the probability of that item "
        f"changes by a factor of {factor(marks.fall)} (median)." + upper * marks.matched
    )
    rows = {
        "chance": marks.chance,
        "routers of the wrong users": marks.by_chance,
        "largest expert": marks.told,
        "largest expert, where it drives the next item": marks.drives,
        "latest liked value": marks.latest,
        "oracle": marks.oracle,
    }
    table_behind(pd.DataFrame({"told by": list(rows), "right": list(rows.values())}), "preferences")
