"""The nine steps: which part of the picture each is about, what is tried there, and the way from one to the next."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from app import guide, state
from app.components.flow import STAGES, Stage
from app.current import Current
from app.interventions import UNCHANGED
from app.widgets.learn import parts, ranking, readers, tasks, trap
from app.widgets.learn.lesson import Lesson
from app.widgets.learn.teaching import timer
from app.widgets.shared.flow import flow_picture
from app.widgets.shared.headings import header, with_terms
from app.widgets.shared.page_links import onward
from fame.explain.facets.what_if import WeightError
from fame.explain.forward_pass import ForwardPass
from fame.model import Model


@dataclass(frozen=True)
class Scene:
    """What a step shows and asks."""

    stages: tuple[Stage, ...]  # in colour
    known: tuple[Stage, ...]  # met by then
    teach: Callable[[Lesson], None]
    ways: dict[str, str]  # pages where it goes on


SCENES = (
    Scene(("next",), ("history", "next"), ranking.guess, {"predict": "the whole ranking"}),
    Scene(("history",), ("history", "next"), ranking.order, {"predict": "pin a history, and compare"}),
    Scene(("facets",), STAGES[:2], readers.facets, {"facet_map": "what each facet sees"}),
    Scene(("experts",), STAGES[:3], readers.experts, {"experts": "which preference inside the facet"}),
    Scene(("router",), STAGES[:4], readers.router, {"experts": "the router along the history"}),
    Scene(("gate", "score"), STAGES, parts.gate, {"gates": "the gate along the history"}),
    Scene(("gate", "score"), STAGES, trap.trap, {"why": "which past items", "gates": "what each facet moves"}),
    Scene(("score", "next"), STAGES, parts.unsaid, {"why": "which past items", "meaning": "what each facet is"}),
    Scene(STAGES, STAGES, tasks.tasks, {"predict": "a history of your own"}),
)
STEP_OF = {"next": 0, "history": 1, "facets": 2, "experts": 3, "router": 4, "gate": 5, "score": 5}
CHANGED_AT = (4, 5)  # steps at which weights that were chosen by hand count


def tour(now: Current, model: Model, at: int, lesson_minutes: int | None) -> None:
    """One step: the picture on the left, text and task on the right."""
    scene, step = SCENES[at], guide.steps()[at]
    lesson = Lesson(now, model, step, at + 1)
    way(at, lesson_minutes)
    header(step.title)
    found = by_hand(lesson) if at in CHANGED_AT else lesson.own
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(key="learn-picture"):
        met = {stage for one in SCENES[: at + 1] for stage in one.known}
        many = bool(now.facets) and int(now.model.config["experts"]) > 1
        flow_picture(
            now,
            found,
            key="flow",
            stages=scene.stages,
            known=STAGES if lesson_minutes is None else [stage for stage in STAGES if stage in met],
            opened=lesson.facet if at in (3, 4) and many else None,
            guessed=at > 0 or guessed_first(now),
            on_choose=lambda stage: state.choose_step(STEP_OF[stage]),
        )
        if lesson_minutes is not None:
            timer(at, step.minutes(lesson_minutes))
            st.info(f"**For who teaches.** {step.of('notes', ())}", icon=":material/co_present:")
        onward(now, scene.ways)
    with right:
        with_terms(step.of("text", guide.kinds(now.model)))
        if equation := step.of("equation", guide.kinds(now.model)):
            st.latex(equation)
        scene.teach(lesson)
        if at in CHANGED_AT and now.changed:
            st.button("Back to the model's own", icon=":material/undo:", key="learn-own", on_click=UNCHANGED.apply)


def by_hand(lesson: Lesson) -> ForwardPass:
    """What the model makes of the weights that were chosen; where that is nothing, they are its own again."""
    try:
        return lesson.changed
    except WeightError as error:
        state.intervene("", "")
        state.notice(str(error))
        st.rerun()


def guessed_first(now: Current) -> bool:
    """Whether the first question was answered, so that the ranking may be seen."""
    return bool(state.session().guesses.get(f"1|{now.model.fingerprint}|{now.history}|"))


def way(at: int, lesson_minutes: int | None) -> None:
    """Back, where one is, and on; the arrow keys do the same."""
    taken = guide.taken(lesson_minutes)
    before, after = [n for n in taken if n < at], [n for n in taken if n > at]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Back", key="learn-back", shortcut="Left", disabled=not before, on_click=state.choose_step,
            args=(before[-1] if before else at,),
        )  # fmt: skip
        if at in taken:
            st.markdown(f"{taken.index(at) + 1} of {len(taken)}", width="content")
        st.button(
            "Next", key="learn-next", shortcut="Right", disabled=not after, on_click=state.choose_step,
            args=(after[0] if after else at,),
        )  # fmt: skip
