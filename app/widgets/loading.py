"""The model, once it is loaded: until then the strip is on screen already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import resources
from app.current import Current
from app.widgets.editor import editor
from app.words import escape
from fame.errors import InputError

if TYPE_CHECKING:
    from fame.checkpoint.store import Checkpoint


def loaded(now: Current) -> Checkpoint:
    """The current model. The first visitor sees the strip and a spinner while it loads; a damaged one ends the page."""
    if not resources.is_loaded(now.model.name):
        editor(now, None)
        with st.spinner(f"Loading {now.model.name} …"):
            _checkpoint(now.model.name)
        st.rerun()
    return _checkpoint(now.model.name)


def _checkpoint(name: str) -> Checkpoint:
    try:
        return resources.checkpoint(name)
    except InputError as error:
        st.error(escape(str(error)))
        st.stop()
