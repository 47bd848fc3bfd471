"""The ranking, a row an item: title, probability, and one diverging stacked bar of the score's exact parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app import state
from app.components.source import Facet, drawn, script, style, titled
from app.look.numbers import percent, signed

_ranking = st.components.v2.component(
    "fame_ranking",
    html=(
        '<div class="root"><div class="legend"></div><div class="head" aria-hidden="true"><span></span><span></span>'
        '<span class="probability">probability</span><div class="axis"><span class="low"></span>'
        '<span class="mid"></span><span class="high"></span></div></div>'
        '<ol role="listbox" aria-label="Ranking"></ol><p class="note"></p><p class="gone"></p>'
        '<div class="tip" aria-hidden="true" hidden></div><p class="live unseen" aria-live="polite"></p></div>'
    ),
    js=script(__file__),
    css=style(__file__),
)


@dataclass(frozen=True)
class RankedRow:
    """An item of the ranking."""

    id: str
    rank: int
    title: str
    chips: tuple[str, ...]
    probability: float
    parts: tuple[float, ...]  # by how much each facet lifts it above the average item; or see `shares` of `ranking`
    bias: float | None  # the same for popularity; None = the model has no such term
    before: int | None = None  # its rank for the pinned history; 0 = it was not among them; None = nothing is pinned


def ranking(
    rows: Sequence[RankedRow],
    facets: Sequence[Facet],
    *,
    key: str,
    chosen: str | None,
    on_choose: Callable[[str], None],
    gone: Sequence[str] = (),
    note: str = "",
    shares: bool = False,
) -> None:
    """Draw the ranking.

    Parameters
    ----------
    facets : none for a model without facets: then the bar is the probability
    on_choose : gets the id of the row that was chosen
    gone : titles that left the list since the history was pinned
    note : a sentence under the list
    shares : the parts are shares of the probability, which sum to 1, instead of parts of the score
    """
    ids = {row.id for row in rows}

    def picked() -> None:
        item = state.sent(key, "choose")
        if isinstance(item, str) and item in ids:
            on_choose(item)

    _ranking(
        key=key,
        data={
            "rows": [_row(row, facets, shares) for row in rows],
            "lead": "Shares of the probability, by facet" if shares else "Parts by facet, against the average item",
            "facets": drawn(facets),
            "popularity": bool(facets) and any(row.bias is not None for row in rows),
            "chosen": chosen,
            "gone": list(gone),
            "note": note,
            "low": signed(-max((_reach(row, -1) for row in rows), default=0.0)),
            "high": percent(1) if shares else signed(max((_reach(row, 1) for row in rows), default=0.0)),
        },
        on_choose_change=picked,
    )


def _row(row: RankedRow, facets: Sequence[Facet], shares: bool) -> dict[str, object]:
    named = [(facet.name, part) for facet, part in zip(facets, row.parts, strict=False)]
    if named and row.bias is not None:
        named.append(("popularity", row.bias))
    said = percent if shares else signed
    words = ", ".join(f"{name} {said(part)}" for name, part in named)
    total = said(sum(part for _, part in named))
    against = "of its probability" if shares else f"together {total} against the average item"
    return {
        "id": row.id,
        "rank": row.rank,
        **titled(row.title),
        "chips": list(row.chips),
        "probability": percent(row.probability),
        "share": row.probability,
        "parts": [part for _, part in named],
        "values": [said(part) for _, part in named],
        "total": total,
        "words": f"{words}; {against}" if named else "",
        "move": _move(row.rank, row.before),
    }


def _reach(row: RankedRow, sign: int) -> float:
    """How far the parts of one sign lead away from zero together."""
    return sum(max(0.0, sign * part) for part in (*row.parts, row.bias or 0.0))


def _move(rank: int, before: int | None) -> dict[str, str] | None:
    """What happened to the item since the pinned history, as a sign and in words."""
    if before is None:
        return None
    if before == 0:
        return {"sign": "new", "words": "new", "kind": "up"}
    if before == rank:
        return {"sign": "–", "words": "same place", "kind": "same"}
    up = before > rank
    steps = abs(before - rank)
    return {
        "sign": f"{'▲' if up else '▼'} {steps}",
        "words": f"{'up' if up else 'down'} {steps}",
        "kind": "up" if up else "down",
    }
