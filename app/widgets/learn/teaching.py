"""For who teaches: length of the lesson, big type; and the glossary for everybody."""

import streamlit as st

from app import guide, state
from app.current import Current
from app.sentences.marking import escape

LESSONS = {"": "nobody teaches", **{str(n): f"{n} minutes" for n in (guide.SHORT, guide.NORMAL, guide.LONG)}}
BIG = "<style>[data-testid=stMain] :is(p, li) { font-size: 1.25rem; line-height: 1.5; }</style>"


def minutes() -> int | None:
    """How long the lesson is; None where nobody teaches. What is no lesson is told of."""
    now = state.session()
    if now.lesson not in LESSONS:
        state.notice(f"There is no lesson of {now.lesson[:60]!r} minutes; there are 5, 20 and 45.")
        now.lesson = ""
    if now.lesson:
        st.html(BIG)
    return int(now.lesson) if now.lesson else None


def aside(now: Current) -> None:
    """What stands below the tour."""
    with st.expander("Glossary", icon=":material/menu_book:"):
        for term in guide.glossary().values():
            st.markdown(f"**{term.name}**: {escape(term.definition)}")
            st.latex(term.equation)
            st.caption(f"`{term.file}`: `{term.code}`")
    with st.expander("For who teaches", icon=":material/co_present:"):
        key = state.show("lesson", state.session().lesson)
        st.segmented_control(
            "A lesson of", list(LESSONS), default=state.session().lesson, key=key, required=True,
            format_func=lambda lesson: LESSONS[lesson], on_change=lambda: state.choose_lesson(state.read(key)),
            help="Big type, notes to each step, and parts of the picture appear when they are introduced.",
        )  # fmt: skip
