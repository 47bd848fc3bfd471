"""Step 7: which facet, or which past item, decided; and how well each way to name it does where the truth is known."""

import streamlit as st

from app import measured, models, resources
from app.look.numbers import percent
from app.sentences.marking import escape, facet, together, told_apart
from app.sentences.tour import decided
from app.widgets.learn.guessing import ask, judge
from app.widgets.learn.lesson import Lesson
from app.widgets.shared.headings import small_with_terms
from fame.checkpoint.description import Description
from fame.errors import InputError
from fame.explain.knockout import effects
from fame.explain.trust.records.scorecard import Scorecard

ITEMS = 8  # offered to guess among, the newest


def trap(lesson: Lesson) -> None:
    """A guess by weight, a test, and the scoreboard."""
    now, own = lesson.now, lesson.own
    tested = effects(lesson.model, resources.runs(now.model.name, now.history), lesson.first, now.hidden)
    title = lesson.title(lesson.first)
    if now.facets:
        answers = {str(h): name for h, name in enumerate(now.facets)} | {"-1": "none by itself"}
        names, without, worst = [f"the {facet(name)}" for name in now.facets], tested.facet_rank, tested.worst_facet
        largest: int | None = int(own.gate.argmax())
        question = f"Which facet decided that {title} is first?"
    else:
        titles = [lesson.title(int(item)) for item in own.answer.history]
        oldest = max(0, len(titles) - ITEMS)
        answers = {str(t): f"{t + 1}. {titles[t]}" for t in range(oldest, len(titles))} | {"-1": "none by itself"}
        names, without, worst = told_apart(titles), tested.item_rank, tested.worst_item
        largest = None if own.read is None else int(own.read.mean(0).argmax())
        question = f"Which past item decided that {title} is first?"
        if len(titles) < 2:
            st.caption("With one item in the history there is nothing to guess; add another.")
            return
    chosen = ask(now, 7, question, answers)
    if chosen is not None:
        judge(decided(int(chosen), worst, tested.rank, without.tolist(), names, largest, title))
    scoreboard(now.model)


def scoreboard(model: Description) -> None:
    """How often each way to name what drove a choice is right, where that is known."""
    marked = planted(model)
    if marked is None:
        return
    name, found = marked
    gate = found.readings.get("gate")
    shares = [f"drawing lots {percent(found.chance)}"]
    shares += [f"the largest gate weight {percent(gate.value)}"] if gate else []
    shares += [f"the tested driver {percent(found.named.value)}", f"who knows the truth before {percent(found.oracle)}"]
    small_with_terms(
        f"Over {found.events:,} choices of the made-up cinema, what drove them is named right by {together(shares)} "
        f"({escape(name)})."
    )


def planted(model: Description) -> tuple[str, Scorecard] | None:
    """Marks on planted data: the model's own, or of the first model with facets that has some."""
    others = [one for one in models.usable().values() if one.config.get("families")]
    for one in [model, *others]:
        try:
            found = measured.scorecard(one)
        except InputError:  # measured on other weights: Meaning says so, and what to do
            continue
        if found is not None:
            return one.name, found
    return None
