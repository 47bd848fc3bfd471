"""A counterfactual is true when the model is run again, and no smaller one is."""

from itertools import combinations

import numpy as np
import pytest
import torch

from fame.explain.knockout import runs
from fame.explain.past.counterfactual import fewest_additions, fewest_removals, single_removal, wished_removals
from fame.explain.question import Question, QuestionError
from fame.heads.registry import scores
from fame.model import build
from fame.ranking.recommend import HistoryError, recommend
from tests.model.conftest import FAME, SASREC, make

HISTORIES = [[5, 9, 2, 31, 12], [4, 8, 15, 16], [40, 1, 2, 3, 30, 20], [7, 9]]
CONFIGS = {"fame": FAME, "sasrec": SASREC, "mixture": FAME.model_copy(update={"head": "mixture"})}


def first(model, left, history):
    """What comes first after what is left, of the items outside the whole history."""
    return next(item for item in recommend(model, left, 20).items.tolist() if item not in history)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_fewest_removals_do_it_and_no_fewer_would(name):
    model, sizes = make(CONFIGS[name]), []
    for history in HISTORIES:
        found = fewest_removals(model, history)
        top = first(model, history, history)

        def changes(gone, history=history, top=top):
            return first(model, [v for t, v in enumerate(history) if t not in gone], history) != top

        smallest = next(
            (n for n in range(1, len(history)) if any(changes(g) for g in combinations(range(len(history)), n))), None
        )
        if smallest is None or smallest > 3:
            assert found is None or not found.exact
            continue
        assert found.exact
        assert len(found.removed) == smallest
        left = [v for t, v in enumerate(history) if t not in found.removed]
        assert found.old_top == top
        assert found.new_top == first(model, left, history) != top
        sizes.append(smallest)
    assert sizes


@pytest.mark.parametrize("name", CONFIGS)
def test_one_removal_is_read_off_runs_that_are_at_hand(name):
    model = make(CONFIGS[name])
    for history in [*HISTORIES, [12, 5, 30]]:
        found = fewest_removals(model, history)
        alone = found if found is not None and len(found.removed) == 1 else None
        assert single_removal(model, runs(model, history)) == alone


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("positions", [1, 1_000_000])
def test_what_is_left_out_puts_the_wished_item_first_and_no_fewer_would(name, positions):
    model, history, outcomes = make(CONFIGS[name]), HISTORIES[2], set()
    for wished in recommend(model, history, 12).items.tolist()[1:]:
        found = wished_removals(Question.of(model, history, wished), positions)

        def does(gone, wished=wished):
            return first(model, [v for t, v in enumerate(history) if t not in gone], history) == wished

        assert found.every == {1: 0, 1_000_000: min(3, len(found.removed or (0, 0, 0, 0)) - 1)}[positions]
        fewer = [g for n in range(1, found.every + 1) for g in combinations(range(len(history)), n)]
        assert not any(map(does, fewer))
        assert found.removed is None or does(found.removed)
        outcomes.add(None if found.removed is None else found.fewest)
    assert {None} < outcomes


def stubborn():
    """A model that hears nothing of the history: popularity alone, item 6 first and 40 last."""
    model = build(FAME).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.bias.weight[1:] = torch.arange(40, 0, -1) / 100
        model.bias.weight[6] = 1
    return model


def test_nothing_changes_what_does_not_listen():
    assert fewest_removals(stubborn(), [1, 2, 3]) is None
    assert fewest_removals(stubborn(), [1, 2, 3, 4, 5]) is None
    for history, every in (([1, 2, 3], 2), ([1, 2, 3, 4, 5, 7], 3)):
        found = wished_removals(Question.of(stubborn(), history, 40))
        assert (found.removed, found.every, found.fewest) == (None, every, False)


def test_too_many_choices_are_taken_greedily_and_it_says_so():
    model = make(FAME)
    found = fewest_removals(model, HISTORIES[0], positions=1)
    assert not found.exact
    left = [v for t, v in enumerate(HISTORIES[0]) if t not in found.removed]
    assert found.new_top == first(model, left, HISTORIES[0]) != found.old_top


@pytest.mark.parametrize("name", CONFIGS)
def test_additions_bring_the_wished_item_in(name):
    model, history = make(CONFIGS[name]), HISTORIES[0]
    ranking = recommend(model, history, 35).items.tolist()
    outcomes = set()
    for place in (10, 11, 20, 34):
        found = fewest_additions(model, history, ranking[place])
        assert found.rank == place + 1
        if found.added is None:
            assert found.new_rank > 10
            assert "at best, from" in found.reason
        else:
            assert 1 <= len(found.added) <= 3
            assert not set(found.added) & {*history, ranking[place]}
            again = recommend(model, [*history, *found.added], 10).items.tolist()
            assert again.index(ranking[place]) + 1 == found.new_rank
            one = any(
                ranking[place] in recommend(model, [*history, v], 10).items
                for v in range(1, 41)
                if v not in (ranking[place], *history)
            )
            assert one or len(found.added) > 1
        outcomes.add(found.added is None)
    assert False in outcomes


def test_a_wish_that_cannot_be_met_has_a_reason():
    found = fewest_additions(stubborn(), [1, 2], 40, candidates=[3])
    assert found.added is None
    assert (found.rank, found.new_rank) == (38, 37)  # the added one left the ranking
    assert found.reason == "it comes to rank 37 at best, from 38, with 1 item tried, up to 3 together"
    assert fewest_additions(stubborn(), [1, 2], 6).added == ()  # there already


def test_what_cannot_be_asked_is_said():
    model = make(FAME)
    with pytest.raises(QuestionError, match="one item"):
        fewest_removals(model, [3])
    with pytest.raises(HistoryError, match="empty"):
        fewest_removals(model, [])
    with pytest.raises(QuestionError, match="one item"):
        wished_removals(Question.about(model, [3], 4))
    with pytest.raises(QuestionError, match="already in the history"):
        fewest_additions(model, [3, 4], 4)
    with pytest.raises(QuestionError, match="not in the catalog"):
        fewest_additions(model, [3, 4], 99)


def test_ranks_are_those_of_ranking():
    model = make(FAME)
    found = fewest_additions(model, [3, 4, 5], 20, candidates=[8, 9])
    with torch.inference_mode():
        whole = scores(model, model(torch.tensor([[3, 4, 5]])))[0]
    others = np.setdiff1d(np.arange(1, 41), [3, 4, 5]) - 1
    assert found.rank == 1 + int((whole[others] > whole[19]).sum())
