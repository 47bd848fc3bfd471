"""Headings and sentences, with what the terms of the glossary in them mean."""

import streamlit as st

from app.guide import help_in


def header(text: str) -> None:
    """Of a part of a page."""
    st.header(text, help=help_in(text))


def subheader(text: str, anchor: bool = True) -> None:
    """Of something in it; without an `anchor` where its text is from data."""
    st.subheader(text, anchor=None if anchor else False, help=help_in(text) if anchor else None)


def with_terms(text: str, also: str = "") -> None:
    """A sentence in which a page first uses a term; what is `also` told of it comes before the terms."""
    st.markdown(text, help="\n\n".join(filter(None, (also, help_in(text)))) or None)


def small_with_terms(text: str) -> None:
    """A sentence in small type in which a page first uses a term."""
    st.caption(text, help=help_in(text))
