"""Which preference inside the facet?"""

import numpy as np
import pandas as pd
import streamlit as st
import torch

from app import charts, palette, resources, state
from app.current import current
from app.widgets import answer as answers
from app.widgets import weights
from app.widgets.editor import editor
from app.widgets.frame import notices
from app.widgets.loading import loaded
from app.words import escape, percent
from fame.explain.weights import divergence, entropy
from fame.model import FAME

ALIKE = 0.01  # bits: below this two experts read the history the same way


@st.fragment
def story() -> None:
    now = current()
    notices()
    model = loaded(now).model
    if not isinstance(model, FAME):
        st.info("SASRec has no experts. Choose a FAME model in the sidebar to see them.")
        return
    N = model.config.experts
    if N == 1:
        st.info(f"{now.model.name} has one expert a facet: there is nothing to route.")
        return
    if not now.history:
        editor(now, None, choosable=True)
        return
    catalog = now.data.catalog
    read = list(now.history)[-model.config.length :]
    unread, T = len(now.history) - len(read), len(read)
    with torch.inference_mode():
        output = model(torch.tensor([read]), attention=True)
    wanted = state.session().position
    position = min(max((wanted if wanted is not None else len(now.history) - 1) - unread, 0), T - 1)
    assert output.attention is not None

    sentence = st.empty()
    editor(now, output.gate[0].numpy(), choosable=True)
    h = st.segmented_control(
        "Facet",
        range(len(now.facets)),
        format_func=lambda i: now.facets[i],
        default=0,
        required=True,
        key="expert-facet",
    )
    names = [f"expert {n + 1}" for n in range(N)]
    colors = [palette.expert(n) for n in range(N)]
    titles = [catalog.title(item) for item in read]
    router = output.router[0, :, h].numpy()
    rows = output.attention[0, h, :, position, : position + 1]  # (N, positions up to the chosen one)
    apart = divergence(rows).numpy()
    pairs = [(float(apart[a, b]), a, b) for a in range(N) for b in range(a + 1, N)]
    near, a, b = min(pairs)
    far = max(pairs)[0]

    best = int(router[position].argmax())
    said = (
        f"After *{escape(titles[position])}*, **{escape(now.facets[h])}** listens to **expert {best + 1}** most "
        f"({percent(float(router[position, best]))})"
    )
    if far < ALIKE:
        said += ", but all its experts read the history alike here: the weights say nothing."
    elif near < ALIKE:
        said += f". Experts {a + 1} and {b + 1} read it alike: a weight between those two says nothing."
    else:
        said += ". All its experts read the history differently here."
    sentence.markdown(said)

    left, right = st.columns(2, gap="large")
    with left:
        st.header("Router along the history")

        def clicked() -> None:
            points = st.session_state["router-squares"].selection.points
            if points:
                state.session().position = int(points[0]["customdata"][0]) + unread

        st.plotly_chart(
            charts.squares(names, colors, titles, router, position, "router"),
            key="router-squares",
            on_select=clicked,
            selection_mode="points",
            config={"displayModeBar": False},
            alt=f"Router weight of each expert of {now.facets[h]} after each item, as squares whose area is the weight",
        )
        st.caption("The area of a square is the weight; each column adds up to 100 %. Click to choose a position.")
        answers.table_behind(pd.DataFrame(router, columns=names).assign(item=titles), "router")
    with right:
        st.header(f"What each expert reads after item {position + 1 + unread}")
        st.plotly_chart(
            charts.attention(titles[: position + 1], rows.numpy(), names, colors),
            key="expert-attention",
            config={"displayModeBar": False},
            alt="Attention of each expert over the items up to the chosen one",
        )
        st.caption(
            f"Exact attention of this layer. The most alike two experts are {near:.3f} bits apart, the most different "
            f"{far:.3f} (Jensen-Shannon divergence; 0 = the same, 1 = nothing in common). Attention shows where an "
            "expert looks, not what a past item did to the ranking: that is tested on Predict, by removing it."
        )


@st.fragment
def everybody() -> None:
    now = current()
    if not now.facets or now.model.config["experts"] == 1:
        return
    st.header("Over all users")
    everyone = resources.population(now.model.name, now.data.name)
    load = everyone.router.mean(0)  # (H, N)
    single = entropy(torch.from_numpy(everyone.router)).mean(0).tolist()
    N = load.shape[1]
    names = [f"expert {n + 1}" for n in range(N)]
    frame = pd.DataFrame(weights.in_percent(load), columns=names)
    frame.insert(0, "facet", now.facets)
    frame["imbalance"] = load.std(1) / load.mean(1)
    frame["entropy"] = np.asarray(single)
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            **{name: weights.percent_column() for name in names},
            "imbalance": weights.number_column("Coefficient of variation of the loads; 0 = all alike."),
            "entropy": weights.number_column(
                "Mean entropy of a user's router weights over its maximum; 1 = always uniform, 0 = always one expert."
            ),
        },
    )
    st.caption(
        "Load: each expert's mean router weight at the position that predicts the held-out item, "
        f"n = {len(everyone.length):,} users."
    )


st.title("Which preference inside the facet?")
story()
everybody()
