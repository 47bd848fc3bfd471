"""The ways on from a page, with all that is selected."""

import streamlit as st

from app import state

PAGES = {
    "predict": ("Predict", ":material/recommend:"),
    "gates": ("Gates", ":material/alt_route:"),
    "why": ("Why", ":material/troubleshoot:"),
    "experts": ("Experts", ":material/account_tree:"),
}


def onward(ways: dict[str, str]) -> None:
    """Links to pages, each with what is to be seen there: {"experts": "which of its experts …"}."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for page, what in ways.items():
            name, icon = PAGES[page]
            st.page_link(
                f"../pages/{page}.py", label=f"**{name}**: {what}", icon=icon, query_params=state.parameters(),
                width="content",
            )  # fmt: skip
