"""For who teaches: length of the lesson, big type; and the glossary for everybody."""

from functools import partial

import streamlit as st

from app import guide, state
from app.components.questions import Round, questions
from app.current import Current
from app.sentences.marking import escape
from app.widgets.learn.sheet import sheet
from fame.model import Model

LESSONS = {"": "nobody teaches", **{str(n): f"{n} minutes" for n in (guide.SHORT, guide.NORMAL, guide.LONG)}}
BIG = "<style>[data-testid=stMain] :is(p, li) { font-size: 1.25rem; line-height: 1.5; }</style>"

TIMER = """<style>
@keyframes passing {{ from {{ width: 0; }} to {{ width: 100%; }} }}
.timer {{ height: 4px; background: color-mix(in srgb, currentColor 15%, transparent); border-radius: 2px; }}
.timer i {{ display: block; height: 100%; width: 100%; background: currentColor; border-radius: 2px;
  animation: passing {seconds}s linear; }}
</style><div class="timer" data-step="{step}" aria-hidden="true"><i></i></div>"""


def timer(step: int, planned: int) -> None:
    """A line that fills while the minutes of a step pass; the browser's own clock moves it, nothing is asked for."""
    if planned:
        st.caption(f"About {planned} minute{'s' if planned > 1 else ''} for this step.")
        st.html(TIMER.format(seconds=60 * planned, step=step))  # of another step it is another, and begins anew


def minutes() -> int | None:
    """How long the lesson is; None where nobody teaches. What is no lesson is told of."""
    now = state.session()
    if now.lesson not in LESSONS:
        state.notice(f"There is no lesson of {now.lesson[:60]!r} minutes; there are 5, 20 and 45.")
        now.lesson = ""
    if now.lesson:
        st.html(BIG)
    return int(now.lesson) if now.lesson else None


@st.fragment
def quiz(at: int, lesson_minutes: int | None) -> None:
    """The questions before the tour at the first step that it takes, and after it at the last."""
    first, *_, last = guide.taken(lesson_minutes)
    asked: dict[int, Round] = {first: "before", last: "after"}
    if at in asked:
        name = "Five questions before you begin" if at == first else "The five questions again"
        with st.expander(
            f"{name} (if you like)", icon=":material/quiz:", key=f"quiz-{at}", on_change="rerun"
        ) as folded:
            if not folded.open:
                return
            st.caption("What you answer stays in this browser. Save it as a file for who teaches, before and after.")
            questions(guide.questions(), asked[at], key=f"questions-{at}")


@st.fragment
def glossary() -> None:
    """Every term; the equations are drawn when they are asked for, which takes longer than the tour's picture."""
    with st.expander("Glossary", icon=":material/menu_book:", key="glossary", on_change="rerun") as folded:
        if not folded.open:
            return
        st.markdown(
            "\n\n".join(
                f"**{term.name}**: {escape(term.definition)}\n\n$${term.equation}$$\n\n`{term.file}`: `{term.code}`"
                for term in guide.glossary().values()
            )
        )


def lesson_of(now: Current, model: Model, seed: int) -> None:
    """For who teaches: how long the lesson is, and its sheet."""
    with st.expander("For who teaches", icon=":material/co_present:"):
        key = state.show("lesson", state.session().lesson)
        st.segmented_control(
            "A lesson of", list(LESSONS), default=state.session().lesson, key=key, required=True, wrap=True,
            format_func=lambda lesson: LESSONS[lesson], on_change=lambda: state.choose_lesson(state.read(key)),
            help="Big type, notes to each step, and parts of the picture appear when they are introduced.",
        )  # fmt: skip
        if now.history:
            name = f"{now.model.name}-lesson-{seed}.html"
            made = partial(sheet, now.model.name, model, now.data, now.history, now.hidden, seed)
            st.download_button(
                "Sheet to print, with answers", made, name, "text/html", key="learn-sheet", on_click="ignore",
                icon=":material/print:",
                help="Questions to this history and the tasks of this seed on one page, the answers on the next.",
            )  # fmt: skip
