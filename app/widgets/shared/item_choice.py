"""What is chosen by searching, on the server: an item to add, to ask about or to compare with; a user."""

from collections.abc import Callable, Sequence

import streamlit as st

from app import resources, state
from app.components.item_search import Hit, item_search
from app.current import Current

MOST_FOUND = 50  # found items that are sent to the browser
NONE = Hit("", "any other item")


def choose_target(now: Current, target: int, ranking: Sequence[int]) -> None:
    """The item asked about."""
    choice(now, "target", "Why", state.choose_target, target, ranking)


def choose_against(now: Current, ranking: Sequence[int]) -> None:
    """What it is compared with, which may be nothing."""
    choice(now, "against", "rather than", state.choose_rival, now.rival, ranking, none=NONE)


def choose_rival(now: Current, rival: int, ranking: Sequence[int]) -> None:
    """A choice of what the item asked about is compared with, `rival` being chosen."""
    choice(now, "rival", "Compare with", state.choose_rival, rival, ranking, label_visible=False)


def choice(
    now: Current, key: str, label: str, choose: Callable[[str], None], item: int | None = None,
    usual: Sequence[int] = (), none: Hit | None = None, label_visible: bool = True,
) -> None:  # fmt: skip
    """A box to choose an item in.

    Parameters
    ----------
    choose : gets the id of the item chosen
    item : catalog index of the one that is chosen now
    usual : catalog indices offered before anything is typed
    none : stands for no item, and for the choice that there is none
    """
    catalog, titles = now.data.catalog, resources.titles(now.data)

    def find(text: str) -> list[Hit]:
        found = titles.search(text, MOST_FOUND) if text else usual[:MOST_FOUND]
        return [*([none] if none and not text else []), *(Hit(catalog.id(one), titles.name(one)) for one in found)]

    shown = titles.name(item) if item is not None else none.name if none else ""
    search_box(key, label, find, choose, shown, f"Search {len(catalog):,} titles", label_visible)


@st.fragment
def search_box(
    key: str, label: str, find: Callable[[str], list[Hit]], choose: Callable[[str], None], shown: str,
    placeholder: str, label_visible: bool = True,
) -> None:  # fmt: skip
    """A box to search in: what is typed draws nothing else again, what is chosen draws the page."""
    session = state.session()
    text = session.searched.get(key)

    def searched(text: str) -> None:
        session.searched[key] = text

    def chosen(found: str) -> None:
        session.searched.pop(key, None)
        session.redraw = True
        choose(found)

    item_search(
        [] if text is None else find(text.strip()),
        key=f"{key}-box",
        label=label,
        shown=shown,
        placeholder=placeholder,
        of=text,
        on_search=searched,
        on_choose=chosen,
        label_visible=label_visible,
    )
    if session.redraw:
        session.redraw = False
        st.rerun()
