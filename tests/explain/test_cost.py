"""What a search is said to cost is what it runs."""

import pytest
import torch

from fame.explain.attribution import METHODS
from fame.explain.cost import method_runs, removal_runs, seconds_a_run
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
    runs = removal_runs(len(history))
    assert runs - len(history) <= counting.ran <= runs + 2
    assert asked
    assert all(0 <= share < 1 for share in asked)


def test_a_run_takes_time():
    assert 0 < seconds_a_run(make(FAME), 5) < 1
