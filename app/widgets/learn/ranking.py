"""Steps 1 and 2: what comes next, and whether the order matters."""

import numpy as np
import streamlit as st

from app import resources, state
from app.sentences.tour import moved, what_comes_next
from app.widgets.learn.guessing import ask, judge
from app.widgets.learn.lesson import Lesson
from fame.explain.facets.what_if import Answer, reweigh
from fame.explain.knockout import effects
from fame.ranking.recommend import recommend, take_apart

OFFERED = 3  # of the model's first, and as many others


def guess(lesson: Lesson) -> None:
    """Which of six comes first?"""
    now, catalog = lesson.now, lesson.now.data.catalog
    chosen = ask(now, 1, "Which of these comes first?", {catalog.id(item): catalog.title(item) for item in six(lesson)})
    if chosen is None:
        st.caption("The model's own five stay hidden until you guess.")
        return
    item = catalog.index(chosen)
    rank = effects(lesson.model, resources.runs(now.model.name, now.history), item, now.hidden).rank
    probability = float(take_apart(lesson.model, now.history, [item]).probability[0])
    judge(
        what_comes_next(
            catalog.title(item), rank, probability, lesson.title(lesson.first), float(lesson.own.answer.probability[0])
        )
    )


def six(lesson: Lesson) -> list[int]:
    """The model's first three and three drawn by lot, in the order of their titles."""
    now, catalog = lesson.now, lesson.now.data.catalog
    first = lesson.own.answer.items[:OFFERED].tolist()
    out = {*first, *now.hidden, *now.history}
    drawn = np.random.default_rng([len(now.history), *now.history]).permutation(min(len(catalog), 1_000)) + 1
    others = [int(item) for item in drawn if int(item) not in out][:OFFERED]
    return sorted([*first, *others], key=catalog.title)


def order(lesson: Lesson) -> None:
    """Do the two newest items change places for nothing?"""
    now, history = lesson.now, list(lesson.now.history)
    if len(history) < 2 or history[-1] == history[-2]:
        st.caption("Let the history end with two different items, and this can be tried.")
        return
    swapped = [*history[:-2], history[-1], history[-2]]
    one, other = lesson.film(history[-2]), lesson.film(history[-1])
    st.markdown(f"If {one} and {other} change places:")
    chosen = ask(now, 2, "does what comes first change?", {"changes": "it changes", "stays": "it stays"})
    if chosen is None:
        return
    after = recommend(lesson.model, swapped, 10, hidden=now.hidden).items.tolist()
    before = lesson.own.answer.items.tolist()
    judge(moved(chosen, named(lesson, before[0]), named(lesson, after[0]), len(set(before) & set(after))))

    def swap() -> None:
        state.edit_history([now.data.catalog.id(item) for item in swapped])

    st.button("Change their places", icon=":material/swap_horiz:", on_click=swap)


def named(lesson: Lesson, item: int) -> tuple[str, str]:
    """Its id, which tells it from others of its title, and its title."""
    return lesson.now.data.catalog.id(item), lesson.title(item)


def with_router(lesson: Lesson, h: int, n: int) -> Answer:
    """The answer when one expert of a facet has all of the weight."""
    N = int(lesson.now.model.config["experts"])
    router = {(h, m): float(m == n) for m in range(N)}
    return reweigh(lesson.model, lesson.now.history, {}, router, (), 10, lesson.now.hidden)
