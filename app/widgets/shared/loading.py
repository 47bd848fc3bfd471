"""The model, once it is loaded: until then the strip is on screen already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import resources
from app.current import Current
from app.sentences.marking import escape
from app.widgets.shared.history import editor
from fame.errors import InputError

if TYPE_CHECKING:
    from fame.checkpoint.store import Checkpoint


def loaded(now: Current) -> Checkpoint:
    """The current model. The first visitor sees the strip and a spinner while it loads; a damaged one ends the page."""
    name = now.model.name
    try:
        if resources.is_loaded(name):
            return resources.checkpoint(name)
        editor(now, None)
        with st.spinner(f"Loading {name} …"):
            resources.checkpoint(name)
    except InputError as error:  # outside the spinner, which would stay beside it
        st.error(escape(str(error)))
        st.stop()
    return st.rerun()
