"""Slices as dots with their intervals on one axis, with a line at the whole; a click looks at that slice alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app import state
from app.components.source import script, style

_slices = st.components.v2.component(
    "fame_slice_list",
    html=(
        '<div class="root"><div class="head" aria-hidden="true"><span></span><div class="axis"></div>'
        "<span>users</span></div>"
        '<div class="slices" role="group"></div></div>'
    ),
    js=script(__file__),
    css=style(__file__),
)


@dataclass(frozen=True)
class SliceRow:
    """One slice."""

    id: str
    name: str
    value: float
    low: float
    high: float
    n: int
    told: bool  # from the whole; others are grey
    words: str  # all of it in a sentence


def slice_list(
    rows: Sequence[SliceRow], whole: float, ticks: Sequence[tuple[float, str]], *, label: str, key: str,
    on_choose: Callable[[str], None],
) -> None:  # fmt: skip
    """Draw them on an axis with these ticks; `on_choose` gets the id of the one that was clicked."""
    ids = {row.id for row in rows}

    def picked() -> None:
        chosen = state.sent(key, "choose")
        if isinstance(chosen, str) and chosen in ids:
            on_choose(chosen)

    most = max([*(row.high for row in rows), *(place for place, _ in ticks), whole, 1e-9])
    least = min([0.0, *(row.low for row in rows)])
    _slices(
        key=key,
        data={
            "rows": [vars(row) | {"shown": f"{row.n:,}"} for row in rows],
            "whole": whole,
            "ticks": [list(tick) for tick in ticks],
            "from": least,
            "to": most,
            "label": label,
        },
        on_choose_change=picked,
    )
