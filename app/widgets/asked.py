"""Which item is asked about, and against which."""

from collections.abc import Iterable, Sequence

import streamlit as st

from app import resources, state
from app.current import Current

SEARCHED = 12_000  # items among which one can be searched; of more, only those of the ranking are offered
NOBODY = 0  # in the place of an item


def offered(now: Current, items: Iterable[int]) -> Sequence[int]:
    """The whole catalog where it is small enough to be sent to a browser, else some items."""
    V = len(now.data.catalog)
    return range(1, V + 1) if V <= SEARCHED else sorted(set(items))


def choose_target(now: Current, target: int, ranking: Sequence[int]) -> None:
    """A list of items with the one asked about in it."""
    catalog, labels = now.data.catalog, resources.labels(now.data.catalog, now.data.fingerprint)
    state.show("target", target)
    st.selectbox(
        "Why",
        offered(now, [target, *ranking]),
        format_func=lambda item: labels[item - 1],
        key="target",
        filter_mode="contains",
        on_change=lambda: state.choose_target(catalog.id(state.read("target"))),
    )


def choose_against(now: Current, target: int, ranking: Sequence[int]) -> None:
    """The same for what it is compared with, which may be nothing."""
    catalog, labels = now.data.catalog, resources.labels(now.data.catalog, now.data.fingerprint)
    options = offered(now, [now.rival or NOBODY, *ranking])
    state.show("against", now.rival or NOBODY)
    st.selectbox(
        "rather than",
        [NOBODY, *(item for item in options if item not in (NOBODY, target))],
        format_func=lambda item: "any other item" if item == NOBODY else labels[item - 1],
        key="against",
        filter_mode="contains",
        on_change=lambda: state.choose_rival(catalog.id(item) if (item := state.read("against")) else ""),
    )
