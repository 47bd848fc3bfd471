"""Which model the current one is compared with."""

from collections.abc import Sequence

import streamlit as st

from app import state
from fame.checkpoint.description import Description


def choose_second(label: str, choices: Sequence[Description], chosen: Description | None, none: str = "") -> None:
    """A box of models; where `none` says what having none is, that can be chosen, too."""
    names = [*([none] if none else []), *(one.name for one in choices)]
    shown = none if chosen is None else chosen.name
    widget = state.show("second-model", shown)

    def take() -> None:
        name = state.read(widget)
        state.choose_against("" if name == none else name)

    st.selectbox(label, names, names.index(shown), key=widget, on_change=take)
