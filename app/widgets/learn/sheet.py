"""A sheet to print: questions to a history on one page, and on the next what the model answers."""

import html
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app import look
from app.look.numbers import ordinal, percent
from fame.data import DataSet
from fame.explain.exercises import DriverTask, ReachTask, reach, removal, taken
from fame.explain.inside import look_inside
from fame.explain.knockout import effects, runs
from fame.model import Model
from fame.ranking.recommend import recommend

FIRST, PAST = 5, 10  # items of the answer, and newest past items, that are printed
STYLE = Path(look.__file__).with_name("sheet.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class SheetQuestion:
    """A question, how many lines there are for it, and the answer."""

    question: str
    lines: int
    answer: str


def sheet(name: str, model: Model, data: DataSet, history: Sequence[int], hidden: Collection[int], seed: int) -> str:
    """The file's text: everything in it is of this model and this history, and of the tasks of this seed.

    `history` and what is `hidden` are catalog indices.
    """
    asked = [*steps(model, data, history, hidden), *tasks(data, model, seed)]
    past = [data.catalog.title(item) for item in history][-PAST:]
    head = (
        f'<p class="quiet">Model {_text(name)}, data {_text(data.name)}, tasks of seed {seed}.</p>'
        f"<p>History, oldest first: {' → '.join(map(_text, past))}</p>"
    )
    questions = "".join(
        f"<h2>{number}. {one.question}</h2>" + '<span class="line"></span>' * one.lines
        for number, one in enumerate(asked, 1)
    )
    answers = "".join(f"<h2>{number}. {one.question}</h2><p>{one.answer}</p>" for number, one in enumerate(asked, 1))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>How does it choose?</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body>"
        '<section><h1>How does it choose?</h1><p class="quiet">Name ____________________ &emsp; Date ____________</p>'
        f"{head}{questions}</section>"
        f"<section><h1>Answers</h1>{head}{answers}</section></body></html>"
    )


def steps(model: Model, data: DataSet, history: Sequence[int], hidden: Collection[int]) -> Iterator[SheetQuestion]:
    """What the tour asks of the history."""
    found = look_inside(model, history, FIRST, hidden)
    first = int(found.answer.items[0])
    chances = zip(found.answer.items.tolist(), found.answer.probability.tolist(), strict=True)
    yield SheetQuestion(
        "What comes next? Write down your guess, and why.",
        2,
        ", ".join(f"{_title(data, item)} {percent(chance)}" for item, chance in chances),
    )
    if len(history) > 1:
        moved = [history[-1], *history[:-1]]
        other = int(recommend(model, moved, 1, hidden=hidden).items[0])
        same = f"{_title(data, first)} stays first" if other == first else f"{_title(data, other)} comes first"
        yield SheetQuestion("The newest card is moved to the front. Does another item come first?", 1, f"{same}.")
    if found.facets:
        own = "; ".join(
            f"{_text(name)}: {_title(data, int(items[0]))}"
            for name, items in zip(found.facets, found.alone, strict=True)
        )
        yield SheetQuestion("What would each facet put first by itself?", len(found.facets), f"{own}.")
        weights = ", ".join(
            f"{_text(name)} {percent(weight)}" for name, weight in zip(found.facets, found.gate.tolist(), strict=True)
        )
        yield SheetQuestion("How does the gate share out 100 % among the facets?", 1, f"{weights}.")
        tested = effects(model, runs(model, history), first, hidden)
        without = ", ".join(
            f"{_text(name)} {ordinal(int(rank))}" for name, rank in zip(found.facets, tested.facet_rank, strict=True)
        )
        yield SheetQuestion(
            f"Without which facet would {_title(data, first)} fall furthest? Guess by the weights, then test.",
            1,
            f"Its place without each: {without}.",
        )


def tasks(data: DataSet, model: Model, seed: int) -> Iterator[SheetQuestion]:
    """The tasks of the last step, those that this model and seed have."""
    if (more := reach(model, data, seed)) is not None:
        yield SheetQuestion(of_reaching(data, more), 1, f"For instance by adding {_titles(data, more.answer)}.")
    if (fewer := removal(model, data, seed)) is not None:
        yield SheetQuestion(
            f"A history: {_titles(data, fewer.start)}. Which one card has to go, so that "
            f"{_title(data, fewer.first)} is not first any more?",
            1,
            f"Any of: {_titles(data, [fewer.start[place] for place in fewer.answers])}.",
        )
    if (driven := taken(data, seed)) is not None:
        yield SheetQuestion(of_driver(data, driven), 1, f"{_text(driven.family)}: that was planted.")


def of_reaching(data: DataSet, task: ReachTask) -> str:
    """Of the task in which cards are added."""
    return (
        f"A history: {_titles(data, task.start)}. Which cards, {task.most} at most, bring an item of "
        f"{_text(task.family)} {_text(task.value)} to the top?"
    )


def of_driver(data: DataSet, task: DriverTask) -> str:
    """Of the task about made-up data."""
    before, after = (
        f"{_title(data, item)} ({_text(', '.join(data.catalog.chips(item)))})" for item in (task.before, task.after)
    )
    return f"Somebody took {before}, then {after}. What drove that choice: {_text(', '.join(task.families))}?"


def _titles(data: DataSet, items: Sequence[int]) -> str:
    return "; ".join(_title(data, int(item)) for item in items)


def _title(data: DataSet, item: int) -> str:
    return _text(data.catalog.title(item))


def _text(text: str) -> str:
    return html.escape(text)
