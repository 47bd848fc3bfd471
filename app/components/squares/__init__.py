"""Weights along the history as squares or, of many, strips: a click chooses one, a double click none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from app import state
from app.components.source import script, style

_squares = st.components.v2.component(
    "fame_squares",
    html=(
        '<div class="root"><div class="bar"><span class="count" aria-live="polite"></span>'
        '<button class="clear" type="button" hidden>Clear selection</button></div>'
        '<div class="frame"><div role="grid"></div></div><p class="foot">item of the history, oldest first</p>'
        '<div class="tip" aria-hidden="true" hidden></div></div>'
    ),
    js=script(__file__),
    css=style(__file__),
)


SQUARES = 16  # positions; the weights of more are strips whose colour is as strong as the weight


@dataclass(frozen=True)
class SquareRow:
    """What has one weight after each item of the history."""

    id: str
    name: str
    color: str
    group: str = ""  # rows of one group follow one another, under its name


@dataclass(frozen=True)
class Square:
    """One weight."""

    row: str  # its id
    column: int  # number of the item in the history, from 1


def squares(
    rows: Sequence[SquareRow],
    titles: Sequence[str],
    weights: np.ndarray,
    *,
    label: str,
    first: int,
    noun: str,
    lit: str,
    chosen: Square | None,
    shown: Square,
    key: str,
    on_choose: Callable[[Square | None], None],
) -> None:
    """Draw the squares.

    Parameters
    ----------
    titles : of the items, oldest first
    weights : (T, rows) from 0 to 1; the square of the largest fills its place
    label : what the weights are, for those who do not see them
    first : number of the oldest item
    noun : what is chosen among, rows or columns
    lit : whether the "row" or the "column" of the chosen square keeps its colour, while all others are greyed
    chosen : None where nothing is; then nothing is greyed
    shown : what the rest of the page is about, chosen or not: it has a frame
    on_choose : gets what was chosen, None after a double click
    """
    ids, T = {row.id for row in rows}, len(titles)

    def picked() -> None:
        sent = state.sent(key, "choose")
        if not isinstance(sent, dict):
            return
        row, column = sent.get("row"), sent.get("column")
        if row is None:
            on_choose(None)
        elif row in ids and type(column) is int and first <= column < first + T:
            on_choose(Square(row, column))

    _squares(
        key=key,
        data={
            "rows": [vars(row) for row in rows],
            "titles": list(titles),
            "weights": np.round(weights, 4).T.tolist(),
            "label": label,
            "first": first,
            "noun": noun,
            "heat": T > SQUARES,
            "lit": lit,
            "chosen": None if chosen is None else vars(chosen),
            "shown": vars(shown),
        },
        on_choose_change=picked,
    )
