"""Attributions by the name of their method, and what they take."""

import pkgutil
from typing import Any

from fame.explain.knockout import Runs
from fame.explain.past.kinds import KINDS, METHODS, Method
from fame.explain.past.records import Attribution
from fame.explain.question import Question, QuestionError, Watch, unwatched
from fame.runs.cost import Measure, taken


def attribute(
    question: Question, method: Method, seed: int = 0, watch: Watch = unwatched, at_hand: Runs | None = None
) -> Attribution:
    """How much each past item speaks for the target; the seed is that of the random order.

    A method that asks nothing but the history's `runs` makes none where they are at hand.

    Raises
    ------
    QuestionError
        There is no such method, or it cannot be used for this history or in this model.
    """
    if method not in KINDS:
        raise QuestionError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    kind, given = KINDS[method], {"seed": seed, "watch": watch, "at_hand": at_hand}
    work: Any = pkgutil.resolve_name(kind.implementation)
    found: Attribution = work(question, **{name: given[name] for name in kind.takes})
    return found


def method_seconds(question: Question, method: Method, measure: Measure = taken) -> float:
    """What it takes, in seconds: of a method that is slow reckoned, of another by running it."""
    kind = KINDS[method]
    if kind.seconds:
        reckon: Any = pkgutil.resolve_name(kind.seconds)
        return float(reckon(question, measure))
    attribute(question, method)  # brings what the first call brings
    return measure(lambda: attribute(question, method))
