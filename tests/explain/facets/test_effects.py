"""Shares of facets add up, experts are left out for real, weights can be changed, and two items compared."""

from itertools import permutations

import numpy as np
import pytest
import torch

from fame.explain.facets.contrast import contrast, contrast_runs
from fame.explain.facets.effects import expert_effects, facet_knockouts, facet_shares, rank_biased_overlap
from fame.explain.facets.what_if import Weight, WeightError, what_if
from fame.explain.families.anatomy import fit
from fame.explain.knockout import knockout, runs
from fame.explain.question import Question, QuestionError
from fame.model import Edit, Intervention
from fame.ranking.recommend import HistoryError, recommend, take_apart
from tests.model.conftest import FAME, SASREC, make

HISTORY, TARGET = [5, 9, 2, 31, 9], 17
MIXTURE = FAME.model_copy(update={"head": "mixture"})


def log_p(model, change=None):
    return float(np.log(take_apart(model, HISTORY, [TARGET], change).probability[0]))


@pytest.mark.parametrize(("config", "missing"), [(FAME, "renormalised"), (FAME, "dropped"), (MIXTURE, "renormalised")])
def test_shares_of_facets_sum_to_the_whole_effect(config, missing):
    model = make(config)
    found = facet_shares(Question.of(model, HISTORY, TARGET), missing)
    popularity = float(model.bias()[1:].detach().log_softmax(0)[TARGET - 1])
    assert np.isclose(found.nothing, popularity, atol=1e-4)
    assert np.isclose(found.values.sum(), log_p(model) - popularity, atol=1e-4)

    def worth(present):
        scale = torch.tensor([float(h in present) for h in range(3)])
        return log_p(model, Intervention(gate=Edit(scale=scale, renormalise=missing == "renormalised")))

    by_hand = np.zeros(3)
    for order in permutations(range(3)):
        for place, h in enumerate(order):
            by_hand[h] += (worth(order[: place + 1]) - worth(order[:place])) / 6
    assert np.allclose(found.values, by_hand, atol=1e-4)
    without = [worth([k for k in range(3) if k != h]) for h in range(3)]
    assert np.allclose(found.alone, log_p(model) - np.array(without), atol=1e-4)

    def rank(present):
        scale = torch.tensor([float(h in present) for h in range(3)])
        change = Intervention(gate=Edit(scale=scale, renormalise=missing == "renormalised"))
        return 1 + recommend(model, HISTORY, 36, change).items.tolist().index(TARGET)

    assert found.rank == rank(range(3))
    assert found.rank_without.tolist() == [rank([k for k in range(3) if k != h]) for h in range(3)]


def test_an_expert_is_left_out_by_its_router_weight():
    for config in (FAME, MIXTURE):
        model = make(config)
        found = expert_effects(Question.of(model, HISTORY, TARGET))
        assert found.effect.shape == found.rank_without.shape == found.overlap.shape == (3, 4)
        everything = recommend(model, HISTORY, 10)
        unseen = [v for v in range(1, 41) if v not in HISTORY]
        for h, n in ((0, 1), (2, 3)):
            scale = torch.ones(3, 4)
            scale[h, n] = 0
            change = Intervention(router=Edit(scale=scale, renormalise=True))
            assert np.isclose(found.effect[h, n], log_p(model) - log_p(model, change), atol=1e-4)
            without = recommend(model, HISTORY, len(unseen), change).items.tolist()
            assert found.rank_without[h, n] == without.index(TARGET) + 1
            assert np.isclose(found.overlap[h, n], rank_biased_overlap(everything.items.tolist(), without[:10]))


def test_a_facet_that_says_the_same_of_every_item_changes_no_ranking():
    model = make(FAME)
    with torch.no_grad():
        model.item_facets.weight.view(3, 8, 24)[1] = 0  # so its part is 0 for every item
    found = knockout(model, HISTORY, TARGET)
    assert found.facet_rank[1] == found.rank
    assert found.facet_kept[1] == 10
    assert np.isclose(found.facet_effect[1], 0, atol=1e-5)
    shares = facet_shares(Question.of(model, HISTORY, TARGET), "dropped")
    assert np.isclose(shares.values[1], 0, atol=1e-5)
    assert np.abs(shares.values[[0, 2]]).min() > 1e-3


def test_overlap_of_rankings_by_hand():
    assert np.isclose(rank_biased_overlap([1, 2, 3], [1, 2, 3]), 1)
    assert rank_biased_overlap([1, 2, 3], [4, 5, 6]) == 0
    # agreement 0 at depth 1 and all at depth 2
    assert np.isclose(rank_biased_overlap([1, 2], [2, 1]), 0.9**2 + 0.1 / 0.9 * 0.9**2)
    assert rank_biased_overlap([1, 2, 3, 4], [1, 2, 4, 3]) > rank_biased_overlap([1, 2, 3, 4], [2, 1, 3, 4])


def test_what_has_no_facets_says_so():
    question = Question.of(make(SASREC), HISTORY, TARGET)
    for ask in (expert_effects, lambda q: facet_shares(q, "dropped")):
        with pytest.raises(QuestionError, match="SASRec, which has no facets"):
            ask(question)
    with pytest.raises(QuestionError, match="none can be dropped"):
        facet_shares(Question.of(make(MIXTURE), HISTORY, TARGET), "dropped")


@pytest.mark.parametrize("config", [FAME, MIXTURE])
@pytest.mark.parametrize("renormalise", [True, False])
def test_the_models_own_weights_change_nothing(config, renormalise):
    model = make(config)
    own = recommend(model, HISTORY, 40 - len(set(HISTORY)))
    changes = [Weight(h, set=float(own.gate[-1, h]), position=4) for h in range(3)]
    changes += [Weight(h, n, float(own.router[t, h, n]), position=t) for t in range(5) for h in range(3)
                for n in range(4)]  # fmt: skip
    for some in ([], changes):
        same = what_if(model, HISTORY, some, 40, renormalise)
        assert same.items.tolist() == own.items.tolist()
        assert np.allclose(same.probability, own.probability, atol=1e-5)


def test_a_changed_weight_is_the_one_that_was_named():
    model = make(FAME)
    own = recommend(model, HISTORY, 5)
    off = what_if(model, HISTORY, [Weight(1, scale=0)])
    assert np.allclose(off.gate[:, 1], 0)
    assert np.allclose(off.gate.sum(1), 1)
    double = what_if(model, HISTORY, [Weight(1, scale=2, position=2)], renormalise=False)
    assert np.allclose(double.gate[2, 1], 2 * own.gate[2, 1])
    assert np.allclose(np.delete(double.gate, 2, 0), np.delete(own.gate, 2, 0))
    assert double.first(5).items.tolist() == own.items.tolist()  # what is not the newest reaches nothing
    expert = what_if(model, HISTORY, [Weight(2, 0, set=0.5, position=4)], renormalise=False)
    assert np.isclose(expert.router[4, 2, 0], 0.5)
    assert np.allclose(expert.router[:4], own.router[:4])
    assert not np.allclose(expert.score[:5], own.score)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (Weight(3), "no facet 3; the model has 3"),
        (Weight(0, 4), "no expert 4; a facet has 4"),
        (Weight(0, position=5), "no position 5; the model reads 5"),
        (Weight(0, scale=-1), "is negative"),
        (Weight(0, set=float("nan")), "not finite"),
    ],
)
def test_a_wrong_weight_is_named(weight, said):
    with pytest.raises(WeightError, match=said):
        what_if(make(FAME), HISTORY, [weight])


def test_two_items_are_compared_part_by_part(trained, trained_mixture, trained_sasrec, cinema):
    for checkpoint in (trained, trained_mixture, trained_sasrec):
        model = checkpoint.model
        found = contrast(model, HISTORY, 40, 50, fit(model, cinema.catalog))
        apart = take_apart(model, HISTORY, [40, 50])
        assert np.isclose(found.score, apart.score[0] - apart.score[1])
        if found.responsibilities is None:
            assert np.isclose(found.bias + found.anatomy.sum() + found.rest, found.score, atol=1e-4)
            if len(found.contributions):
                assert np.isclose(found.bias + found.contributions.sum(), found.score, atol=1e-4)
        else:
            assert found.rest is None
            assert np.isclose(found.responsibilities.sum(), 0, atol=1e-4)
        back = contrast(model, HISTORY, 50, 40, fit(model, cinema.catalog))
        assert np.allclose(back.attribution.values, -found.attribution.values, atol=1e-4)


@pytest.mark.parametrize(("config", "missing"), [(FAME, "renormalised"), (FAME, "dropped"), (MIXTURE, "renormalised")])
@pytest.mark.parametrize("history", [HISTORY, [7]])
def test_a_facet_is_left_out_of_the_first_ten_by_its_gate_weight(config, missing, history):
    model = make(config)
    found = facet_knockouts(model, history, missing)
    assert found.top.tolist() == recommend(model, history, 10).items.tolist()
    for h in range(3):
        off = Weight(h, scale=0)
        without = what_if(model, history, [off], 10, renormalise=missing == "renormalised").items.tolist()
        assert found.top_without[h].tolist() == without
        assert np.isclose(found.overlap[h], rank_biased_overlap(found.top.tolist(), without))


def test_popularity_is_why_dropping_and_renormalising_differ():
    """Without it the other facets' parts all grow by one factor, which changes no ranking."""
    plain = make(FAME.model_copy(update={"popularity": False}))
    both = [facet_knockouts(plain, HISTORY, missing).top_without for missing in ("renormalised", "dropped")]
    assert (both[0] == both[1]).all()


@pytest.mark.parametrize(
    ("config", "history", "missing", "error", "said"),
    [
        (SASREC, HISTORY, "dropped", QuestionError, "has no facets"),
        (MIXTURE, HISTORY, "dropped", QuestionError, "none can be dropped"),
        (FAME, [], "dropped", HistoryError, "empty"),
        (FAME, list(range(1, 41)), "dropped", HistoryError, "every item"),
    ],
)
def test_a_facet_that_cannot_be_left_out_is_told_of(config, history, missing, error, said):
    with pytest.raises(error, match=said):
        facet_knockouts(make(config), history, missing)


def test_an_expert_can_be_left_out_after_one_item():
    model = make(FAME)
    found = expert_effects(Question.about(model, [7], TARGET))
    scale = torch.ones(3, 4)
    scale[1, 1] = 0
    without = recommend(model, [7], 10, Intervention(router=Edit(scale=scale, renormalise=True))).items
    assert found.top_without[1, 1].tolist() == without.tolist()
    with pytest.raises(QuestionError, match="empty"):
        Question.about(model, [], TARGET)


def test_runs_at_hand_give_the_same_comparison(trained, trained_mixture, trained_sasrec, cinema):
    for checkpoint in (trained, trained_mixture, trained_sasrec):
        model, anatomy = checkpoint.model, fit(checkpoint.model, cinema.catalog)
        asked, at_hand = contrast(model, HISTORY, 40, 50, anatomy), runs(model, HISTORY)
        for this, that in ((40, 50), (50, 40)):
            again = contrast_runs(model, at_hand, this, that, anatomy)
            sign = 1 if this == 40 else -1
            assert np.allclose(again.attribution.values, sign * asked.attribution.values, atol=1e-4)
            assert np.allclose(again.contributions, sign * asked.contributions, atol=1e-5)
            assert np.isclose(again.score, sign * asked.score, atol=1e-5)
    with pytest.raises(QuestionError, match="one item"):
        contrast_runs(trained.model, runs(trained.model, [5]), 40, 50, fit(trained.model, cinema.catalog))
