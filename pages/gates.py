"""Which facet speaks, and when?"""

import pandas as pd
import streamlit as st

from app import palette
from app.current import current
from app.widgets import meaning as meanings
from app.widgets import weights
from app.widgets.editor import editor
from app.widgets.everybody import gate_by_group
from app.widgets.frame import notices
from app.widgets.loading import loaded
from app.widgets.place import along, place
from app.words import escape, percent
from fame.explain.knockout import knockout
from fame.explain.weights import facet_spread
from fame.model import FAME
from fame.ranking.recommend import recommend


@st.fragment
def story() -> None:
    now = current()
    notices()
    model = loaded(now).model
    if not isinstance(model, FAME):
        st.info("SASRec has no gate: it is one score without facets. Choose a FAME model in the sidebar to see gates.")
        return
    if not now.history:
        editor(now, None, choosable=True)
        return
    at = place(now)
    gates = recommend(model, now.history, 1).gate
    tested = knockout(model, at.seen, int(recommend(model, at.seen, 1).items[0]))
    spread = facet_spread(model, at.seen).tolist()

    gate = gates[at.position]
    heaviest, widest = int(gate.argmax()), max(range(len(spread)), key=spread.__getitem__)
    same = "and it also" if heaviest == widest else f"but **{escape(now.facets[widest])}**"
    does = "tells items apart most" if now.mixture else "moves the ranking most"
    newest = escape(now.data.catalog.title(at.seen[-1]))
    st.markdown(
        f"After *{newest}* the gate weighs **{escape(now.facets[heaviest])}** most "
        f"({percent(float(gate[heaviest]))}), {same} {does}."
    )
    editor(now, gates, choosable=True)

    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("Gate along the history")
        along(now, at, now.facets, [palette.facet(h) for h in range(len(now.facets))], gates, "gate")
    with right:
        st.header(f"After item {at.number}")
        st.dataframe(
            pd.DataFrame(
                {
                    "facet": meanings.names(now),
                    "gate": weights.in_percent(gate),
                    "moves by": spread,
                    "kept": tested.facet_kept,
                }
            ),
            hide_index=True,
            column_config={
                "facet": meanings.name_column(),
                "gate": weights.percent_column(92),
                "moves by": weights.number_column(
                    "Standard deviation over the catalog's items of the facet's "
                    + (
                        "own score, times its gate weight; 0 tells no items apart."
                        if now.mixture
                        else "part of the score; 0 moves nothing."
                    )
                ),
                "kept": weights.kept_column(),
            },
        )
        st.caption(weights.say_little(now))


@st.fragment
def everybody() -> None:
    now = current()
    if now.facets:
        st.header("Over all users")
        gate_by_group(now)


st.title("Which facet speaks, when?")
story()
everybody()
