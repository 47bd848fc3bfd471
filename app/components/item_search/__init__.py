"""A box in which an item is searched by its title: what is typed goes to the server, the best few come back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app import state
from app.components.source import script, style

LONGEST_SEARCH = 200  # characters that are searched for
_item_search = st.components.v2.component(
    "fame_item_search",
    html=(
        '<label for="box"></label>'
        '<span class="field"><input id="box" role="combobox" aria-autocomplete="list" aria-expanded="false" '
        f'aria-controls="found" autocomplete="off" spellcheck="false" maxlength="{LONGEST_SEARCH}"></span>'
        '<ul id="found" role="listbox" popover="manual"></ul><p class="unseen" aria-live="polite"></p>'
    ),
    js=script(__file__),
    css=style(__file__),
)


@dataclass(frozen=True)
class Hit:
    """An item to choose."""

    id: str
    name: str


def item_search(
    hits: Sequence[Hit],
    *,
    key: str,
    label: str,
    shown: str,
    placeholder: str,
    of: str | None,
    on_search: Callable[[str], None],
    on_choose: Callable[[str], None],
    label_visible: bool = True,
) -> None:
    """Draw the box.

    Parameters
    ----------
    hits : what was found for `of`, best first
    shown : what stands in the box while nothing is typed: the title of the item chosen
    of : the text that was searched for; None where nothing was
    on_search : gets a text that was typed, empty where the list was opened
    on_choose : gets the id of one of the hits
    """
    ids = {hit.id for hit in hits}

    def searched() -> None:
        text = state.sent(key, "search")
        if isinstance(text, str):
            on_search(text[:LONGEST_SEARCH])

    def chosen() -> None:
        item = state.sent(key, "choose")
        if isinstance(item, str) and item in ids:
            on_choose(item)

    _item_search(
        key=key,
        data={
            "label": label,
            "labelVisible": label_visible,
            "shown": shown,
            "placeholder": placeholder,
            "of": of,
            "hits": [{"id": hit.id, "name": hit.name} for hit in hits],
        },
        on_search_change=searched,
        on_choose_change=chosen,
    )
