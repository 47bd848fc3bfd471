"""What a model's facets and experts mean: a card a facet, the matrices, the experts, and how to get them."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import charts, measured, resources
from app.current import Current
from app.look import palette
from app.look.numbers import duration, signed, two_digits
from app.sentences import meanings
from app.sentences.marking import escape, plain_facet
from app.widgets.shared.headings import subheader
from app.widgets.shared.tables import table_behind
from fame.errors import InputError
from fame.explain.meaning.records import DISCOVERY_RATE, MEANING_FILE, Meaning, Probe, seconds
from fame.slowdown import slowdown

ROW = 4  # cards side by side
VALUES = 3  # on a card
CKA = (
    "Linear centred kernel alignment with the unbiased estimator of HSIC (debiased CKA), so that facets with nothing "
    "in common get about 0 in a small catalog, too. What is a little below 0 is 0 but for noise."
)
WHICH = {"held out": "Kept out of training", "written in": "Tied in training"}


def meaning(now: Current) -> Meaning | None:
    """What is stored with the model, or a button that measures it."""
    why = "Nobody has tested yet what the facets of this model mean."
    known = None
    try:
        known = measured.meaning(now.model)
        if known and known.deeds:
            return known
        if known:
            why = "Nobody has measured yet what the experts of this model do."
    except InputError as error:
        why = escape(str(error))
    place = st.empty()
    with place.container():
        st.info(why)
        experts = len(now.facets) * int(now.model.config["experts"])
        size = len(now.data.catalog), len(now.data.catalog.families), len(now.data.users), experts
        takes = resources.seconds(now.model.fingerprint, ("meaning",), lambda: seconds(*size) * slowdown())
        if not st.button(f"Test them now, about {duration(takes)}", icon=":material/science:", type="primary"):
            return known
        with st.spinner("Asking a probe what each facet tells, and permuting the answers …"):
            found = measured.measure_meaning(now.model, known.stability if known else None)
        if why := measured.keep(now.model, MEANING_FILE, found):
            st.warning(f"This could not be stored with the model: {escape(why)}")
    place.empty()
    return found


def cards(now: Current, found: Meaning) -> None:
    """One card a facet: its name with the test behind it, its strongest values with typical items, its probe row."""
    for start in range(0, len(found.facets), ROW):
        row = range(start, min(start + ROW, len(found.facets)))
        for column, h in zip(st.columns(min(ROW, len(found.facets))), row, strict=False):
            with column.container(border=True, height="stretch"):
                card(now, found, h)


def card(now: Current, found: Meaning, h: int) -> None:
    """One facet."""
    facet, catalog = found.facets[h], now.data.catalog
    bar = f"height:8px;width:2.6rem;border-radius:3px;background:{palette.fill(palette.facet(h))}"
    st.html(f'<div aria-hidden="true" style="{bar}"></div>')
    subheader(escape(plain_facet(meanings.state(facet))), anchor=False)
    if not found.families:
        return
    st.markdown(meanings.verdict(found, h))
    if not facet.values:
        st.caption("The items of no value lie closer together in it than chance would put them.")
    else:
        st.caption("Closest together, as training tied them" if facet.tied else "Closest together")
    for value in facet.values[:VALUES]:
        titles = ", ".join(f"*{escape(catalog.title(item))}*" for item in value.typical)
        st.markdown(f"**{escape(value.value)}** {signed(value.lift)}  \n:small[{titles}]")
    gains = [(family, found.held_out.gain(h, a)) for a, family in enumerate(found.families)]
    told = ", ".join(f"{escape(family)} {'–' if gain is None else points(gain)}" for family, gain in gains)
    st.caption(f"Probe, gain in points: {told}.", help=meanings.GAIN)


def picture(figure: go.Figure, key: str, alt: str) -> None:
    """A matrix."""
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)


def points(share: float) -> str:
    """0.81 -> "+81"; what rounds to nothing has no sign."""
    text = f"{100 * share:+.0f}".replace("-", "−")
    return "0" if text[1:] == "0" else text


def probe_matrix(found: Meaning) -> None:
    """How well each facet tells each family, on items that training did not tie, or on those that it did."""
    tied = bool(found.tied)
    names = WHICH if tied else {"held out": "A tenth, as for every model", "written in": "The others"}
    which = st.segmented_control(
        "Items", list(WHICH), format_func=lambda key: names[key], default="held out", required=True, key="probe-items"
    )
    probe = found.held_out if which == "held out" else found.written_in
    gains = np.array([[np.nan if (g := probe.gain(h, a)) is None else g for a in range(len(found.families))]
                      for h in range(len(found.facets))])  # fmt: skip
    names_of, families = [facet.facet for facet in found.facets], range(len(found.families))
    texts = [[cell(probe, h, a) for a in families] for h in range(len(names_of))]
    spoken = [
        f"{name} tells {found.families[a]} {'too few' if (g := gains[h, a]) != g else points(g)}"
        for h, name in enumerate(names_of)
        for a in families
    ]
    picture(
        charts.matrix([plain_facet(name) for name in names_of], found.families, gains, texts, 1.0),
        key="probe-matrix",
        alt="Gain in points: " + "; ".join(spoken),
    )
    n = ", ".join(f"{escape(family)} {items:,}" for family, items in zip(found.families, probe.items, strict=True))
    if which == "held out":
        said = "Training never saw the values of these items, so this is what a facet learned. q: by giving these "
        said += "items one another's values, then Benjamini-Hochberg over all cells; n.s. = q of 0.05 or more."
    elif tied:
        said = "Here training itself wrote the values in, so this says only that it worked, not what was learned. "
        said += "Each item is told by a probe that was fitted on others."
    else:
        said = "Nothing was tied in this model, so these are more items of the same kind. Each is told by a probe that "
        said += "was fitted on others."
    st.caption(
        f"Gain of a linear probe of the facet's sub-embeddings in points, 0 = chance and 100 = all told. {said} Items: "
        f"{n}.",
        help=meanings.GAIN,
    )
    table_behind(probe_table(found), "probe-matrix")


def cell(probe: Probe, h: int, a: int) -> str:
    """One cell: the gain in points, and where it was tested whether it is told from chance."""
    gain, q = probe.gain(h, a), probe.q[h][a]
    if gain is None:
        return "too few"
    if q is None:
        return f"<b>{points(gain)}</b>"
    return f"<b>{points(gain)}</b>" + charts.SMALL_TEXT.format(meanings.q_value(q) if q < DISCOVERY_RATE else "n.s.")


def probe_table(found: Meaning) -> pd.DataFrame:
    """Every number of both matrices, a row a cell."""
    return pd.DataFrame(
        [
            {
                "items": names,
                "facet": facet.facet,
                "family": family,
                "n": probe.items[a],
                "values": probe.values[a],
                "AUC": probe.auc[h][a],
                "gain": probe.gain(h, a),
                "p": probe.p[h][a],
                "q": probe.q[h][a],
            }
            for names, probe in (("held out", found.held_out), ("written in", found.written_in))
            for h, facet in enumerate(found.facets)
            for a, family in enumerate(found.families)
        ]
    )


def likeness(found: Meaning) -> None:
    """How alike the facets arrange the items, and how alike they come out of other seeds."""
    names, values = [facet.facet for facet in found.facets], np.array(found.cka)
    texts = [[two_digits(value) for value in row] for row in values]
    picture(
        charts.matrix(names, names, values, texts, 1.0),
        key="cka",
        alt="CKA of facets: "
        + "; ".join(
            f"{a} and {b} {two_digits(values[i, j])}" for i, a in enumerate(names) for j, b in enumerate(names) if i < j
        ),
    )
    st.caption(
        "CKA of two facets' sub-embeddings of all items: 1 = they arrange them the same way but for a rotation, 0 = "
        "nothing in common.",
        help=CKA,
    )
    if found.stability is None:
        st.caption(
            "Whether other seeds find the same facets is not tested yet: `python -m fame verify meaning --model MODEL "
            "--seeds OTHER` compares with a model of another seed."
        )
        return
    stable = found.stability
    against = "" if stable.unmatched is None else f" Facets that were not matched: {two_digits(stable.unmatched)}."
    each = ", ".join(f"{escape(name)} ({two_digits(value)})" for name, value in zip(names, stable.facets, strict=True))
    st.markdown(f"**Over seeds** the facets come out {two_digits(stable.overall)} alike: {each}.{against}")
    st.caption(f"Mean CKA with the facet that suits best in {escape(', '.join(stable.models))} (Hungarian matching).")
