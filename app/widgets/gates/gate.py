"""Gate weights along a history, beside what each facet does to the ranking after one of its items."""

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, state
from app.components.squares import Square, SquareRow
from app.current import Current
from app.look import palette
from app.look.numbers import percent
from app.sentences.marking import escape, facet
from app.widgets.shared import weights
from app.widgets.shared.facet_choice import WEIGHT_GOES, choose_facet, choose_missing
from app.widgets.shared.facet_meanings import names as with_meanings
from app.widgets.shared.headings import small_with_terms
from app.widgets.shared.position import Place, along
from app.widgets.shared.tables import table_behind, with_download
from fame.explain.facets.effects import FacetKnockouts


def gate_squares(now: Current, at: Place, gate: np.ndarray, h: int) -> None:
    """The gate (T, H) as squares; a click chooses the position and the facet."""

    def chose(square: Square | None) -> None:
        if square is None:
            state.choose_facet("")
            state.choose_position(None)
        else:
            state.choose_facet(square.row)
            state.choose_position(square.column - 1)

    shown = Square(now.facets[h], at.number)
    along(
        now,
        at,
        [SquareRow(name, name, palette.facet(f)) for f, name in enumerate(now.facets)],
        gate,
        "gate",
        "column",
        None if state.session().position is None else shown,
        shown,
        chose,
    )


def sentence(now: Current, at: Place, gate: np.ndarray, spread: np.ndarray, found: FacetKnockouts) -> str:
    """What the gate says after an item, and what the facets really do."""
    heaviest, widest, felt = int(gate.argmax()), int(spread.argmax()), int(found.overlap.argmin())
    names = [facet(name) for name in now.facets]
    also = "which also" if heaviest == widest else f"but the {names[widest]}"
    said = (
        f"After *{escape(now.data.catalog.title(at.seen[-1]))}* the gate weighs the {names[heaviest]} most "
        f"({percent(float(gate[heaviest]))}), {also} tells items apart most. "
    )
    if found.overlap[felt] == 1:
        return said + "Leaving out any one facet leaves the top ten as it is."
    return said + f"The top ten would change most without the {names[felt]}: {what_became(now, found, felt)}"


def what_became(now: Current, found: FacetKnockouts, h: int) -> str:
    """What is left of the top ten without a facet."""
    catalog, without = now.data.catalog, found.top_without[h]
    kept, k = len(set(found.top.tolist()) & set(without.tolist())), len(found.top)
    first, then = (f"*{escape(catalog.title(int(top[0])))}*" for top in (found.top, without))
    place = f"{first} stays first" if found.top[0] == without[0] else f"{then} comes first instead of {first}"
    return f"{kept} of {k} stay, and {place}."


def contributed(now: Current, at: Place, gate: np.ndarray, spread: np.ndarray, found: FacetKnockouts) -> None:
    """Gate weight, spread and knock-out, facet by facet; a click on a bar chooses the facet."""
    changed = 1 - found.overlap
    key = "facet-bars"

    def clicked() -> None:
        points = state.read(key).selection.points
        if points:
            state.choose_facet(now.facets[int(points[0]["customdata"])])

    st.plotly_chart(
        charts.beside(
            with_meanings(now),
            [palette.facet(h) for h in range(len(now.facets))],
            [
                charts.BarPanel("gate", gate.tolist(), [percent(float(weight)) for weight in gate], 1.0),
                charts.BarPanel("spread", spread.tolist(), [f"{s:.2f}" for s in spread], float(spread.max())),
                charts.BarPanel("change", changed.tolist(), [f"{c:.2f}" for c in changed], 1.0),
            ],
            now.facet,
        ),
        key=key,
        on_select=clicked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt="; ".join(
            f"{name}: gate {percent(float(gate[h]))}, spread {spread[h]:.2f}, top ten changed by {changed[h]:.2f}"
            for h, name in enumerate(now.facets)
        ),
    )
    part = "part of the score" if now.head.additive else "own score under the gate"
    st.caption(
        f"Spread: standard deviation of the facet's {part} over the catalog; 0 tells no items apart. Change: "
        "1 − rank-biased overlap (p = 0.9) of the first ten with and without it; 0 = the same, 1 = all others."
    )
    catalog = now.data.catalog
    table_behind(
        pd.DataFrame(
            {
                "item": at.number,
                "facet": with_meanings(now),
                "gate": gate,
                "spread": spread,
                "overlap without it": found.overlap,
                "first without it": [catalog.title(int(top[0])) for top in found.top_without],
                "its gate weight": WEIGHT_GOES[found.missing],
            }
        ),
        "facets",
    )


def knocked_out(now: Current, found: FacetKnockouts, h: int) -> None:
    """The first ten with and without one facet."""
    with st.container(horizontal=True, gap="large"):
        choose_facet(now, h, "facet")
        if now.head.droppable:
            choose_missing(found.missing)
    if len(now.facets) == 1:
        left = "popularity alone ranks" if now.model.config["popularity"] else "every item scores the same"
        st.info(f"This is the model's only facet: without it {left}.")
    st.markdown(f"Without the {facet(now.facets[h])}, {what_became(now, found, h)}")
    catalog, top, without = now.data.catalog, found.top.tolist(), found.top_without[h].tolist()
    table = pd.DataFrame(
        {
            "rank": range(1, len(top) + 1),
            f"without {now.facets[h]}": [catalog.title(item) for item in without],
            "it was": [move(top.index(item) + 1 if item in top else None, r) for r, item in enumerate(without, 1)],
            "with all facets": [catalog.title(item) for item in top],
        }
    )
    with_download(table, "without-a-facet", column_config={"rank": st.column_config.NumberColumn(width=48)})
    if not now.head.droppable:
        st.caption(f"Run again without it. A {now.head.title} has to sum to 1: the others take over its weight.")
    elif now.model.config["popularity"]:
        small_with_terms(
            "Run again without it. Where the others take over its weight, they count for more beside popularity."
        )
    else:
        small_with_terms(
            "Run again without it. This model has no popularity term, so that both ways give the same ranking: the "
            "others' parts all grow by one factor."
        )


def move(before: int | None, rank: int) -> str:
    """Where an item of the new first ten was."""
    if before is None:
        return "not among them"
    return "same place" if before == rank else f"{before} {'▲' if before > rank else '▼'}"


def say_little(now: Current) -> None:
    """What a gate weight is worth, as a warning where training tied no facet to anything."""
    if now.model.config.get("families"):
        small_with_terms(weights.say_little(now))
    else:
        weights.plain_warning(now)
