"""A chosen place in the history: what the model had read up to there, and the picture in which it is chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import state
from app.components.squares import SQUARES, Square, SquareRow, squares
from app.current import Current
from app.look.numbers import percent
from app.widgets.shared.tables import table_behind

SHARED = {
    "gate": "After each item the gate shares out 100\u00a0% over the facets.",
    "router": "After each item a router shares out 100\u00a0% over the experts of its facet, each free to read the "
    "history for one preference.",
}


@dataclass(frozen=True)
class Place:
    """A position of the history."""

    read: list[int]  # catalog indices that the model reads, oldest first
    position: int  # in `read`
    number: int  # as the strip's cards are numbered
    hidden: tuple[int, ...] = ()  # catalog indices that are never recommended there: what had been seen by then

    @property
    def seen(self) -> list[int]:
        """What was read up to and with the position."""
        return self.read[: self.position + 1]

    @property
    def first(self) -> int:
        """Number of the oldest item that is read."""
        return self.number - self.position


def place(now: Current) -> Place:
    """The position chosen in the strip or a picture; the newest where none is."""
    read = list(now.history)[-int(now.model.config["length"]) :]
    chosen = state.session().position
    newest = len(now.history) - 1
    number = 1 + (newest if chosen is None else chosen)
    past, later = {*now.history[:number], *(now.user.older if now.user else ())}, set(now.history[number:])
    hidden = tuple(item for item in now.hidden if item in past or item not in later)
    return Place(read, number - 1 - (len(now.history) - len(read)), number, hidden)


def halves(at: Place) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Room for a picture along the history and for what stands beside it, or below it where the history is long."""
    if len(at.read) > SQUARES:
        return st.container(), st.container()
    left, right = st.columns([4, 3], gap="large")
    return left, right


def along(
    now: Current, at: Place, rows: Sequence[SquareRow], weights: np.ndarray, what: str, lit: str, chosen: Square | None,
    shown: Square, on_choose: Callable[[Square | None], None],
) -> None:  # fmt: skip
    """Weights (T, rows) along the history as squares that can be clicked, and their table."""
    titles = [now.data.catalog.title(item) for item in at.read]
    squares(
        rows,
        titles,
        weights,
        label=what,
        first=at.first,
        noun="experts" if lit == "row" else "positions",
        lit=lit,
        chosen=chosen,
        shown=shown,
        key=f"{what}-squares",
        on_choose=on_choose,
    )
    drawn = "The area of a square is its weight" if len(titles) <= SQUARES else "The stronger its colour, the more"
    st.caption(
        f"{SHARED[what]} {drawn}, the largest being {percent(float(weights.max()))}. Double-click to choose none."
    )
    columns = [f"{row.group} {row.name}".strip() for row in rows]
    frame = pd.DataFrame(weights, columns=columns)
    frame.insert(0, "item", range(at.first, at.first + len(titles)))
    frame.insert(1, "title", titles)
    table_behind(frame, what)
