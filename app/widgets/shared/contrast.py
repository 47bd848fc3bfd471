"""Why this item and not another one: what speaks for which of the two."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, resources
from app.current import Current
from app.look.numbers import signed
from app.sentences.marking import escape, facet, family, told_apart
from app.widgets.shared.item_choice import choose_rival
from app.widgets.shared.recommendation import has_popularity
from app.widgets.shared.score_split import by_facet, by_family, derived_of, no_family
from app.widgets.shared.tables import table_behind
from fame.explain.facets.contrast import Contrast, contrast_runs
from fame.explain.knockout import Runs
from fame.explain.question import QuestionError
from fame.model import Model


def rival(now: Current, model: Model, runs: Runs, target: int, ranking: Sequence[int]) -> None:
    """Choose a rival, the next of the ranking unless another is asked for, and compare."""
    st.markdown("**Rather than …**")
    others = [item for item in ranking if item != target]
    if not others and now.rival is None:
        st.caption("There is no other item that could be recommended.")
        return
    that = now.rival or others[0]
    choose_rival(now, that, others)
    try:
        found = contrast_runs(model, runs, target, that, resources.anatomy(now.model.name, now.data), now.hidden)
    except QuestionError as error:
        st.caption(escape(str(error)))
        return
    st.markdown(sentence(now, found))
    picture(now, found)


def sentence(now: Current, found: Contrast) -> str:
    """Which of the two is likelier, and what speaks most for either."""
    catalog = now.data.catalog
    this, that = (f"*{escape(catalog.title(item))}*" for item in (found.this, found.that))
    times = float(np.exp(abs(found.score)))
    likely = "about as likely as" if times < 1.05 else f"{times:,.2g} times as likely as"
    if times >= 100:
        likely = "far likelier than"
    first, second = (this, that) if found.score >= 0 else (that, this)
    text = f"{first} is {likely} {second}."
    names, parts, of = in_parts(now, found)
    if parts:
        text += f" Of the parts by {of}, {most(names, parts, this, that)}"
    past = told_apart([catalog.title(int(item)) for item in found.attribution.history])
    return f"{text} Of the past items, {most(past, found.attribution.values.tolist(), this, that)}"


def in_parts(now: Current, found: Contrast) -> tuple[list[str], list[float], str]:
    """The parts of the difference as they are named, and by what it is split.

    By facet where scores are sums of them; else by attribute, with what goes with none where that is a sum.
    """
    if now.facets and now.head.additive:
        names, parts, of = [facet(name) for name in now.facets], found.contributions.tolist(), "facet"
    else:
        derived = derived_of(now, found.families)
        names = [family(name, derived) for name in found.families]
        parts, of = found.anatomy.tolist(), "family" if derived else "attribute"
        if parts and found.rest is not None:
            names, parts = [*names, f"what goes with **{no_family(now, found.families)}**"], [*parts, found.rest]
    if has_popularity(now) and now.head.additive:
        names, parts = [*names, "**popularity**"], [*parts, found.bias]
    return names, parts, of


def most(names: Sequence[str], parts: Sequence[float], this: str, that: str) -> str:
    """What speaks most for the one and for the other; the names are marked already."""
    best, worst = (pick(range(len(parts)), key=lambda p: parts[p]) for pick in (max, min))
    said = []
    if parts[best] > 0:
        said.append(f"{names[best]} speaks most for {this} ({signed(parts[best])})")
    if parts[worst] < 0:
        speaks = "" if said else "speaks "
        said.append(f"{names[worst]} {speaks}most for {that} ({signed(-parts[worst])})")
    return (", ".join(said) or "nothing tells the two apart") + "."


def picture(now: Current, found: Contrast) -> None:
    """The parts of the difference, and the table behind them."""
    ways = [by_family(now, found.families, found.anatomy, found.rest, found.bias)] if found.families else []
    if now.facets and now.head.additive:
        ways.insert(0, by_facet(now, found.contributions, found.bias))
    if ways:
        spoken = "; ".join(f"{n} {signed(p)}" for way in ways for n, p in zip(way.said, way.parts, strict=True))
        st.plotly_chart(
            charts.splits(ways),
            key="rival-parts",
            config={"displayModeBar": False},
            alt=f"Parts of the difference between the two scores: {spoken}",
        )
    exact = "Exact" if now.head.additive else "A reading of log p, which is no sum of parts"
    st.caption(
        f"{exact}: to the right speaks for the item asked about, to the left for the other. Past items: each was "
        "removed and the model run again."
    )
    parts = [(way.title, name, part) for way in ways for name, part in zip(way.names, way.parts, strict=True)]
    past = [
        ("past item", now.data.catalog.title(int(item)), value)
        for item, value in zip(found.attribution.history, found.attribution.values.tolist(), strict=True)
    ]
    table_behind(pd.DataFrame(parts + past, columns=["split", "what", "this less that"]), "rival")
