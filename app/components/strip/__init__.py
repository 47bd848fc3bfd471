"""The history as cards from oldest to newest: drag, Alt + arrows, Delete, x; each edit sends the whole new order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app import state
from app.components.source import Facet, drawn, script, style, titled
from app.look.numbers import signed

_strip = st.components.v2.component(
    "fame_strip",
    html=(
        '<ol aria-label="History, oldest first" aria-describedby="keys"></ol><p class="note"></p>'
        '<p class="unseen" id="keys">Arrow keys go from card to card, Alt and an arrow key moves a card, '
        'Delete removes it, Enter chooses it.</p><p class="live unseen" aria-live="polite"></p>'
    ),
    js=script(__file__),
    css=style(__file__),
)


@dataclass(frozen=True)
class Card:
    """An item of the history."""

    id: str
    title: str
    chips: tuple[str, ...]
    gate: tuple[float, ...] = ()  # weight of each facet at this position; empty = not known
    value: float | None = None  # drawn as a bar over the card
    out: bool = False  # left out for now


def strip(
    cards: Sequence[Card],
    facets: Sequence[Facet],
    *,
    key: str,
    empty: str,
    on_edit: Callable[[list[str], int], None],
    on_choose: Callable[[int], None] | None = None,
    chosen: int | None = None,
    limit: int,
    sent: int,
    by: str = "",
) -> None:
    """Draw the strip.

    Parameters
    ----------
    empty : what to say where there is no card
    on_edit : gets the new order of ids and the number of the edit
    on_choose : gets the position of the card that was chosen
    limit : the model reads the newest so many; older cards are dimmed
    sent : number of the newest edit that the cards already show; answers to older ones are not drawn
    by : what the values of the cards are; empty = they have none
    """
    ids, values = {card.id for card in cards}, [card.value for card in cards if card.value is not None]

    def edited() -> None:
        edit = state.sent(key, "edit")
        order, number = (edit.get("ids"), edit.get("number")) if isinstance(edit, dict) else (None, None)
        if isinstance(order, list) and isinstance(number, int) and len(order) <= len(cards):
            on_edit([item for item in order if isinstance(item, str) and item in ids], number)

    def picked() -> None:
        position = state.sent(key, "choose")
        if on_choose is not None and isinstance(position, int) and 0 <= position < len(cards):
            on_choose(position)

    _strip(
        key=key,
        data={
            "cards": [
                {
                    **titled(card.title),
                    "id": card.id,
                    "chips": list(card.chips),
                    "gate": list(card.gate),
                    "value": card.value,
                    "said": "" if card.value is None else signed(card.value),
                    "out": card.out,
                }
                for card in cards
            ],
            "by": by,
            "low": min([0.0, *values]),
            "high": max([0.0, *values]),
            "facets": drawn(facets),
            "empty": empty,
            "chosen": chosen,
            "choosable": on_choose is not None,
            "unread": max(0, len(cards) - limit),
            "limit": limit,
            "sent": sent,
        },
        on_edit_change=edited,
        on_choose_change=picked,
    )
