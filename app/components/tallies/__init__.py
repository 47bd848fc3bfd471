"""How many of some events are of each kind: as one bar of buttons, or as rows of counted squares; a click chooses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from app import state
from app.components.source import script, style

_tallies = st.components.v2.component(
    "fame_tallies",
    html='<div class="root"><div class="tallies" role="group"></div></div>',
    js=script(__file__),
    css=style(__file__),
)


@dataclass(frozen=True)
class Tally:
    """One kind."""

    id: str
    name: str
    count: int
    words: str  # what it is, in a sentence, on hover
    chosen: bool = False
    more: str = ""  # after the count


def tallies(
    rows: Sequence[Tally], *, shape: Literal["bar", "squares"], label: str, key: str, on_choose: Callable[[str], None],
    unit: int = 1,
) -> None:  # fmt: skip
    """Draw them; `unit` events are one square, and `on_choose` gets the id of what was clicked."""
    ids = {row.id for row in rows}

    def picked() -> None:
        chosen = state.sent(key, "choose")
        if isinstance(chosen, str) and chosen in ids:
            on_choose(chosen)

    _tallies(
        key=key,
        data={
            "rows": [vars(row) | {"shown": f"{row.count:,}"} for row in rows],
            "shape": shape,
            "label": label,
            "unit": unit,
        },
        on_choose_change=picked,
    )
