"""Which preference inside the facet?"""

import streamlit as st

from app.current import current
from app.sentences.marking import escape, plain_facet
from app.widgets.experts import routing as parts
from app.widgets.experts.load import load_of_all, load_of_facet
from app.widgets.shared.event_filters import who
from app.widgets.shared.expert_meanings import called, speaks, spoken_for, what_they_do
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header
from app.widgets.shared.history import editor
from app.widgets.shared.loading import loaded
from app.widgets.shared.page_links import onward
from app.widgets.shared.position import halves, place
from fame.architectures import titles
from fame.explain.facets.effects import expert_effects
from fame.explain.facets.experts import read_by_experts
from fame.explain.question import Question
from fame.model import Faceted
from fame.ranking.recommend import recommend


@st.fragment
def story() -> None:
    now = current()
    notices()
    model = loaded(now).model
    if not isinstance(model, Faceted) or model.config.experts == 1:
        none = f"is a {model.architecture.title}, which has no experts"
        why = "has one expert a facet: there is nothing to route" if now.facets else none
        wanted = f"Choose a {titles(facets=True)} model in the sidebar that has several to see them."
        st.info(f"{escape(now.model.name)} {why}. {wanted}")
        editor(now, None)
        onward(now, {"predict": "what comes next, and why"})
        return
    what_they_do(now)
    if not now.history:
        editor(now, None, choosable=True)
        return
    at = place(now)
    experts = read_by_experts(model, at.read)
    h = int(experts.gate[at.position].argmax()) if now.facet is None else now.facet
    router = experts.router[at.position, h]
    n = int(router.argmax()) if now.expert is None else now.expert
    target = now.target or int(recommend(model, at.seen, 1, hidden=at.hidden).items[0])
    st.markdown(parts.sentence(now, at, experts, h))
    editor(now, experts.gate, choosable=True)

    facet, name = escape(plain_facet(now.facets[h])), called(now, h)[n]
    left, right = halves(at)
    with left:
        header("Routers along the history")
        parts.router_squares(now, at, experts.router, h, n)
    with right:
        header(f"{escape(name[0].upper() + name[1:])} of {facet} after item {at.number}")
        parts.attention_of(now, at, experts, h, n)
    left, right = st.columns([4, 3], gap="large")
    with left:
        header(f"Without {escape(name)}")
        parts.without(
            now, target, router, expert_effects(Question.about(model, at.seen, target, hidden=at.hidden)), h, n
        )
    with right:
        header("What it speaks for")
        speaks(now, h, n)
    onward(now, {"gates": f"how much {plain_facet(now.facets[h])} weighs", "why": "what if it were routed otherwise"})
    header(f"The experts of {facet} over {who()}")
    load_of_facet(now, h)
    spoken_for(now, h)


@st.fragment
def everybody() -> None:
    now = current()
    if now.facets and now.model.config["experts"] > 1:
        header(f"All facets over {who()}")
        load_of_all(now)


story()
everybody()
