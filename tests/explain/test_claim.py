"""A claim about past items is what running without them shows, and more than others do; else nothing is claimed."""

import numpy as np
import pytest
import torch

from fame.explain.attribution import Attribution, most_first
from fame.explain.claim import LEAST, claim
from fame.explain.knockout import runs
from fame.explain.methods import attribute
from fame.explain.question import Question
from fame.model import build
from fame.ranking.recommend import recommend, take_apart
from tests.model.conftest import FAME, SASREC, make

HISTORY = [5, 9, 2, 31, 12, 20, 33]
CONFIGS = {"fame": FAME, "sasrec": SASREC, "mixture": FAME.model_copy(update={"head": "mixture"})}


def said(question: Question, values: list[float]) -> Attribution:
    """An attribution with these values."""
    found = np.array(values)
    return Attribution(
        "attention", question.target, question.rival, question.read.numpy(), found, most_first(found), "", None
    )


def log_p(model, history, item) -> float:
    return float(np.log(take_apart(model, history, [item]).probability[0]))


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("rival", [None, 4])
def test_a_claim_is_what_running_without_the_items_shows(name, rival):
    model = make(CONFIGS[name])
    target = next(item for item in recommend(model, HISTORY, 3).items.tolist() if item != rival)
    question = Question.of(model, HISTORY, target, rival)
    found = claim(question, attribute(question, "occlusion-remove"))
    left = [item for t, item in enumerate(HISTORY) if t not in found.items]

    def value(history):
        return log_p(model, history, target) - (log_p(model, history, rival) if rival else 0)

    assert np.isclose(found.fall, value(HISTORY) - value(left), atol=1e-4)
    fresh = [item for item in recommend(model, left, 40).items.tolist() if item not in HISTORY]
    assert found.rank_without == fresh.index(target) + 1
    assert (found.lead_without is None) == (rival is None)
    if rival:
        assert np.isclose(found.lead_without, value(left), atol=1e-4)
    assert found.holds == (found.fall >= LEAST and found.fall > found.others.max())


def test_the_others_are_as_many_and_other_items():
    model = make(FAME)
    question = Question.of(model, HISTORY, recommend(model, HISTORY, 1).items[0])
    values = [-float(np.inf)] * 7
    values[2] = 1.0
    found = claim(question, said(question, values))
    assert found.items == (2,)
    each = [
        log_p(model, HISTORY, question.target) - log_p(model, HISTORY[:t] + HISTORY[t + 1 :], question.target)
        for t in range(7)
        if t != 2
    ]
    assert np.allclose(sorted(found.others), sorted(each), atol=1e-4)


def test_an_order_that_is_upside_down_is_not_claimed():
    model = make(FAME)
    question = Question.of(model, HISTORY, recommend(model, HISTORY, 1).items[0])
    right = attribute(question, "occlusion-remove")
    assert claim(question, right).fall == pytest.approx(right.values.max(), abs=1e-4)
    wrong = claim(question, said(question, (right.values.max() - right.values + 1).tolist()))
    assert not wrong.holds


def test_a_model_that_does_not_listen_has_nothing_to_claim():
    model = build(FAME).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    question = Question.of(model, HISTORY, 17)
    assert claim(question, attribute(question, "occlusion-remove")) is None
    assert not claim(question, attribute(question, "recency")).holds


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("rival", [None, 4])
def test_runs_at_hand_make_the_same_claim(name, rival):
    model = make(CONFIGS[name])
    target = next(item for item in recommend(model, HISTORY, 3).items.tolist() if item != rival)
    question = Question.of(model, HISTORY, target, rival)
    values = [-1.0] * len(HISTORY)
    values[3] = 1.0
    ran, found = (claim(question, said(question, values), at_hand=one) for one in (None, runs(model, HISTORY)))
    assert ran.items == found.items == (3,)
    assert (ran.rank, ran.rank_without) == (found.rank, found.rank_without)
    assert np.isclose(ran.fall, found.fall, atol=1e-4)
    assert np.allclose(ran.others, found.others, atol=1e-4)
    assert ran.others_rank.tolist() == found.others_rank.tolist()
    assert ran.lead_without == pytest.approx(found.lead_without, abs=1e-4)
