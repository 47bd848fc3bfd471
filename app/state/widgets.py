"""Keys and values of widgets and of browser components."""

from typing import Any

import streamlit as st

from app.state.visitor import session


def sent(component: str, event: str) -> Any:
    """What a browser component sent with an event; to be trusted in nothing."""
    return st.session_state[component][event]


def take(widget: str, empty: str | None = None) -> Any:
    """What was chosen in a widget, which is empty again for the next choice."""
    chosen = st.session_state[widget]
    st.session_state[widget] = empty
    return chosen


def read(widget: str) -> Any:
    """What is chosen in a widget."""
    return st.session_state[widget]


def first(widget: str, value: Any) -> str:
    """The key of a widget that shows this until something else is chosen in it."""
    if widget not in st.session_state:
        st.session_state[widget] = value
    return widget


def show(widget: str, value: Any) -> str:
    """The key of a widget that is given this as its default, and so shows it, wherever it was chosen.

    Where that was elsewhere, and on another page, the widget is a new one. Were it told to move, a browser that is
    sending something just then would go on sending what it showed before, as if that had been chosen.
    """
    now = session()
    page, times = now.shown.get(widget, (now.page, 0))
    key = _key(widget, times)
    if page != now.page or (key in st.session_state and st.session_state[key] != value):
        key = _key(widget, times := times + 1)
    now.shown[widget] = now.page, times
    return key


def _key(widget: str, times: int) -> str:
    return f"{widget}-again-{times}" if times else widget
