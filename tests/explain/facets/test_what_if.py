"""Choosing weights and leaving items out: the model's own give its own answer, and what is chosen is what it weighs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fame.explain.facets.what_if import WeightError, reweigh
from fame.explain.past.counterfactual import fewest_removals
from fame.ranking.recommend import HistoryError, recommend
from tests.model.conftest import FAME, SASREC, make

MIXTURE = FAME.model_copy(update={"head": "mixture"})
HISTORY = [5, 9, 2, 31, 12]
shares = st.floats(0, 1, allow_subnormal=False, width=32)
placed = st.tuples(st.integers(0, 2), st.integers(0, 3))


@pytest.mark.parametrize("config", [FAME, MIXTURE, SASREC])
def test_nothing_chosen_is_the_models_own_answer(config):
    model = make(config)
    own, found = recommend(model, HISTORY, 10), reweigh(model, HISTORY, {}, {}, k=10)
    assert found.ranking.as_json() == own.as_json()
    assert np.array_equal(found.gate, own.gate[-1])


@pytest.mark.parametrize("config", [FAME, MIXTURE])
def test_choosing_the_models_own_weights_changes_nothing(config):
    model = make(config)
    own = recommend(model, HISTORY, 35)
    gate = {h: float(own.gate[-1, h]) for h in (0, 2)}
    router = {(1, n): float(own.router[-1, 1, n]) for n in range(config.experts)}
    found = reweigh(model, HISTORY, gate, router, k=35)
    assert np.array_equal(found.ranking.items, own.items)
    assert np.allclose(found.ranking.score, own.score, atol=1e-5)
    assert np.allclose(found.gate, own.gate[-1], atol=1e-6)
    assert np.allclose(found.router, own.router[-1], atol=1e-6)


@pytest.mark.parametrize("config", [FAME, MIXTURE])
@given(gate=st.dictionaries(st.integers(0, 2), shares), router=st.dictionaries(placed, shares))
@settings(max_examples=25, deadline=None)
def test_a_chosen_weight_is_what_the_model_weighs_and_no_other_changes(config, gate, router):
    model = make(config)
    if config is MIXTURE and len(gate) == 3 and not any(gate.values()):
        return
    found, routed = reweigh(model, HISTORY, gate, router, k=35), reweigh(model, HISTORY, {}, router)
    own = recommend(model, HISTORY, 1).router[-1]
    for h in range(3):  # the gate reads what the routers made of the facets
        assert np.isclose(found.gate[h], gate.get(h, routed.gate[h]), atol=1e-6)
        for n in range(config.experts):
            assert np.isclose(found.router[h, n], router.get((h, n), own[h, n]), atol=1e-6)
    assert 0 < found.ranking.probability.sum() <= 1 + 1e-5


def test_left_out_items_are_not_read_and_stay_out_of_the_answer():
    model = make(FAME)
    found = reweigh(model, HISTORY, {}, {}, [1, 3], k=10).ranking
    again = [item for item in recommend(model, [5, 2, 12], 40).items.tolist() if item not in HISTORY]
    assert found.items.tolist() == again[:10]
    with pytest.raises(HistoryError, match="empty"):
        reweigh(model, HISTORY, {}, {}, range(5))


def test_no_older_item_takes_the_place_of_one_that_is_left_out():
    model = make(FAME)
    history = list(range(1, 17))  # of which twelve are read
    found = reweigh(model, history, {}, {}, [14], k=10).ranking
    assert found.history.tolist() == [*range(5, 15), 16]
    again = [item for item in recommend(model, [*range(5, 15), 16], 40).items.tolist() if item not in history]
    assert found.items.tolist() == again[:10]
    assert np.array_equal(reweigh(model, history, {}, {}, k=10).ranking.items, recommend(model, history, 10).items)
    removal = fewest_removals(model, history)
    places = [len(history) - FAME.length + t for t in removal.removed]
    assert reweigh(model, history, {}, {}, places, k=1).ranking.items.tolist() == [removal.new_top]


def test_every_facet_off_leaves_popularity_alone():
    model = make(FAME.model_copy(update={"popularity": True}))
    found = reweigh(model, HISTORY, dict.fromkeys(range(len(FAME.facets)), 0.0), {}, k=40)
    assert not found.gate.any()
    assert np.allclose(found.ranking.contributions, 0, atol=1e-6)
    assert np.all(np.diff(found.ranking.bias) <= 1e-6)
    with pytest.raises(WeightError, match="leave one on"):
        reweigh(make(MIXTURE), HISTORY, dict.fromkeys(range(len(FAME.facets)), 0.0), {})


@pytest.mark.parametrize("bad", [{0: float("nan")}, {0: -0.1}, {0: float("inf")}, {9: 0.5}])
def test_a_weight_that_cannot_be_is_refused(bad):
    with pytest.raises(WeightError):
        reweigh(make(FAME), HISTORY, bad, {})
