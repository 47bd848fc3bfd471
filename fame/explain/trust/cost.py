"""What a search will take, reckoned before it is begun: in runs of the model, and in seconds.

Seconds are those of the very calls that the search makes, encoding and scoring the whole catalog in the same blocks,
timed on a few of them now, on this machine, beside whatever else runs on it.
"""

from collections.abc import Sequence
from math import comb

import numpy as np

from fame.data import DataSet, Events, leave_one_out
from fame.data.split import sample
from fame.explain.families.anatomy import fit
from fame.explain.meaning.deeds import asked
from fame.explain.meaning.left_out import left_out
from fame.explain.meaning.ownership import owners
from fame.explain.past import counterfactual
from fame.explain.past.baselines import recency
from fame.explain.past.kinds import BASELINES, KINDS, usable
from fame.explain.past.methods import method_seconds
from fame.explain.question import Question
from fame.explain.trust import deletion, faithfulness, sensitivity
from fame.explain.trust.ablation import block_ranks
from fame.explain.trust.driver_candidates import driver_candidates
from fame.model import Faceted, Model
from fame.runs.cost import Measure, one_by_one_seconds, subsets_seconds, taken
from fame.runs.ways import WAYS
from fame.slowdown import slowdown

STAGES = 6  # of the randomisation check, about
ANY = 1  # item asked about: which one it is costs nothing
MARKED = 128  # events that are marked to time the marking of all
ABLATED = 64  # events that are ranked with every change to time that of all
LEFT_OUT = 5  # events in which every expert is left out to time that in all
START = 6.0  # seconds, on an idle machine, until a command has brought torch, the model and its data


def removal_runs(length: int) -> tuple[dict[int, int], int]:
    """How many removals `fewest_removals` tries at most: every choice of a few, by their number, then one by one."""
    sizes = range(1, min(counterfactual.EXACT, length - 1) + 1)
    fit = [size for size in sizes if comb(length, size) * length <= counterfactual.POSITIONS]
    every = len(fit) == length - 1  # nothing is left to be tried one by one
    return {size: comb(length, size) for size in fit}, 0 if every else length * (length + 1) // 2 - 1


def removal_seconds(model: Model, history: Sequence[int], measure: Measure = taken) -> float:
    """Of `fewest_removals`, if it finds nothing."""
    question = Question.of(model, history, ANY, hidden=())
    T = question.length
    tried, rest = removal_runs(T)
    choices = sum(
        subsets_seconds(model, question.read, T - size, "remove", runs, question.leads, measure)
        for size, runs in tried.items()
    )
    return choices + (one_by_one_seconds(model, question.read, T - 1, question.leads, measure) if rest else 0.0)


def addition_seconds(model: Model, history: Sequence[int], wished: int, measure: Measure = taken) -> float:
    """Of `fewest_additions`, if it takes as many items as it may; the second step is measured, the middle one."""
    first = measure(lambda: counterfactual.related(model, wished))
    left = [v for v in counterfactual.related(model, wished) if v not in history]
    longer = [[*history, left[0], v] for v in left[1:]]
    if not longer:
        return first
    return first + counterfactual.ADDED * measure(lambda: counterfactual.after(model, longer, wished, list(history)))


def judging_seconds(question: Question, users: int, measure: Measure = taken) -> float:
    """About what it takes, once it runs, to mark every method on users with histories like that one."""
    T = question.length
    methods = [m for m in usable(question.model.architecture) if KINDS[m].fits(T)]
    each = {method: method_seconds(question, method, measure) for method in methods}
    order = recency(question).order
    marks = sum(measure(lambda way=way: deletion.measure(question, order, way)) for way in WAYS)  # type: ignore[misc]
    again = sum(took for method, took in each.items() if method not in BASELINES)
    rounds = 1 + STAGES + 1 + sensitivity.DRAWS
    once = sum(each.values()) + len(methods) * marks
    return users * once + min(users, faithfulness.CHECKED) * rounds * again


def testing_seconds(model: Model, data: DataSet, users: int) -> float:
    """Of a command that marks every method on some users of a data set, the start of its process included.

    It is measured on a history as long as the middle user's; which items it has costs nothing.
    """
    length = int(min(model.config.length, max(2.0, float(np.median(data.histories.lengths))), model.config.items - 1))
    question = Question.about(model, range(1, length + 1), model.config.items)
    return START * slowdown() + judging_seconds(question, users)


def ablation_seconds(model: Faceted, events: Events, measure: Measure = taken) -> float:
    """Of `ablation` over all of these events, by what some of them take."""
    some = sample(events, ABLATED, 0)
    rng = np.random.default_rng(0)
    return measure(lambda: block_ranks(model, some, rng)) * len(events.targets) / max(1, len(some.targets))


def marking_seconds(model: Model, data: DataSet, measure: Measure = taken) -> float:
    """Of marking every way to name the driver on the events of planted data, and the experts where it tells values."""
    events = leave_one_out(data.histories).test
    some = sample(events, MARKED, 0)
    anatomy = fit(model, data.catalog)
    drivers = measure(lambda: driver_candidates(model, anatomy, some)) * len(events.targets) / len(some.targets)
    if not isinstance(model, Faceted) or model.config.experts == 1 or data.truth is None or "value" not in data.truth:
        return drivers
    owner, every = owners(model), asked(model, events, 0)
    few = sample(every, LEFT_OUT, 0)
    return drivers + measure(lambda: left_out(model, few, owner)) * len(every.targets) / max(1, len(few.targets))
