"""The ways from one page to another, with all that is selected."""

from typing import Literal

import streamlit as st

from app import link
from app.current import Current
from app.pages import PAGES, PAGES_BY_NAME, Page

CARDS_IN_ROW = 3  # cards beside each other


def onward(now: Current, ways: dict[str, str]) -> None:
    """Links to pages, each with what is to be seen there: {"experts": "which of its experts …"}.

    A page that is about what the model does not have is left out.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, what in ways.items():
            page = PAGES_BY_NAME[name]
            if page.suits(now.model):
                to_page(page, f"**{page.title}**: {what}", "content")


def cards() -> None:
    """A card a page with what it shows, three in a row."""
    shown = [page for page in PAGES if page.shows]
    for start in range(0, len(shown), CARDS_IN_ROW):
        for column, page in zip(st.columns(CARDS_IN_ROW), shown[start : start + CARDS_IN_ROW], strict=False):
            with column.container(border=True, height="stretch"):
                to_page(page, f"**{page.title}**")
                st.caption(page.shows)


def to_page(page: Page, label: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """A link to a page."""
    st.page_link(page.file, label=label, icon=page.icon, query_params=link.parameters(), width=width)


def go_to(name: str) -> None:
    """Open a page."""
    st.switch_page(PAGES_BY_NAME[name].file, query_params=link.parameters())
