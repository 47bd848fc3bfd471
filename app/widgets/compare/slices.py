"""For whom two models differ otherwise than on the whole."""

import pandas as pd
import streamlit as st

from app import state
from app.comparisons import Chosen
from app.components.slice_list import SliceRow, slice_list
from app.look.numbers import gap
from app.sentences import compare as say
from app.sentences.marking import escape
from app.traces import written
from app.widgets.shared.page_links import go_to
from app.widgets.shared.tables import table_behind

LISTED = 14  # slices drawn; all stand in the table


def slices(chosen: Chosen) -> None:
    """Those that stand for themselves, most in favour of the second model first; a click opens one on Errors."""
    found, whole = chosen.found, chosen.found.measure("NDCG@10").value
    st.markdown(say.slices(found))
    heads = [one for one in found.slices if one.under is None]
    if not heads:
        return
    told = [one for one in heads if one.told]
    grey = sorted((one for one in heads if not one.told), key=lambda one: -abs(one.value - whole))
    shown = sorted([*sorted(told, key=lambda one: -abs(one.value - whole)), *grey][:LISTED], key=lambda one: one.value)

    def look(number: str) -> None:
        state.choose_events(written(shown[int(number)].conditions))
        state.report(f"{say.slice_name(shown[int(number)])} is chosen on Errors, Gates and Experts now.", well=True)

    slice_list(
        [
            SliceRow(
                str(k), say.slice_name(one), one.value, one.low, one.high, one.n, one.told, say.of_slice(one, whole)
            )
            for k, one in enumerate(shown)
        ],
        whole,
        [(0.0, "0")],
        label="Slices by difference in NDCG@10",
        key="slice-differences",
        on_choose=look,
    )
    st.caption(
        f"{escape(chosen.names[0])} less {escape(chosen.names[1])} in NDCG@10, with 95 % intervals; the line is "
        f"the "
        f"whole, {gap(whole)}. Blue can be told from it after correction for all {found.looked_at:,} slices of "
        f"{found.minimum} users or more (Benjamini and Hochberg). Click one to look at it on Errors."
    )
    if state.session().where and st.button("Look at the chosen slice on Errors", icon=":material/rule:"):
        go_to("errors")
    table_behind(
        pd.DataFrame(
            [
                {
                    "slice": say.slice_name(one), "users": one.n, chosen.first.name: one.first,
                    chosen.second.name: one.second, "difference": one.value, "from": one.low, "to": one.high,
                    "q": one.q, "told": "yes" if one.told else "no",
                }
                for one in found.slices
            ]
        ),
        "slice-differences",
    )  # fmt: skip
