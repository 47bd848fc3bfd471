"""Which past items, facets and experts caused this, and how far is that to be believed?"""

import contextlib

import streamlit as st

from app import resources
from app.current import current
from app.sentences import past_items
from app.sentences.recommendation import also_driven, exactly
from app.widgets.shared import contrast as rival
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header, with_terms
from app.widgets.shared.history import editor
from app.widgets.shared.item_choice import choose_against, choose_target
from app.widgets.shared.loading import loaded
from app.widgets.shared.page_links import onward
from app.widgets.why import past_items as past
from app.widgets.why.facet_shares import experts, facets, shared
from app.widgets.why.what_if import what_if
from app.widgets.why.wished import needed
from fame.explain.facets.contrast import contrast_runs
from fame.explain.families.evidence import evidence
from fame.explain.knockout import effects
from fame.explain.past.kinds import BASELINES, KINDS
from fame.explain.past.methods import attribute
from fame.explain.question import Question, QuestionError
from fame.explain.trust.records.explanations import explaining
from fame.ranking.recommend import recommend_and_take_apart

OFFERED = 50


@st.fragment
def story() -> None:
    now = current()
    truth = past.truth_of(now.model)
    notices()
    model = loaded(now).model
    if not now.history:
        editor(now, None)
        return
    top, asked = recommend_and_take_apart(model, now.history, OFFERED, now.target, now.hidden)
    target = int(asked.items[0])
    against = None if now.rival == target else now.rival
    runs = resources.runs(now.model.name, now.history)
    tested = effects(model, runs, target, now.hidden)
    method = (now.methods or (explaining(truth),))[0]

    answer = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_target(now, target, top.items.tolist())
        choose_against(now, top.items.tolist())
        beside = past.choose(now, method, truth)
    question = Question.about(model, now.history, target, against, now.hidden)
    found = past.explained(now, question, method, runs) if question.length > 1 else None
    editor(
        now, asked.gate, choosable=True, values=None if found is None else found.values,
        by=KINDS[method].title, out=now.changed.without,
    )  # fmt: skip

    if found is not None:
        left, right = st.columns([4, 3], gap="large")
        with left:
            header("Past items, by method")
            past.more(now, method, beside)
            others = [one for name in beside if (one := past.explained(now, question, name, runs)) is not None]
            shown = [found, *others, *(attribute(question, order) for order in BASELINES)]
            past.picture(now, shown, tested, 1 + len(now.history) - question.length)
        with right:
            header("How far to believe them")
            past.badges(now, [one.method for one in shown], truth)
    with answer:  # worked out after the picture is on its way
        said = past.sentence(now, asked, tested, question, found, method, runs)
        if now.facets:
            with contextlib.suppress(QuestionError):  # of too many facets; told where they are shown
                said += past_items.facets(shared(now, question), now.facets, now.head.droppable)
        told = evidence(model, resources.anatomy(now.model.name, now.data), now.history, [target])[0]
        with_terms(f"{said} {also_driven(told)}".rstrip(), exactly(told))
    if question.length > 1 and against is not None:
        header("Why this and not that?")
        compared = contrast_runs(model, runs, target, against, resources.anatomy(now.model.name, now.data), now.hidden)
        st.markdown(rival.sentence(now, compared))
        rival.picture(now, compared)

    if now.facets:
        left, right = st.columns([4, 3], gap="large")
        with left:
            header("What the facets do for it")
            facets(now, question, asked.gate[-1])
        with right:
            header("What the experts do")
            experts(now, question, asked.router[-1])
    else:
        title = now.model.architecture.title
        st.info(f"{title} has no facets, no gate and no experts: past items are all there is to ask about.")
    if tested.rank == 1 and against is not None:  # the question is why the other is not first
        needed(now, model, against, effects(model, runs, against, now.hidden).rank)
    else:
        needed(now, model, target, tested.rank)
    header("What if?")
    what_if(now, model)
    onward(
        now,
        {
            "predict": "what comes next, and why",
            "gates": "which facet speaks, when",
            "experts": "which preference",
            "errors": "whether others fail alike",
        },
    )


story()
