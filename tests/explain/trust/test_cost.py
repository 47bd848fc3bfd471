"""What a search is said to cost is what it runs: counted in runs, and in the arithmetic of all that it calls."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from fame.data import leave_one_out
from fame.explain.past.counterfactual import fewest_additions, fewest_removals, wished_removals
from fame.explain.past.kinds import BASELINES, KINDS, METHODS
from fame.explain.past.methods import attribute, method_seconds
from fame.explain.question import Question
from fame.explain.trust.ablation import ablation
from fame.explain.trust.cost import (
    ablation_seconds,
    addition_seconds,
    judging_seconds,
    removal_runs,
    removal_seconds,
)
from fame.explain.trust.faithfulness import mark, verdict
from fame.ranking.evaluation import counted
from fame.runs.budget import runs_at_once
from tests.model.conftest import FAME, SASREC, make

LONG = 24
HISTORIES = (list(range(1, 9)), list(range(1, LONG + 1)))
CONFIGS = [config.model_copy(update={"items": 2_000, "length": LONG}) for config in (FAME, SASREC)]
SEARCHES = ("greedy", "removals", "wished", "additions")
CASES = [(name, history) for history in HISTORIES for name in SEARCHES] + [("shapley", HISTORIES[0])]  # of short ones


class Recording:
    """A model that notes the shapes that it runs."""

    def __init__(self, model):
        self.model, self.shapes = model, []

    def __call__(self, items, *rest, **options):
        self.shapes.append(tuple(items.shape))
        return self.model(items, *rest, **options)

    def attention_by_layer(self, items):
        self.shapes.append(tuple(items.shape))
        return self.model.attention_by_layer(items)

    def __getattr__(self, name):
        return getattr(self.model, name)

    @property
    def ran(self):
        return sum(rows for rows, _ in self.shapes)


def stubborn(config):
    """A model that nothing changes the mind of: its first items come first, in their order."""
    model = make(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.bias.weight[1:] = torch.arange(config.items, 0, -1).view_as(model.bias.weight[1:]) / 100
    return model


class Counter(TorchDispatchMode):
    """Counts as torch's own counter does, which fails where gradients are asked of a leaf."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        known, given = func._overloadpacket in flop_registry, kwargs or {}
        if not known:
            with self:
                parts = func.decompose(*args, **given)
            if parts is not NotImplemented:
                return parts
        found = func(*args, **given)
        if known:
            self.count += flop_registry[func._overloadpacket](*args, **given, out_val=found)
        return found


def arithmetic(work) -> float:
    """Floating-point operations of a call."""
    with Counter() as counter:
        work()
    return float(counter.count)


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("integrated-gradients", "gradient-x-input")])
def test_a_method_runs_as_often_as_is_said(method):
    for history in ([3, 7], [5, 9, 2, 31, 12, 20, 33]):
        model = Recording(make(FAME))
        attribute(Question.of(model, history, 17), method)
        assert model.ran == KINDS[method].runs(len(history))


@pytest.mark.parametrize("length", [2, 4, 5, 8])
def test_the_search_for_removals_runs_as_often_as_is_said(length):
    recording, asked = Recording(stubborn(FAME)), []
    assert fewest_removals(recording, list(range(20, 20 + length)), watch=asked.append) is None
    choices, rest = removal_runs(length)
    assert recording.ran == sum(choices.values()) + rest + 1  # what comes first now
    assert all(0 <= share < 1 for share in asked)


def searches(config, history):
    """By name: the estimate, given a measure, and the search, of a model."""
    last = config.items
    found = {
        "greedy": (
            make(config),
            lambda model, measure: method_seconds(Question.of(model, history, last), "greedy", measure),
            lambda model: attribute(Question.of(model, history, last), "greedy"),
        ),
        "removals": (
            stubborn(config),
            lambda model, measure: removal_seconds(model, history, measure),
            lambda model: fewest_removals(model, history),
        ),
        "wished": (
            stubborn(config),
            lambda model, measure: removal_seconds(model, history, measure),
            lambda model: wished_removals(Question.of(model, history, last)),
        ),
        "additions": (
            stubborn(config),
            lambda model, measure: addition_seconds(model, history, last, measure),
            lambda model: fewest_additions(model, history, last),
        ),
    }
    if len(history) <= 8:
        found["shapley"] = (
            make(config),
            lambda model, measure: method_seconds(Question.of(model, history, last), "shapley", measure),
            lambda model: attribute(Question.of(model, history, last), "shapley"),
        )
    return found


@pytest.mark.parametrize("config", CONFIGS, ids=["fame", "sasrec"])
@pytest.mark.parametrize(("name", "history"), CASES)
def test_an_estimate_counts_all_that_the_search_computes(config, history, name):
    """Running the history and scoring the catalog: an estimate that leaves either out is too small."""
    model, reckon, search = searches(config, history)[name]
    said, done = reckon(model, arithmetic), arithmetic(lambda: search(model))
    assert said == pytest.approx(done, rel=0.1)


@pytest.mark.parametrize(("name", "history"), CASES)
def test_an_estimate_makes_the_calls_of_the_search(history, name):
    """In blocks as large as the search's own, since a small block has another pace."""
    config = CONFIGS[0]
    model, reckon, search = searches(config, history)[name]
    probing, searching = Recording(model), Recording(model)
    reckon(probing, arithmetic)
    search(searching)
    assert set(probing.shapes) <= set(searching.shapes)
    assert max(probing.shapes)[0] >= max(searching.shapes)[0] - 1  # the second step of additions has one item less


def test_a_block_is_no_larger_than_what_is_run_at_once():
    model = make(CONFIGS[0])
    question = Question.of(model, HISTORIES[1], 50)
    assert question.at_once == runs_at_once(model.config, LONG)
    recording = Recording(model)
    removal_seconds(recording, HISTORIES[1], arithmetic)
    assert max(rows for rows, _ in recording.shapes) == question.at_once


def test_an_ablation_is_reckoned_by_what_some_of_its_users_take(trained, cinema):
    events = counted(leave_one_out(cinema.histories).test)
    said = ablation_seconds(trained.model, events, arithmetic)
    assert said == pytest.approx(arithmetic(lambda: ablation(trained.model, events)), rel=0.25)  # of other lengths


def test_judging_counts_what_the_judge_computes():
    model, users = make(CONFIGS[0]), 2
    question = Question.of(model, HISTORIES[0][:5], 50)

    def judge():
        mark([question] * users, METHODS, 1)
        for method in METHODS:
            if method not in BASELINES:
                verdict(model, [question] * users, method, (), 1)

    assert judging_seconds(question, users, arithmetic) == pytest.approx(arithmetic(judge), rel=0.2)
