"""Is the driver that the pages name the true one? Only made data can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app import charts, resources
from app.current import Current
from app.widgets.answer import table_behind
from app.words import escape, percent
from fame.errors import InputError

if TYPE_CHECKING:
    from fame.explain.scorecard import Scorecard

READINGS = {
    "gate": "the largest gate weight",
    "contribution": "the largest part of the score by facet",
    "responsibility": "the largest share of the probability by facet",
    "anatomy": "the largest part of the score by family",
    "knock_out": "the family whose knock-out costs most",
    "named": "the driver as the pages name it",
}


def truth(now: Current) -> None:
    """The scorecard of planted data, stored or on a button."""
    if now.data.truth is None:
        return
    st.header("Is the driver true?")
    st.markdown(
        "In this made-up data it is known which family drove every choice, so that every way to name it can be marked."
    )
    found = None
    try:
        found = resources.scorecard(now.model)
    except InputError as error:
        st.info(escape(str(error)))
    if found is None:
        seconds = max(5, round(len(now.data.users) / 100))
        if not st.button(f"Mark the model, about {seconds} seconds", icon=":material/fact_check:"):
            return
        try:
            with st.spinner("Knocking families out of every history …"):
                found = resources.mark(now.model)
        except InputError as error:
            st.error(escape(str(error)))
            return
        if why := resources.keep(now.model, "scorecard.json", found):
            st.warning(f"This could not be stored with the model: {escape(why)}")
    marks(found)


def marks(found: Scorecard) -> None:
    """Readings against chance and the oracle, and how certain a name is."""
    shares = {READINGS[name]: share for name, share in (found.readings | {"named": found.named}).items() if share}
    best = max(shares, key=lambda name: shares[name].value)
    st.markdown(
        f"**{percent(found.named.value)}** of {found.events:,} drivers are named right, {percent(found.unnamed)} get "
        f"no name; chance is {percent(found.chance)}, an observer who knows the step before {percent(found.oracle)}. "
        f"Best is {best}."
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(
            charts.intervals(
                list(shares),
                [share.value for share in shares.values()],
                [share.interval[0] for share in shares.values()],
                [share.interval[1] for share in shares.values()],
                [("chance", found.chance), ("oracle", found.oracle)],
            ),
            key="scorecard",
            config={"displayModeBar": False},
            alt="Share of events whose driver is named right: "
            + ", ".join(f"{name} {share.value:.0%}" for name, share in shares.items()),
        )
        upper = "The facets have no families' names; each got the one that suits it best: an upper bound. "
        st.caption(
            f"Share of events named right, with its 95 % interval (Wilson). {upper if found.matched else ''}Oracle: it "
            "knows which family drove the event before."
        )
    with right:
        if found.curve:
            st.plotly_chart(
                charts.coverage(
                    [point.coverage for point in found.curve],
                    [point.accuracy for point in found.curve],
                    found.chance,
                ),
                key="coverage",
                config={"displayModeBar": False},
                alt="; ".join(f"{p.coverage:.0%} named, {p.accuracy:.0%} right" for p in found.curve[::5]),
            )
            st.caption(
                "The further the proposed family must be ahead of the next, the fewer are named, the more right."
            )
    table_behind(
        pd.DataFrame(
            [
                {"driver named by": name, "right": share.value, "from": share.interval[0], "to": share.interval[1]}
                for name, share in shares.items()
            ]
        ),
        "scorecard",
    )
