"""Which facet is in view, and where the gate weight of one that is left out goes."""

import streamlit as st

from app import state
from app.current import Current
from fame.explain.facets.effects import Missing

WEIGHT_GOES = {"dropped": "is dropped", "renormalised": "goes to the others"}


def choose_facet(now: Current, h: int, key: str) -> None:
    """The facet in view, as buttons."""
    shown = state.show(key, now.facets[h])
    st.segmented_control(
        "Facet",
        now.facets,
        default=now.facets[h],
        key=shown,
        required=True,
        wrap=True,
        on_change=lambda: state.choose_facet(state.read(shown)),
    )


def choose_missing(way: Missing) -> None:
    """Where its gate weight goes, as buttons."""
    key = state.show("missing", way)
    st.segmented_control(
        "Its gate weight",
        list(WEIGHT_GOES),
        format_func=lambda way: WEIGHT_GOES[way],
        default=way,
        key=key,
        required=True,
        wrap=True,
        on_change=lambda: state.choose_missing(state.read(key)),
    )
