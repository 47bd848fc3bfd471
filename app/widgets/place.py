"""A chosen place in the history: what the model had read up to there, and the picture in which it is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, state
from app.current import Current
from app.widgets.answer import table_behind


@dataclass(frozen=True)
class Place:
    """A position of the history."""

    read: list[int]  # catalog indices that the model reads, oldest first
    position: int  # in `read`
    number: int  # as the strip's cards are numbered

    @property
    def seen(self) -> list[int]:
        """What was read up to and with the position."""
        return self.read[: self.position + 1]


def place(now: Current) -> Place:
    """The position chosen in the strip or a picture; the newest where none is."""
    read = list(now.history)[-int(now.model.config["length"]) :]
    unread, wanted = len(now.history) - len(read), state.session().position
    position = min(max((len(now.history) - 1 if wanted is None else wanted) - unread, 0), len(read) - 1)
    return Place(read, position, position + unread + 1)


def along(now: Current, at: Place, rows: Sequence[str], colors: Sequence[str], weights: np.ndarray, what: str) -> None:
    """Weights (T, rows) along the history as squares that can be clicked, and their table."""
    titles = [now.data.catalog.title(item) for item in at.read]
    key = f"{what}-squares"

    def clicked() -> None:
        points = st.session_state[key].selection.points
        if points:
            state.session().position = int(points[0]["customdata"][0]) + at.number - at.position - 1

    st.plotly_chart(
        charts.squares(rows, colors, titles, weights, at.position, what),
        key=key,
        on_select=clicked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"The {what}'s weights after each item of the history, as squares whose area is the weight",
    )
    st.caption("The area of a square is the weight; a column adds up to 100 %. Click a square or a card to choose it.")
    table_behind(pd.DataFrame(weights, columns=list(rows)).assign(item=titles), what)
