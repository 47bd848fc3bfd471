"""The gate that is said to put an item first does, and where none is said to, none does."""

import numpy as np
import pytest

from fame.explain.facets.what_if import reweigh
from fame.explain.facets.wished_gate import wished_gate
from fame.explain.question import Question, QuestionError
from fame.ranking.recommend import recommend
from tests.model.conftest import FAME, SASREC, make

HISTORY = [5, 9, 2, 31, 12]


def test_it_puts_the_item_first_and_where_there_is_none_no_gate_of_many_does():
    model, H = make(FAME), len(FAME.facets)
    own, drawn = recommend(model, HISTORY, 30), np.random.default_rng(0).dirichlet(np.full(H, 0.5), 300)
    firsts = {
        int(reweigh(model, HISTORY, dict(enumerate(map(float, gate))), {}, k=1).ranking.items[0]) for gate in drawn
    }
    assert len(firsts) > 2
    found = {int(item): wished_gate(Question.about(model, HISTORY, int(item))) for item in own.items}
    assert firsts <= {item for item, one in found.items() if one is not None}
    assert any(one is None for one in found.values())
    for item, one in found.items():
        if one is None:
            continue
        assert one.gate.sum() == pytest.approx(1)
        again = reweigh(model, HISTORY, dict(enumerate(map(float, one.gate))), {}, k=1)
        assert again.ranking.items[0] == item
        assert np.allclose(one.own, own.gate[-1], atol=1e-6)
        assert one.moved == pytest.approx(np.abs(one.gate - one.own).sum() / 2)
    assert found[int(own.items[0])].moved == pytest.approx(0, abs=0.05)


def test_no_gate_that_moves_less_puts_it_first():
    model, H = make(FAME), len(FAME.facets)
    rng = np.random.default_rng(1)
    for item in recommend(model, HISTORY, 12).items.tolist():
        one = wished_gate(Question.about(model, HISTORY, item))
        if one is None or one.moved < 0.02:
            continue
        for _ in range(40):
            way = rng.dirichlet(np.full(H, 0.5)) - one.own
            closer = one.own + 0.9 * one.moved / (np.abs(way).sum() / 2) * way
            if closer.min() >= 0:
                gate = dict(enumerate(map(float, closer)))
                assert reweigh(model, HISTORY, gate, {}, k=1).ranking.items[0] != item


def test_a_model_without_a_gate_that_adds_is_told_of():
    for config in (SASREC, FAME.model_copy(update={"head": "mixture"})):
        with pytest.raises(QuestionError, match="adds scores"):
            wished_gate(Question.about(make(config), HISTORY, 1))
