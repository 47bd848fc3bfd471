"""The ranking, a row an item: title, probability, and one diverging stacked bar of the score's exact parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from app.components.source import Facet, script, style
from app.words import percent, signed

_ranking = st.components.v2.component(
    "fame_ranking",
    html='<div class="legend"></div><ol role="listbox" aria-label="Ranking"></ol><p class="gone"></p>',
    js=script(__file__),
    css=style(__file__),
)


@dataclass(frozen=True)
class Row:
    """An item of the ranking."""

    id: str
    rank: int
    title: str
    chips: tuple[str, ...]
    probability: float
    parts: tuple[float, ...]  # by how much each facet lifts it above the average item
    bias: float | None  # the same for popularity; None = the model has no such term
    before: int | None = None  # its rank for the pinned history; 0 = it was not among them; None = nothing is pinned


def ranking(
    rows: Sequence[Row],
    facets: Sequence[Facet],
    *,
    key: str,
    chosen: str | None,
    on_choose: Callable[[str], None],
    gone: Sequence[str] = (),
) -> None:
    """Draw the ranking; `on_choose` gets the id of the row that was chosen, `gone` are titles that left the list."""
    ids = {row.id for row in rows}

    def picked() -> None:
        item = st.session_state[key]["choose"]
        if isinstance(item, str) and item in ids:
            on_choose(item)

    _ranking(
        key=key,
        data={
            "rows": [_row(row, facets) for row in rows],
            "facets": [{"name": facet.name, "color": facet.color} for facet in facets],
            "popularity": any(row.bias is not None for row in rows),
            "chosen": chosen,
            "gone": list(gone),
        },
        on_choose_change=picked,
    )


def _row(row: Row, facets: Sequence[Facet]) -> dict[str, object]:
    named = [(facet.name, part) for facet, part in zip(facets, row.parts, strict=False)]
    if row.bias is not None:
        named.append(("popularity", row.bias))
    words = ", ".join(f"{name} {signed(part)}" for name, part in named)
    total = sum(part for _, part in named)
    return {
        "id": row.id,
        "rank": row.rank,
        "title": row.title,
        "chips": list(row.chips),
        "probability": percent(row.probability),
        "share": row.probability,
        "parts": [*row.parts, *([row.bias] if row.bias is not None else [])],
        "words": f"{words}; together {signed(total)} against the average item" if named else "",
        "move": _move(row.rank, row.before),
    }


def _move(rank: int, before: int | None) -> dict[str, str] | None:
    """What happened to the item since the pinned history, as a sign and in words."""
    if before is None:
        return None
    if before == 0:
        return {"sign": "new", "words": "new", "kind": "up"}
    if before == rank:
        return {"sign": "=", "words": "same place", "kind": "same"}
    up = before > rank
    steps = abs(before - rank)
    return {
        "sign": f"{'▲' if up else '▼'} {steps}",
        "words": f"{'up' if up else 'down'} {steps}",
        "kind": "up" if up else "down",
    }
