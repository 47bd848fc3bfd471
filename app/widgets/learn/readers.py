"""Steps 3, 4 and 5: facets, their experts, the router."""

import numpy as np
import streamlit as st
import torch

from app import models, state
from app.interventions import route
from app.look.numbers import percent
from app.sentences.marking import escape
from app.sentences.tour import expert_that_matters, first_by_itself, moved, routed
from app.widgets.learn.guessing import ask, judge
from app.widgets.learn.lesson import Lesson
from app.widgets.learn.ranking import named, with_router
from app.widgets.shared.facet_choice import choose_facet
from fame.checkpoint.description import Description
from fame.explain.facets.effects import expert_effects
from fame.explain.facets.weights import divergence
from fame.explain.question import Question


def facets(lesson: Lesson) -> None:
    """Whose own first is the first of all?"""
    now = lesson.now
    if not now.facets:
        sibling(lesson)
        return
    for h, name in enumerate(now.facets):
        titles = ", ".join(lesson.film(int(item)) for item in lesson.own.alone[h])
        st.markdown(f"**{escape(name)}**: {titles}")
    answers = {name: name for name in now.facets} | {"": "none"}
    first = lesson.first
    chosen = ask(now, 3, f"{lesson.title(first)} comes first in the end. For whom is it first?", answers)
    if chosen is not None:
        firsts = [name for h, name in enumerate(now.facets) if int(lesson.own.alone[h, 0]) == first]
        judge(first_by_itself(chosen, firsts, lesson.title(first)))


def experts(lesson: Lesson) -> None:
    """Which expert of a facet does something for the first item?"""
    now = lesson.now
    if not now.facets:
        sibling(lesson)
        return
    N = int(now.model.config["experts"])
    if N == 1:
        return
    h, first = lesson.facet, lesson.first
    choose_facet(now, h, "learn-facet")
    answers = {str(n): f"expert {n + 1}" for n in range(N)} | {"-1": "none"}
    chosen = ask(now, 4, f"Which of them does most for {lesson.title(first)}?", answers, now.facets[h])
    if chosen is not None:
        found = expert_effects(Question.about(lesson.model, now.history, first, None, now.hidden))
        judge(
            expert_that_matters(int(chosen), found.effect[h], lesson.own.router[h], now.facets[h], lesson.title(first))
        )


def router(lesson: Lesson) -> None:
    """Does it matter whom the router listens to?"""
    now = lesson.now
    if not now.facets:
        sibling(lesson)
        return
    N = int(now.model.config["experts"])
    if N == 1:
        return
    h = lesson.facet
    choose_facet(now, h, "learn-facet")
    least = int(lesson.own.router[h].argmin())
    weight = percent(float(lesson.own.router[h, least]))
    st.markdown(f"Expert {least + 1} has the least weight, {weight}. If it had all of it:")
    answers = {"changes": "it changes", "stays": "it stays"}
    chosen = ask(now, 5, "does what comes first change?", answers, now.facets[h])
    if chosen is None:
        return
    before, after = lesson.own.answer.items.tolist(), with_router(lesson, h, least).ranking.items.tolist()
    verdict = moved(chosen, named(lesson, before[0]), named(lesson, after[0]), len(set(before) & set(after)))
    judge(routed(verdict, least, apart(lesson, h, least)))
    for n in range(N):
        asked = now.changed.router.get((h, n))
        shown = round(100 * float(lesson.changed.router[h, n])) if asked is None else asked
        key = state.show(f"learn-route-{h}-{n}", shown)
        st.slider(
            f"expert {n + 1}", 0, 100, shown, key=key, format="%d\u00a0%%",
            on_change=lambda n=n, key=key: route(now.model, h, n, state.read(key)),
        )  # fmt: skip


def apart(lesson: Lesson, h: int, n: int) -> float:
    """How far the attention of an expert is from that of the mixture, in bits; the begin token is read, too."""
    own = lesson.own
    assert own.attention is not None
    assert own.start is not None
    each = np.concatenate([own.start[h][:, None], own.attention[h]], 1)  # (N, 1 + T)
    rows = torch.from_numpy(np.stack([each[n], own.router[h] @ each]))
    return float(divergence(rows)[0, 1])


def sibling(lesson: Lesson) -> None:
    """The way to a model of the same data that has facets."""
    found = with_facets(lesson.now.model)
    if found is None:
        st.caption("No model with facets was trained on these data here; Train makes one.")
        return
    st.button(
        f"Open {escape(found.name)}", icon=":material/alt_route:", on_click=state.choose_model,
        args=(found.name, found.dataset),
    )  # fmt: skip


def with_facets(model: Description) -> Description | None:
    """A model with facets that was trained on the same data; where it can be, one whose facets are tied."""
    same = [one for one in models.usable().values() if one.dataset == model.dataset and one.config["facets"]]
    same.sort(key=lambda one: not one.config.get("families"))
    return same[0] if same else None
