"""Is the driver that the pages name the true one? Only made data can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app import charts, measured, resources
from app.current import Current
from app.look.numbers import duration, percent
from app.sentences.marking import escape, together
from app.sentences.recommendation import learned
from app.widgets.meaning.preferences import preferences
from app.widgets.shared.headings import header, small_with_terms, subheader
from app.widgets.shared.tables import table_behind
from fame.errors import InputError
from fame.explain.trust.cost import marking_seconds

if TYPE_CHECKING:
    from fame.explain.trust.records.scorecard import Certainty, Scorecard, Share

READINGS = {
    "gate": "largest gate weight",
    "contribution": "largest facet part",
    "responsibility": "largest facet share",
    "anatomy": "largest family part",
    "knock_out": "family knock-out",
    "named": "driver as named",
}


def truth(now: Current) -> None:
    """The scorecard of planted data, stored or on a button."""
    if now.data.truth is None:
        return
    header("Is the driver true?")
    st.markdown(
        "In this made-up data it is known which family drove every choice, so that every way to name it can be marked."
    )
    found = None
    try:
        found = measured.scorecard(now.model)
    except InputError as error:
        st.info(escape(str(error)))
    if found is None:
        place, model = st.empty(), resources.checkpoint(now.model.name).model
        takes = resources.seconds(now.model.fingerprint, ("scorecard",), lambda: marking_seconds(model, now.data))
        if not place.button(f"Mark the model, about {duration(takes)}", icon=":material/fact_check:"):
            return
        try:
            with place, st.spinner("Knocking families out of every history …"):
                found = measured.mark(now.model)
        except InputError as error:
            st.error(escape(str(error)))
            return
        if why := measured.keep(now.model, "scorecard.json", found):
            st.warning(f"This could not be stored with the model: {escape(why)}")
    marks(found)
    if found.experts:
        preferences(found.experts)


def ways_to_name(found: Scorecard) -> dict[str, Share]:
    """Every way to name the driver that the model has."""
    return {READINGS[name]: share for name, share in (found.readings | {"named": found.named}).items() if share}


def sentence(found: Scorecard) -> str:
    """How many drivers are named right, and which way to name them is right most often."""
    shares = ways_to_name(found)
    most = max(share.right for share in shares.values())
    return (
        f"**{percent(found.named.value)}** of {found.events:,} drivers are named right, {percent(found.unnamed)} get "
        f"no name; chance is {percent(found.chance)}, an observer who knows the step before {percent(found.oracle)}. "
        f"Best: {together([name for name, share in shares.items() if share.right == most])}."
    )


def by_probability(found: Scorecard) -> str:
    """What asking for a larger probability buys, from one end of the curve to the other."""
    most, fewest = found.curve[0], found.curve[-1]
    return (
        "The likelier a family must be to be named, the fewer are named. With any probability "
        f"{percent(most.coverage)} are, of which {percent(most.accuracy)} right; from {percent(fewest.least)} on "
        f"{percent(fewest.coverage)}, of which {percent(fewest.accuracy)}."
    )


def reliability_sentence(found: Certainty) -> str:
    """How far the driver's probability is from how often it is right."""
    told, named = found.calibration, found.of_named
    said = f"What is said is off by {percent(told.error)} on average, over {sum(told.cases):,} events; "
    if named is None:
        return f"{said}none is named."
    return f"{said}of the {named.events:,} that get a name, {percent(named.value)} are right."


def reliable(found: Certainty) -> None:
    """Is a driver that is said to be 85 % likely right in 85 % of events?"""
    told = found.calibration
    subheader("Is its probability true?")
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.plotly_chart(
            charts.reliability(told.said, told.right, told.cases),
            key="reliability",
            config={"displayModeBar": False},
            alt="; ".join(f"said {percent(s)}, right {percent(r)}" for s, r in zip(told.said, told.right, strict=True)),
        )
    with right:
        st.markdown(reliability_sentence(found))
        st.caption(
            "Over all test events, those that no family drove among them: there every name is wrong. A dot is a tenth "
            "of the scale, its size the number of events; on the line what is said is true. " + learned()
        )
        table_behind(pd.DataFrame({"said": told.said, "right": told.right, "events": told.cases}), "driver-reliability")


def unchecked(now: Current) -> None:
    """What is known of the driver's probability where the data do not tell the truth."""
    if now.data.truth is not None or not now.data.catalog.families:
        return
    header("Is the driver's probability true?")
    st.markdown(
        f"{learned()} These data do not tell what drove a choice, so that nobody can check it here: take it as an "
        "estimate, and read the evidence beside it."
    )


def marks(found: Scorecard) -> None:
    """DriverCandidates against chance and the oracle, and how certain a name is."""
    shares = ways_to_name(found)
    st.markdown(sentence(found))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(
            charts.intervals(
                list(shares),
                [share.value for share in shares.values()],
                [share.interval[0] for share in shares.values()],
                [share.interval[1] for share in shares.values()],
                [("chance", found.chance), ("oracle", found.oracle)],
                list(shares).index(READINGS["named"]),
            ),
            key="scorecard",
            config={"displayModeBar": False},
            alt="Share of events whose driver is named right: "
            + ", ".join(f"{name} {percent(share.value)}" for name, share in shares.items()),
        )
        upper = "The facets have no families' names; each got the one that suits it best: an upper bound. "
        small_with_terms(
            f"Share of events named right, with its 95\u00a0% interval (Wilson). {upper if found.matched else ''}Facet "
            "and family parts are those of the score; knock-out is the family without which the item falls furthest. "
            "The oracle knows which family drove the event before."
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
                alt="; ".join(f"{percent(p.coverage)} named, {percent(p.accuracy)} right" for p in found.curve[::5]),
            )
            st.caption(by_probability(found))
    if found.driver:
        reliable(found.driver)
    table_behind(
        pd.DataFrame(
            [
                {"driver named by": name, "right": share.value, "from": share.interval[0], "to": share.interval[1]}
                for name, share in shares.items()
            ]
        ),
        "scorecard",
    )
