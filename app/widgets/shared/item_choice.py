"""Which item is asked about, and against which: lists of items that are searched by title."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from app import resources, state
from app.current import Current

SEARCHED = 12_000  # items among which one can be searched; of more, only those of the ranking are offered
NOBODY = 0  # in the place of an item


def choose_target(now: Current, target: int, ranking: Sequence[int]) -> None:
    """The item asked about."""
    pick(now, "target", target, offered(now, [target, *ranking]), state.choose_target, "Why")


def choose_against(now: Current, target: int, ranking: Sequence[int]) -> None:
    """What it is compared with, which may be nothing."""
    # The target is among them: a list that differs with every target would be sent to the browser with each.
    options = offered(now, [now.rival or target, *ranking])
    pick(now, "against", now.rival or NOBODY, [NOBODY, *options], state.choose_rival, "rather than")


def choose_rival(now: Current, rival: int, ranking: Sequence[int]) -> None:
    """A choice of what the item asked about is compared with, `rival` being chosen."""
    pick(now, "rival", rival, offered(now, [rival, *ranking]), state.choose_rival)


def offered(now: Current, items: Iterable[int]) -> Sequence[int]:
    """The whole catalog where it is small enough to be sent to a browser, else some items."""
    V = len(now.data.catalog)
    return range(1, V + 1) if V <= SEARCHED else sorted(set(items))


def pick(
    now: Current, key: str, shown: int, options: Sequence[int], choose: Callable[[str], None], label: str = ""
) -> None:
    """A list with one item chosen; `choose` gets the id of another, empty for nobody."""
    catalog, labels = now.data.catalog, resources.labels(now.data.catalog, now.data.fingerprint)
    widget = state.show(key, shown)
    st.selectbox(
        label or "Compare with",
        options,
        options.index(shown),
        format_func=lambda item: "any other item" if item == NOBODY else labels[item - 1],
        key=widget,
        filter_mode="fuzzy",
        label_visibility="visible" if label else "collapsed",
        on_change=lambda: choose(catalog.id(item) if (item := state.read(widget)) else ""),
    )
