"""Which facet speaks, and when?"""

import pandas as pd
import streamlit as st
import torch

from app import charts, palette, resources, state
from app.current import current
from app.widgets import answer as answers
from app.widgets import weights
from app.widgets.editor import editor
from app.widgets.frame import notices
from app.widgets.groups import by_group, group_names
from app.widgets.loading import loaded
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
    catalog = now.data.catalog
    answer = recommend(model, now.history, 1)
    T = len(answer.history)
    unread = len(now.history) - T
    wanted = state.session().position
    position = min(max((wanted if wanted is not None else len(now.history) - 1) - unread, 0), T - 1)
    seen = answer.history[: position + 1].tolist()
    first = recommend(model, seen, 1)
    tested = knockout(model, seen, int(first.items[0]))
    with torch.inference_mode():
        spread = facet_spread(model, model(torch.tensor([seen])))[0, -1].tolist()

    gate = answer.gate[position]
    heaviest, widest = int(gate.argmax()), max(range(len(spread)), key=spread.__getitem__)
    same = "and it also" if heaviest == widest else f"but **{escape(now.facets[widest])}**"
    st.markdown(
        f"After *{escape(catalog.title(seen[-1]))}* the gate weighs **{escape(now.facets[heaviest])}** most "
        f"({percent(float(gate[heaviest]))}), {same} moves the ranking most."
    )
    editor(now, answer.gate, choosable=True)

    squares, beside = st.columns([3, 2], gap="large")
    with squares:
        st.header("Gate along the history")
        titles = [catalog.title(int(item)) for item in answer.history]
        chart = charts.squares(
            now.facets, [palette.facet(h) for h in range(len(now.facets))], titles, answer.gate, position, "gate"
        )

        def clicked() -> None:
            points = st.session_state["gate-squares"].selection.points
            if points:
                state.session().position = int(points[0]["customdata"][0]) + unread

        st.plotly_chart(
            chart,
            key="gate-squares",
            on_select=clicked,
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Gate weight of each facet after each item of the history, as squares whose area is the weight",
        )
        st.caption(
            "The area of a square is the weight; each column adds up to 100 %. Click a square, or a card, to choose it."
        )
        answers.table_behind(pd.DataFrame(answer.gate, columns=list(now.facets)).assign(item=titles), "gate")
    with beside:
        st.header(f"After item {position + 1 + unread}")
        st.dataframe(
            pd.DataFrame(
                {
                    "facet": now.facets,
                    "gate": weights.in_percent(gate),
                    "moves by": spread,
                    "kept": tested.facet_kept,
                }
            ),
            hide_index=True,
            column_config={
                "gate": weights.percent_column(),
                "moves by": weights.number_column(
                    "Standard deviation of the facet's part of the score over the catalog's items; 0 moves nothing."
                ),
                "kept": weights.kept_column(),
            },
        )
        st.caption(weights.WEIGHTS_SAY_LITTLE)


@st.fragment
def everybody() -> None:
    now = current()
    if not now.facets:
        return
    st.header("Over all users")
    a, b = st.columns(2)
    facet = a.selectbox("Facet", range(len(now.facets)), format_func=lambda h: now.facets[h])
    grouping = b.selectbox("By", group_names(now.data))
    everyone = resources.population(now.model.name, now.data.name)
    groups = by_group(now.data, everyone, grouping)
    names = [f"{name} (n = {len(rows):,})" for name, rows in groups]
    st.plotly_chart(
        charts.distributions(names, [everyone.gate[rows, facet] for _, rows in groups], palette.facet(facet)),
        key="gate-groups",
        config={"displayModeBar": False},
        alt=f"Distribution of the gate weight of {now.facets[facet]} by {grouping}",
    )
    st.caption(
        "The gate at the position that predicts each user's held-out item. Boxes are quartiles, whiskers reach "
        "1.5 times their distance. Groups of fewer than five users are left out."
    )


st.title("Which facet speaks, when?")
story()
everybody()
