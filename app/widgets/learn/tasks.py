"""Step 9: three tasks that are checked by running the model, drawn by the seed in the link."""

import streamlit as st

from app import state
from app.sentences.marking import escape
from app.widgets.learn.guessing import ask
from app.widgets.learn.lesson import Lesson
from fame.data import Catalog
from fame.explain.exercises import NO_TASK, DriverTask, ReachTask, RemovalTask, reach, removal, taken

SEEDS = 9_999


def tasks(lesson: Lesson) -> None:
    """The three, each with its hint."""
    now = lesson.now
    seed = seed_of()
    key = state.show("learn-seed", seed)
    st.number_input(
        "Seed of the tasks", 1, SEEDS, seed, key=key, on_change=lambda: state.choose_seed(str(state.read(key)))
    )
    first = reach(lesson.model, now.data, seed)
    with st.container(border=True):
        if first is None:
            st.caption(NO_TASK)
        else:
            more(lesson, first)
    second = removal(lesson.model, now.data, seed)
    with st.container(border=True):
        if second is None:
            st.caption(NO_TASK)
        else:
            fewer(lesson, second)
    third = taken(now.data, seed)
    with st.container(border=True):
        if third is None:
            st.caption("The third task asks for a truth that only made-up data have; choose planted-cinema-fame.")
        else:
            truth(lesson, third)


def seed_of() -> int:
    """The seed in the link; what is none is told of."""
    text = state.session().seed
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= SEEDS):
        state.notice(f"The seed {text[:60]!r} is no number from 1 to {SEEDS:,}; the tasks are those of seed 1.")
        state.session().seed = text = ""
    return int(text) if text else 1


def start(catalog: Catalog, items: tuple[int, ...], key: str) -> None:
    """Take the history that a task begins with."""
    ids = [catalog.id(item) for item in items]
    st.button("Take its history", icon=":material/playlist_play:", key=key, on_click=state.begin, args=(ids,))


def solved(well: bool, sentence: str) -> None:
    """What the model says of a try."""
    st.info(
        f"**{'Solved' if well else 'Not yet'}.** {sentence}", icon=":material/check:" if well else ":material/close:"
    )


def more(lesson: Lesson, task: ReachTask) -> None:
    """Bring a value to the top with a few more cards."""
    now, catalog = lesson.now, lesson.now.data.catalog
    value = f"{escape(task.family)} **{escape(task.value)}**"
    st.markdown(f"**A.** Make an item of {value} come first, with at most {task.most} cards more.")
    start(catalog, task.start, "task-a")
    added = task.added(now.history)
    if added is not None:
        comes = lesson.film(lesson.first)
        values = ", ".join(escape(one) for one in catalog.values(task.family, lesson.first)) or "unknown"
        solved(
            task.solved(now.history, lesson.first, catalog),
            f"With {added} more, {comes} comes first; its {escape(task.family)} is {values}.",
        )
    with st.expander("Hint"):
        st.markdown(f"Search for items whose {escape(task.family)} is {escape(task.value)}; the newest count most.")


def fewer(lesson: Lesson, task: RemovalTask) -> None:
    """Take one card out so that another item comes first."""
    now, catalog = lesson.now, lesson.now.data.catalog
    st.markdown(
        f"**B.** *{escape(catalog.title(task.first))}* comes first. Remove one card, so that it does not any more."
    )
    start(catalog, task.start, "task-b")
    if task.tried(now.history):
        solved(lesson.first != task.first, f"{lesson.film(lesson.first)} comes first.")
    with st.expander("Hint"):
        st.markdown(f"{len(task.answers)} of the {len(task.start)} cards will do. Why shows what each does.")


def truth(lesson: Lesson, task: DriverTask) -> None:
    """Name what drove a choice in made-up data."""
    catalog = lesson.now.data.catalog
    before, after = (f"*{escape(catalog.title(item))}* ({', '.join(map(escape, catalog.chips(item)))})" for item in
                     (task.before, task.after))  # fmt: skip
    st.markdown(f"**C.** Somebody took {before}, then {after}. What drove that choice?")
    chosen = ask(lesson.now, 9, "It was", {name: name for name in task.families}, str(task))
    if chosen is not None:
        well = chosen == task.family
        told = f"It was {escape(task.family)}: that was planted." if well else "Look for the value that both share."
        solved(well, told)
    with st.expander("Hint"):
        st.markdown("In this made-up cinema a viewer follows one attribute at a time.")
