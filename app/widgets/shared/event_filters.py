"""Which held-out events are looked at: chips that can be taken away, wherever events stand behind what is shown."""

import streamlit as st

from app import state
from app.sentences.events import words
from app.sentences.marking import escape
from app.traces import Selection, toggled


def chips(chosen: Selection) -> None:
    """A button a condition, which drops it."""
    if not chosen.where:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        for number, condition in enumerate(chosen.where):
            st.button(
                escape(words(condition, chosen.title)),
                icon=":material/close:",
                key=f"filter-{number}",
                help="Drop this filter",
                on_click=state.choose_events,
                args=(toggled(chosen, [condition]),),
            )
        if len(chosen.where) > 1:
            st.button("Drop all", key="filter-none", type="tertiary", on_click=state.choose_events, args=("",))
