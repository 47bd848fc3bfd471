"""A claim about one past item is a fact of all runs; one about several is made by chance in one case of twenty."""

import numpy as np
import pytest
import torch
from scipy.stats import binom

from fame.explain.knockout import runs
from fame.explain.past.claim import CLAIM_DRAWS, LEAST_FALL, SAME_FALL, Claim, alone, claim, sets_by_lot, together
from fame.explain.past.kinds import Method
from fame.explain.past.methods import attribute
from fame.explain.past.records import Attribution, most_first
from fame.explain.question import Question
from fame.heads.registry import scores
from fame.model import Intervention, build
from fame.ranking.recommend import recommend, take_apart
from tests.model.conftest import FAME, SASREC, make

HISTORY = [5, 9, 2, 31, 12, 20, 33]
CONFIGS = {"fame": FAME, "sasrec": SASREC, "mixture": FAME.model_copy(update={"head": "mixture"})}


def said(question: Question, values: list[float], method: Method = "attention") -> Attribution:
    """An attribution with these values."""
    found = np.array(values)
    return Attribution(
        method, question.target, question.rival, question.read.numpy(), found, most_first(found), "", None
    )


def log_p(model, history, item) -> float:
    return float(np.log(take_apart(model, history, [item]).probability[0]))


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("rival", [None, 4])
@pytest.mark.parametrize("ran", [True, False])
def test_what_is_said_of_one_item_is_a_fact_of_all_runs(name, rival, ran):
    model = make(CONFIGS[name])
    target = next(item for item in recommend(model, HISTORY, 3).items.tolist() if item != rival)
    found = alone(Question.of(model, HISTORY, target, rival), runs(model, HISTORY) if ran else None)

    def value(history):
        return log_p(model, history, target) - (log_p(model, history, rival) if rival else 0)

    falls = [value(HISTORY) - value(HISTORY[:t] + HISTORY[t + 1 :]) for t in range(7)]
    (best,) = found.items
    left = HISTORY[:best] + HISTORY[best + 1 :]
    assert best == int(np.argmax(falls))
    assert np.isclose(found.fall, falls[best], atol=1e-4)
    assert np.allclose(found.others, falls[:best] + falls[best + 1 :], atol=1e-4)
    fresh = [item for item in recommend(model, left, 40).items.tolist() if item not in HISTORY]
    assert found.rank_without == fresh.index(target) + 1
    assert (found.lead_without is None) == (rival is None)
    if rival:
        assert np.isclose(found.lead_without, value(left), atol=1e-4)
    assert found.exact
    assert found.holds == (falls[best] >= LEAST_FALL and falls[best] > sorted(falls)[-2] + SAME_FALL)


def test_what_is_said_of_one_item_does_not_hang_on_the_method():
    model = make(FAME)
    question = Question.of(model, HISTORY, recommend(model, HISTORY, 1).items[0])
    right = attribute(question, "occlusion-remove")
    assert claim(question, right).items == (int(right.order[0]),)
    wrong = claim(question, said(question, (-right.values).tolist()))
    assert wrong.items == (int(right.order[0]),)


@pytest.mark.parametrize(("others", "most"), [([0.2, 0.9], False), ([0.2, 0.89995], False), ([0.2, 0.8], True)])
def test_of_two_items_that_do_the_same_neither_does_most(others, most):
    found = Claim((0,), "remove", 1, 4, 0.9, None, np.array(others), np.array([1, 4]))
    assert found.most == found.holds == most


@pytest.mark.parametrize(("method", "way"), [("occlusion-remove", "mask"), ("occlusion-mask", "remove")])
def test_several_are_left_out_in_the_way_that_the_method_does_not_use(method, way):
    model = make(FAME)
    history = [*HISTORY, 7, 14, 22, 40, 3]
    question = Question.of(model, history, recommend(model, history, 1).items[0])
    two, three = together(question, attribute(question, method))
    for found in (two, three):
        assert found.way == way
        assert len(found.others) == CLAIM_DRAWS
        kept = [t not in found.items for t in range(12)]
        with torch.inference_mode():
            if way == "mask":
                output = model(torch.tensor([history]), Intervention(keep=torch.tensor([kept])))
            else:
                output = model(torch.tensor([[v for v, k in zip(history, kept, strict=True) if k]]))
            left = float(scores(model, output)[0].log_softmax(0)[question.target - 1])
        assert np.isclose(found.fall, log_p(model, history, question.target) - left, atol=1e-4)


def test_the_sets_drawn_are_other_sets_and_new_for_each_size():
    for size in (2, 3):
        drawn = sets_by_lot(10, tuple(range(size)), 0)
        assert len({tuple(one) for one in drawn}) == len(drawn) == CLAIM_DRAWS
        assert list(range(size)) not in drawn
        assert all(len(set(one)) == size for one in drawn)
        assert any(0 in one for one in drawn)  # they may share an item with the claimed set
    assert sets_by_lot(10, (0, 1), 0) != sets_by_lot(10, (0, 1), 1)


def test_a_history_too_short_to_tell_from_chance_gets_no_claim_about_several():
    model = make(FAME)
    question = Question.of(model, HISTORY, recommend(model, HISTORY, 1).items[0])
    assert together(question, said(question, [1.0] * 7)) == []


@pytest.mark.parametrize("method", ["occlusion-remove", "attention"])
def test_shuffled_attributions_are_claimed_in_at_most_one_case_of_twenty(method):
    """However strongly one item does everything: a set with it does more than any set without."""
    model, rng, claims, length, events = make(FAME), np.random.default_rng(0), 0, 12, 200
    for _ in range(events):
        history = (rng.permutation(39)[:length] + 1).tolist()
        question = Question.of(model, history, 40)
        shuffled = said(question, rng.permutation(length) + 1.0, method)
        claims += any(found.fall > 0 and found.most for found in together(question, shuffled))
    assert claims <= binom.ppf(0.999, events, 0.05)


def test_what_a_method_finds_is_claimed_of_several():
    model = make(FAME)
    history = (np.random.default_rng(5).permutation(39)[:12] + 1).tolist()
    hits = 0
    for target in range(1, 41):
        if target in history:
            continue
        question = Question.of(model, history, target)
        made = together(question, attribute(question, "greedy"))
        hits += any(found.holds for found in made)
    assert hits > 3


def test_a_model_that_does_not_listen_has_nothing_to_claim():
    model = build(FAME).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    question = Question.of(model, HISTORY, 17)
    assert claim(question, attribute(question, "occlusion-remove")) is None
    assert claim(question, attribute(question, "recency")) is None
