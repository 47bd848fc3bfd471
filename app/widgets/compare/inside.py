"""Which facets and experts of one model go with which of the other."""

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, resources
from app.comparisons import Chosen
from app.look.numbers import two_digits
from app.sentences import compare as say
from app.sentences.marking import escape
from app.widgets.shared.tables import table_behind
from fame.compare.records import Matching

MOST = 10  # facets or experts a side whose values are drawn; of more the table tells


def inside(chosen: Chosen) -> None:
    """Facets as a square, and experts as the pairs that were matched."""
    explained = resources.explained_alike(chosen.first, chosen.second)
    if explained is not None:
        st.markdown(say.explained(explained))
    without = [model for model in (chosen.first, chosen.second) if not model.architecture.facets]
    if without:
        names = " and ".join(escape(model.name) for model in without)
        st.info(f"There is nothing to match: {names} {'have' if len(without) > 1 else 'has'} no facets.")
        return
    facets, experts = resources.matched(chosen.first, chosen.second)
    if facets is not None:
        st.markdown(say.matched(facets, "facets"))
        square(facets, "facets")
        st.caption(
            "Debiased CKA of the facets' item vectors: 1 is the same arrangement of the items but for turning and "
            "size. "
            "Framed by a dot is what was matched, each with one at most, by the largest sum."
        )
    if experts is not None:
        st.markdown(say.matched(experts, "experts"))
        st.caption(
            "1 less the divergence of what they read of the same histories, in bits; chance reads other histories "
            "of the "
            "same length."
        )
        table_behind(table(experts), "experts-matched")


def square(found: Matching, key: str) -> None:
    """The values as cells, where they are few enough to be read."""
    if max(len(found.first), len(found.second)) <= MOST:
        pairs = {(pair.first, pair.second): pair for pair in found.pairs}
        texts = [
            [
                f"● {two_digits(value)}" if (row, column) in pairs else two_digits(value)
                for column, value in enumerate(line)
            ]
            for row, line in enumerate(found.values)
        ]
        matched = "; ".join(
            f"{found.first[pair.first]} with {found.second[pair.second]} {pair.value:.2f}" for pair in found.pairs
        )
        st.plotly_chart(
            charts.matrix(found.first, found.second, np.array(found.values).clip(0), texts, 1.0),
            key=f"square-{key}",
            config={"displayModeBar": False},
            alt=f"How alike {key} are; matched: {matched}",
        )
    table_behind(table(found), f"{key}-matched")


def table(found: Matching) -> pd.DataFrame:
    """A row a pair."""
    return pd.DataFrame(
        [
            {
                "first": found.first[pair.first], "second": found.second[pair.second], "alike": pair.value,
                "by chance at most": found.bound, "told": "yes" if pair.told else "no",
            }
            for pair in found.pairs
        ]
    )  # fmt: skip
