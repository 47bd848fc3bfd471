"""What a recommendation promises: exact parts, the same items as brute force, nothing that was seen."""

import json

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fame.model import Edit, Intervention
from fame.ranking import recommend as module
from fame.ranking.recommend import HistoryError, recommend, recommend_and_take_apart, take_apart
from fame.ranking.recommendation import Recommendation
from fame.runs.execute import along


@pytest.fixture(params=["trained", "trained_sasrec"])
def model(request):
    return request.getfixturevalue(request.param).model


@pytest.fixture(params=["trained", "trained_sasrec", "trained_mixture"])
def any_model(request):
    return request.getfixturevalue(request.param).model


histories = st.lists(st.integers(1, 80), min_size=1, max_size=30)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_parts_add_up_and_the_items_are_those_of_brute_force(model, history):
    answer = recommend(model, history, 10)
    if len(model.config.facets):
        total = answer.reference + answer.bias + answer.contributions.sum(1)
        assert np.allclose(total, answer.score, atol=1e-4)
        assert np.allclose([answer.above(row) for row in range(len(total))], answer.contributions.sum(1), atol=1e-4)

    with torch.inference_mode():
        output = model(torch.tensor([history[-model.config.length :]]))
        scores = (output.query[0, -1] @ model.table().T + model.bias()).numpy()
    allowed = np.setdiff1d(np.arange(1, 81), history)
    best = allowed[np.argsort(-scores[allowed], kind="stable")][: min(10, len(allowed))]
    assert answer.items.tolist() == best.tolist()
    assert np.allclose(answer.score, scores[best], atol=1e-5)
    softmax = np.exp(scores[1:] - scores[1:].max())
    assert np.allclose(answer.probability, softmax[best - 1] / softmax.sum(), atol=1e-6)


def test_contributions_are_against_the_average_item(trained):
    """Centred over the catalog: a facet's parts of all items average to nothing, and so does the bias."""
    everything = take_apart(trained.model, [3, 9, 27], range(1, 81))
    assert np.allclose(everything.contributions.mean(0), 0, atol=1e-5)
    assert abs(everything.bias.mean()) < 1e-5
    assert everything.contributions.std(0).max() > 1e-3
    assert np.isclose(everything.probability.sum(), 1, atol=1e-5)


def test_take_apart_agrees_with_recommend(any_model):
    answer = recommend(any_model, [3, 9, 27], 5)
    again = take_apart(any_model, [3, 9, 27], answer.items.tolist())
    for name in ("score", "probability", "bias", "contributions", "gate"):
        assert np.allclose(getattr(answer, name), getattr(again, name), atol=1e-6), name


@pytest.mark.parametrize("target", [None, 50, 3])
def test_the_most_likely_and_one_item_come_of_one_pass(any_model, target, monkeypatch):
    hidden = [3, 9, 27, 11]
    expected = recommend(any_model, [3, 9, 27], 5, hidden=hidden)
    item = int(expected.items[0]) if target is None else target
    passes = []
    monkeypatch.setattr(module, "along", lambda *asked: passes.append(asked) or along(*asked))
    answer, asked = recommend_and_take_apart(any_model, [3, 9, 27], 5, target, hidden)
    assert len(passes) == 1
    monkeypatch.undo()
    for found, alone in ((answer, expected), (asked, take_apart(any_model, [3, 9, 27], [item]))):
        assert found.items.tolist() == alone.items.tolist()
        for name in ("score", "probability", "bias", "contributions", "gate", "router"):
            assert np.allclose(getattr(found, name), getattr(alone, name), atol=1e-6), name


def test_only_the_newest_items_are_read_but_all_are_left_out(trained):
    length = trained.model.config.length
    long = list(range(1, 41))
    answer = recommend(trained.model, long, 20)
    assert answer.history.tolist() == long[-length:]
    assert not set(answer.items.tolist()) & set(long)
    assert len(answer.gate) == length


def test_repeated_items_are_a_history_like_any_other(trained):
    answer = recommend(trained.model, [5, 5, 5], 5)
    assert len(answer.gate) == 3
    assert 5 not in answer.items


def test_an_intervention_reaches_the_ranking(trained):
    off = Intervention(gate=Edit(scale=torch.tensor([0.0, 1.0, 1.0, 1.0])))
    plain, without = recommend(trained.model, [3, 9], 5), recommend(trained.model, [3, 9], 5, off)
    assert np.allclose(without.contributions[:, 0], 0)
    assert not np.allclose(plain.score, without.score)


@pytest.mark.parametrize(
    ("history", "k", "named"),
    [([], 5, "empty"), ([1], 0, "k is 0"), (list(range(1, 81)), 5, "all 80 items")],
)
def test_what_cannot_be_answered_is_said(trained, history, k, named):
    with pytest.raises(HistoryError, match=named):
        recommend(trained.model, history, k)


def test_an_answer_can_be_stored_and_read(any_model):
    answer = recommend(any_model, [3, 9, 27], 5)
    again = Recommendation.from_json(json.loads(json.dumps(answer.as_json())))
    for name, value in vars(answer).items():
        assert np.array_equal(value, getattr(again, name)), name
        assert np.shape(value) == np.shape(getattr(again, name)), name
    assert len(answer.first(2).items) == 2
