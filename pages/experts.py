"""Which preference inside the facet?"""

import streamlit as st

from app import charts, palette
from app.current import current
from app.widgets.editor import editor
from app.widgets.everybody import expert_load
from app.widgets.frame import notices
from app.widgets.loading import loaded
from app.widgets.meaning import spoken_for
from app.widgets.place import along, place
from app.words import escape, percent
from fame.explain.experts import ALIKE, read_by_experts
from fame.model import FAME


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
    at = place(now)
    experts = read_by_experts(model, at.read)
    titles = [now.data.catalog.title(item) for item in at.read]
    sentence = st.empty()
    editor(now, experts.gate, choosable=True)
    h = st.segmented_control(
        "Facet",
        range(len(now.facets)),
        format_func=lambda i: now.facets[i],
        default=0,
        required=True,
        key="expert-facet",
    )
    router = experts.router[:, h]
    rows = experts.reads(h, at.position)
    if not model.config.begin:
        rows = rows[:, 1:]
    near, far = experts.nearest(h, at.position), experts.farthest(h, at.position)

    best = int(router[at.position].argmax())
    said = (
        f"After *{escape(titles[at.position])}*, **{escape(now.facets[h])}** listens to **expert {best + 1}** most "
        f"({percent(float(router[at.position, best]))})"
    )
    if far.bits < ALIKE:
        said += ", but all its experts read the history alike here: the weights say nothing."
    elif near.bits < ALIKE:
        said += f". Experts {near.a + 1} and {near.b + 1} read it alike: a weight between those two says nothing."
    else:
        said += ". All its experts read the history differently here."
    sentence.markdown(said)

    names = [f"expert {n + 1}" for n in range(N)]
    colors = [palette.expert(n) for n in range(N)]
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Router along the history")
        along(now, at, names, colors, router, "router")
    with right:
        st.header(f"What each expert reads after item {at.number}")
        st.plotly_chart(
            charts.attention(titles[: at.position + 1], rows, names, colors),
            key="expert-attention",
            config={"displayModeBar": False},
            alt="Attention of each expert over the start of the history and the items up to the chosen one",
        )
        st.caption(
            f"Exact attention of this layer. The most alike two experts are {near.bits:.3f} bits apart, the most "
            f"different {far.bits:.3f} (Jensen-Shannon divergence; 0 = the same, 1 = nothing in common). Attention "
            "shows where an expert looks, not what a past item did to the ranking: Predict tests that, by removing it."
        )
    spoken_for(now, h, router[at.position])


@st.fragment
def everybody() -> None:
    now = current()
    if now.facets and now.model.config["experts"] > 1:
        st.header("Over all users")
        expert_load(now)


st.title("Which preference inside the facet?")
story()
everybody()
