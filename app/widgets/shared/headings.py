"""Headings, with what the terms in them mean."""

import streamlit as st

from app.guide import help_in


def header(text: str) -> None:
    """Of a part of a page."""
    st.header(text, help=help_in(text))


def subheader(text: str, anchor: bool = True) -> None:
    """Of something in it; without an `anchor` where its text is from data."""
    st.subheader(text, anchor=None if anchor else False, help=help_in(text) if anchor else None)
