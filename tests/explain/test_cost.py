"""What a search is said to cost is what it runs."""

import pytest
import torch

from fame.explain.attribution import METHODS
from fame.explain.cost import (
    Pace,
    addition_seconds,
    method_runs,
    method_seconds,
    removal_runs,
    removal_seconds,
)
from fame.explain.counterfactual import fewest_removals
from fame.explain.methods import attribute
from fame.explain.question import Question
from tests.model.conftest import FAME, make


class Counting:
    """A model that counts the histories that it runs."""

    def __init__(self, model):
        self.model, self.ran = model, 0

    def __call__(self, items, *rest, **options):
        self.ran += len(items)
        return self.model(items, *rest, **options)

    def __getattr__(self, name):
        return getattr(self.model, name)


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("integrated-gradients", "gradient-x-input")])
def test_a_method_runs_as_often_as_is_said(method):
    for history in ([3, 7], [5, 9, 2, 31, 12, 20, 33]):
        model = Counting(make(FAME))
        attribute(Question.of(model, history, 17), method)
        assert model.ran == method_runs(method, len(history))


def test_the_search_for_removals_runs_at_most_as_often_as_is_said():
    model = make(FAME)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.bias.weight[1:] = torch.arange(40, 0, -1) / 100
    counting, asked = Counting(model), []
    history = list(range(20, 28))
    assert fewest_removals(counting, history, watch=asked.append) is None
    runs = sum(removal_runs(len(history)))
    assert runs - len(history) <= counting.ran <= runs + 2
    assert asked
    assert all(0 <= share < 1 for share in asked)


def test_what_is_timed_scores_the_catalog():
    """Of two models that encode alike the one with a thousand times the items takes longer."""
    few, many = (make(FAME.model_copy(update={"items": items})) for items in (400, 400_000))
    history = list(range(1, 9))
    for reckon in (
        lambda model: method_seconds(Question.of(model, history, 17), "greedy"),
        lambda model: method_seconds(Question.of(model, history, 17), "shapley"),
        lambda model: removal_seconds(model, history),
        lambda model: addition_seconds(model, history),
    ):
        assert 0 < reckon(few) < reckon(many)


def test_seconds_are_those_of_the_calls():
    asked = []
    pace = Pace.of(asked.append, 16)
    assert set(asked) == {1, 16}
    assert Pace(0.5, 0.1).seconds(20, 4) == pytest.approx(4.0)
    assert pace.seconds(0, 1) >= 0
