"""Steps 6 and 8: how a score adds up, and what no attribute says of it."""

import streamlit as st

from app import resources, state
from app.interventions import weigh
from app.sentences.marking import escape
from app.sentences.tour import counted, part_after
from app.widgets.learn.guessing import ask, judge
from app.widgets.learn.lesson import Lesson
from app.widgets.learn.readers import sibling
from fame.explain.facets.what_if import Weight, intervention
from fame.explain.families.evidence import evidence
from fame.explain.families.lift import foremost
from fame.ranking.recommend import take_apart
from fame.ranking.recommendation import Recommendation

DIGITS = 3  # of the terms of a sum


def gate(lesson: Lesson) -> None:
    """The sum, digit by digit, and a slider a facet."""
    now, found = lesson.now, lesson.changed
    st.markdown(f"{lesson.film(int(found.answer.items[0]))} is first:")
    if found.answer.responsibilities is None:
        st.latex(added_up(found.answer, now.facets))
    if not now.facets:
        sibling(lesson)
        return
    h, item = lesson.facet, lesson.first
    name, additive = now.facets[h], lesson.own.answer.responsibilities is None
    answers = {"half": "half", "less than half": "less than half", "more than half": "more than half"}
    what = "part of the score" if additive else "share of the probability"
    title = lesson.title(item)
    chosen = ask(now, 6, f"With half its gate weight, the {what} that {name} gives {title} is", answers, name)
    if chosen is not None:
        halved = [Weight(h, scale=0.5)]
        change = intervention(lesson.model, len(now.history), halved, renormalise=not now.head.droppable)
        after = take_apart(lesson.model, now.history, [item], change)
        judge(part_after(chosen, given(lesson.own.answer, h), given(after, h), name))
    for k, facet in enumerate(now.facets):
        asked = now.changed.gate.get(k)
        shown = round(100 * float(found.gate[k])) if asked is None else asked
        key = state.show(f"learn-gate-{k}", shown)
        st.slider(
            escape(facet), 0, 100, shown, key=key, format="%d\u00a0%%",
            on_change=lambda k=k, key=key: weigh(now.model, k, state.read(key)),
        )  # fmt: skip


def given(answer: Recommendation, h: int) -> float:
    """What a facet gives the first item of an answer: its part of the score, or of the probability."""
    parts = answer.contributions if answer.responsibilities is None else answer.responsibilities
    return float(parts[0, h])


def added_up(answer: Recommendation, facets: tuple[str, ...]) -> str:
    """The score of the first item as a sum, in LaTeX; where the digits shown do not add up, it says about."""
    values = [answer.reference, float(answer.bias[0])]
    names = ["average item", "popularity"]
    values += answer.contributions[0].tolist() if facets else [answer.above(0) or 0.0]
    names += list(facets) if facets else ["the history"]
    score = float(answer.score[0])
    equal = round(sum(round(value, DIGITS) for value in values), DIGITS) == round(score, DIGITS)
    lines = [f"{value:+.{DIGITS}f} &\\quad \\text{{{latex(name)}}}" for value, name in zip(values, names, strict=True)]
    lines.append(f"{'=' if equal else chr(92) + 'approx'}\\; {score:+.{DIGITS}f} &\\quad \\text{{its score}}")
    return "\\begin{aligned}" + r" \\ ".join(lines) + "\\end{aligned}"


def latex(name: str) -> str:
    """A name within text of an equation: what would be a command there is left out."""
    return "".join(character if character.isalnum() or character in " .,-+'" else " " for character in name)


def unsaid(lesson: Lesson) -> None:
    """In how many of the first ten does an attribute lift most?"""
    now = lesson.now
    if not now.head.additive:
        st.caption("Nothing is guessed here: with a mixture the parts do not add up.")
        return
    if not now.data.catalog.given:
        st.caption(f"Nothing is known of the items of {escape(now.data.name)}: all that the history adds is rest.")
        return
    items, answer = lesson.own.answer.items.tolist(), lesson.own.answer
    n = len(items)
    question = f"In how many of the first {n} does an attribute lift the item most?"
    chosen = ask(now, 8, question, {str(k): str(k) for k in range(n + 1)})
    if chosen is None:
        return
    told = evidence(lesson.model, resources.anatomy(now.model.name, now.data).asked, now.history, items)
    sources, share = [], None
    for row, one in enumerate(told):
        rest = (answer.above(row) or 0.0) - float(one.parts.sum())
        lift = foremost(one.parts.tolist(), rest, float(answer.bias[row]))
        sources.append("nothing" if lift is None else lift.source)
        if row == 0 and lift is not None and rest > 0:
            share = rest / lift.whole
    judge(counted(int(chosen), sources, share, lesson.title(lesson.first)))
