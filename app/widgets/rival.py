"""Why this item and not another one: what speaks for which of the two."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, resources
from app.current import Current
from app.widgets import meaning as meanings
from app.widgets.answer import has_popularity, table_behind
from app.widgets.asked import choose_rival
from app.widgets.split import by_facet, by_family
from app.words import escape, signed
from fame.explain.contrast import Contrast, contrast_runs
from fame.explain.knockout import Runs
from fame.explain.question import QuestionError
from fame.model import Model


def rival(now: Current, model: Model, runs: Runs, target: int, ranking: Sequence[int]) -> None:
    """Choose a rival, the next of the ranking unless another is asked for, and compare."""
    st.markdown("**Why this and not …?**")
    others = [item for item in ranking if item != target]
    if not others and now.rival is None:
        st.caption("There is no other item that could be recommended.")
        return
    that = now.rival or others[0]
    choose_rival(now, that, others)
    try:
        found = contrast_runs(model, runs, target, that, resources.anatomy(now.model.name, now.data))
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
    parts = {}
    if found.responsibilities is None:
        parts = dict(zip(meanings.names(now), found.contributions.tolist(), strict=True))
    if has_popularity(now):
        parts["popularity"] = found.bias
    parts = parts or dict(zip(found.families, found.anatomy.tolist(), strict=True))
    values, history = found.attribution.values, found.attribution.history
    text = f"{first} is {likely} {second}."
    if parts:
        text += f" {most(parts, this, that)}"
    past = {catalog.title(int(item)): float(value) for item, value in zip(history, values, strict=True)}
    return f"{text} Of the past items, {most(past, this, that, '*')}"


def most(parts: dict[str, float], this: str, that: str, mark: str = "**") -> str:
    """What speaks most for the one and for the other."""
    best, worst = max(parts, key=lambda name: parts[name]), min(parts, key=lambda name: parts[name])
    said = []
    if parts[best] > 0:
        said.append(f"{mark}{escape(best)}{mark} speaks most for {this} ({signed(parts[best])})")
    if parts[worst] < 0:
        said.append(f"{mark}{escape(worst)}{mark} most for {that} ({signed(-parts[worst])})")
    if not said:
        return "nothing tells the two apart."
    return ", ".join(said).replace(f"{mark} most for", f"{mark} {'' if len(said) > 1 else 'speaks '}most for") + "."


def picture(now: Current, found: Contrast) -> None:
    """The parts of the difference, and the table behind them."""
    ways = [by_family(now, found.families, found.anatomy, found.rest, found.bias)] if found.families else []
    if now.facets and found.responsibilities is None:
        ways.insert(0, by_facet(now, found.contributions, found.bias))
    if ways:
        spoken = "; ".join(f"{n} {signed(p)}" for way in ways for n, p in zip(way.names, way.parts, strict=True))
        st.plotly_chart(
            charts.splits(ways),
            key="rival-parts",
            config={"displayModeBar": False},
            alt=f"Parts of the difference between the two scores: {spoken}",
        )
    exact = "Exact" if found.responsibilities is None else "A reading of log p, which is no sum of parts"
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
