"""What a search will take, reckoned before it is begun: in runs of the model, and in seconds.

Seconds are those of the very calls that the search makes, encoding and scoring the whole catalog in the same blocks,
timed on a few of them now, on this machine, beside whatever else runs on it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb

import torch

from fame.explain import counterfactual, deletion, faithfulness, occlusion, sensitivity, shapley
from fame.explain.attribution import METHODS, ORDERS, Method
from fame.explain.gradients import STEPS
from fame.explain.methods import attribute, recency
from fame.explain.question import WAYS, Question
from fame.model import Model

STAGES = 6  # of the randomisation check, about
BACKWARD = 2  # a backward pass, in forward passes
PROBE, TRIES = 64, 2
TURN = 0.1  # seconds
ANY = 1  # item asked about: which one it is costs nothing
START = 6.0  # seconds until a command of its own has brought torch, the model and its data


@dataclass(frozen=True)
class Pace:
    """Of calls that each run some histories."""

    call: float  # seconds a call
    run: float  # seconds a history in it

    def seconds(self, runs: float, calls: float = 1) -> float:
        """Of so many runs in so many calls."""
        return calls * self.call + runs * self.run

    @classmethod
    def of(cls, work: Callable[[int], object], most: int = PROBE) -> "Pace":
        """Timed with one run and with many."""
        work(1)  # brings what the first call brings
        few, many = taken(lambda: work(1)), taken(lambda: work(most))
        run = max(0.0, many - few) / max(1, most - 1)
        return cls(max(0.0, few - run), run)


def taken(work: Callable[[], object]) -> float:
    """Seconds, the mean over as long as other programs need to have their turn: they slow the search as well."""
    begun, done = time.perf_counter(), 0
    while done < TRIES or time.perf_counter() - begun < TURN:
        work()
        done += 1
    return (time.perf_counter() - begun) / done


def some_kept(length: int, kept: int, n: int) -> torch.Tensor:
    """(n, T) bool: the newest `kept` items of a history."""
    return (torch.arange(length) >= length - kept).expand(n, length)


def method_runs(method: Method, length: int) -> int:
    """How often a method runs a history of that length."""
    match method:
        case "occlusion-remove" | "occlusion-mask":
            return length + 1
        case "greedy":
            return sum(range(length, max(0, length - occlusion.MOST - 1), -1)) + 2
        case "shapley":
            return int(2**length)
        case "integrated-gradients":
            return STEPS * (1 + BACKWARD)
        case "gradient-x-input":
            return 1 + BACKWARD
        case "attention" | "rollout":
            return 1
        case "recency" | "random":
            return 0


def removal_runs(length: int) -> tuple[int, int]:
    """How many removals `fewest_removals` tries at most: in every choice of a few, and then one by one."""
    sizes = range(1, min(counterfactual.EXACT, length - 1) + 1)
    tried = [comb(length, size) for size in sizes if comb(length, size) * length <= counterfactual.POSITIONS]
    return sum(tried), length * (length + 1) // 2


def method_seconds(question: Question, method: Method) -> float:
    """Of a method that is slow; of another, by running it."""
    T = question.length
    if method == "shapley":
        pace = Pace.of(lambda n: question.values(torch.arange(n * T).view(n, T) % 2 == 1, "mask"), min(PROBE, 2**T))
        return pace.seconds(method_runs(method, T))
    if method != "greedy":
        return taken(lambda: attribute(question, method))
    calls = min(T, occlusion.MOST + 1) + 2
    kept = max(1, T - 1 - calls // 2)  # half-way
    pace = Pace.of(lambda n: question.values(some_kept(T, kept, n), "remove"), min(PROBE, T))
    return pace.seconds(method_runs(method, T), calls)


def removal_seconds(model: Model, history: Sequence[int]) -> float:
    """Of `fewest_removals`, if it finds nothing."""
    question = Question.of(model, history, ANY, hidden=())
    T = question.length
    every, one_by_one = removal_runs(T)
    exact, rest = (
        Pace.of(lambda n, kept=kept: counterfactual.leads(question, some_kept(T, kept, n)))  # type: ignore[misc]
        for kept in (max(1, T - 2), max(1, T // 2))
    )
    return exact.seconds(every, 3) + rest.seconds(one_by_one, T)


def addition_seconds(model: Model, history: Sequence[int]) -> float:
    """Of `fewest_additions`, if it takes as many items as it may."""
    tried = min(2 * counterfactual.NEAR, model.config.items)
    longest = [*history, ANY]
    pace = Pace.of(lambda n: counterfactual.after(model, [longest] * n, ANY, longest), tried)
    first = taken(lambda: counterfactual.related(model, ANY))
    return first + pace.seconds(tried * counterfactual.ADDED, counterfactual.ADDED + 1)


def judging_seconds(question: Question, users: int) -> float:
    """About what it takes, in a process of its own, to mark every method on users with histories like that one."""
    T = question.length
    methods = [m for m in METHODS if m != "shapley" or shapley.MOST >= T]
    each = {method: method_seconds(question, method) for method in methods}
    order = recency(question).order
    marks = sum(taken(lambda way=way: deletion.measure(question, order, way)) for way in WAYS)  # type: ignore[misc]
    again = sum(took for method, took in each.items() if method not in ORDERS)
    rounds = 1 + STAGES + 1 + sensitivity.DRAWS
    once = sum(each.values()) + len(methods) * marks
    return START + users * once + min(users, faithfulness.CHECKED) * rounds * again
