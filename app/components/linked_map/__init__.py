"""Several maps of the same items, drawn by the browser and linked: what is lassoed in one is lit in all."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np
import streamlit as st

from app import state
from app.components.source import script, style

_linked_map = st.components.v2.component(
    "fame_linked_map",
    html=(
        '<div class="root"><div class="bar"><span class="count" aria-live="polite"></span>'
        '<button class="clear" type="button">Clear selection</button>'
        '<div class="tools" role="group" aria-label="Tools of the maps"><div class="modes">'
        '<button class="select" type="button">Select</button><button class="move" type="button">Move</button></div>'
        '<button class="zoom out" type="button" aria-label="Zoom out">−</button>'
        '<button class="zoom in" type="button" aria-label="Zoom in">+</button>'
        '<button class="reset" type="button" hidden>Reset view</button></div></div>'
        '<div class="legend" role="group" aria-label="Colours"></div>'
        '<div class="panels"></div><div class="tip" aria-hidden="true" hidden></div></div>'
    ),
    js=script(__file__),
    css=style(__file__),
)


@dataclass(frozen=True)
class MapPanel:
    """One map."""

    name: str
    color: str
    xy: np.ndarray  # (points, 2)
    note: str  # its quality, in a few words


@dataclass(frozen=True)
class Coloring:
    """What the colours of the points say."""

    name: str
    codes: np.ndarray  # (points,) index into labels; -1 = unknown
    labels: tuple[str, ...]
    palette: tuple[str, ...]


def linked_map(
    panels: Sequence[MapPanel],
    *,
    titles: Sequence[str],
    chips: Sequence[str],
    coloring: Coloring,
    history: Sequence[int],
    top: Sequence[int],
    selected: Sequence[int],
    focus: int | None,
    key: str,
    on_select: Callable[[list[int]], None],
    on_focus: Callable[[int], None],
) -> None:
    """Draw the maps. Points are rows 0…n - 1 everywhere; the callbacks get rows that exist."""
    n = len(titles)

    def chosen() -> None:
        rows = state.sent(key, "select")
        if isinstance(rows, list) and len(rows) <= n:
            on_select([row for row in rows if _is_row(row, n)])

    def focused() -> None:
        row = state.sent(key, "focus")
        if _is_row(row, n):
            on_focus(row)

    _linked_map(
        key=key,
        data={
            "panels": [
                {"name": panel.name, "color": panel.color, "note": panel.note, "xy": _packed(panel.xy, np.float32)}
                for panel in panels
            ],
            "titles": list(titles),
            "chips": list(chips),
            "coloring": {
                "name": coloring.name,
                "codes": _packed(coloring.codes, np.int32),
                "labels": list(coloring.labels),
                "palette": list(coloring.palette),
            },
            "history": list(history),
            "top": list(top),
            "selected": list(selected),
            "focus": focus,
        },
        on_select_change=chosen,
        on_focus_change=focused,
    )


def _is_row(value: object, n: int) -> TypeGuard[int]:
    """Whether what the browser sent is the number of a point."""
    return type(value) is int and 0 <= value < n


def _packed(values: np.ndarray, kind: type) -> str:
    """Numbers as base64: bytes inside a dict would arrive as text."""
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode()
