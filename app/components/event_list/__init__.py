"""Held-out events as a table that is sorted by its heads and walked by keyboard: J and K, Enter opens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app import state
from app.components.source import script, style

_events = st.components.v2.component(
    "fame_event_list",
    html=(
        '<div class="root"><div class="frame"><table><thead><tr></tr></thead><tbody></tbody></table></div>'
        '<p class="foot"></p></div>'
    ),
    js=script(__file__),
    css=style(__file__),
)


@dataclass(frozen=True)
class EventColumn:
    """A column; without a key it cannot be sorted by."""

    name: str
    key: str = ""
    number: bool = False
    help: str = ""


def event_list(
    columns: Sequence[EventColumn], rows: Sequence[tuple[str, Sequence[str]]], *, chosen: str, order: str, foot: str,
    key: str, on_choose: Callable[[str], None], on_order: Callable[[str], None],
) -> None:  # fmt: skip
    """Draw them.

    Parameters
    ----------
    rows : the id of each, and its cells
    chosen : id of the row that is open, empty where none is
    order : key of the column that they are sorted by, with a minus where from high to low
    on_choose : gets the id of the row that was opened, empty where it was closed
    on_order : gets the new order
    """
    ids, keys = {row for row, _ in rows}, {column.key for column in columns if column.key}

    def picked() -> None:
        row = state.sent(key, "choose")
        if isinstance(row, str) and (row in ids or not row):
            on_choose(row)

    def sorted_by() -> None:
        wanted = state.sent(key, "order")
        if isinstance(wanted, str) and wanted.removeprefix("-") in keys:
            on_order(wanted)

    _events(
        key=key,
        data={
            "columns": [vars(column) for column in columns],
            "rows": [{"id": row, "cells": list(cells)} for row, cells in rows],
            "chosen": chosen,
            "order": order,
            "foot": foot,
        },
        on_choose_change=picked,
        on_order_change=sorted_by,
    )
