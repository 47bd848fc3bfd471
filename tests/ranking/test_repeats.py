"""What `recommend` never returns is never counted as a hit: evaluation and recommendation keep one rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fame.data import Events, leave_one_out
from fame.ranking.evaluation import counted, popularity_ranks, rank_of_user, ranks
from fame.ranking.metrics import means
from fame.ranking.recommend import recommend
from tests.data.test_histories import make


@pytest.fixture(params=["trained", "trained_sasrec", "trained_mixture"])
def model(request):
    return request.getfixturevalue(request.param).model


@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=9), min_size=1, max_size=8))
def test_a_repeat_is_a_target_that_was_seen_however_long_ago(lists):
    events = Events(np.arange(len(lists)), make([items[:-1] for items in lists]), np.array([x[-1] for x in lists], int))
    again = [items[-1] in items[:-1] for items in lists]
    assert events.repeated().tolist() == again
    left = counted(events)
    assert left.users.tolist() == [user for user, seen in enumerate(again) if not seen]
    assert [left.histories[row].tolist() for row in range(len(left.targets))] == [
        items[:-1] for items, seen in zip(lists, again, strict=True) if not seen
    ]
    assert len(counted(events, "keep").targets) == len(lists)


@pytest.mark.parametrize("repeats", ["drop", "keep"])
def test_hits_are_the_users_to_whom_the_target_is_recommended(model, rewatched, repeats):
    test = leave_one_out(rewatched.histories).test
    assert 0 < test.repeated().sum() < len(test.targets)
    assert (test.histories.lengths > model.config.length).any()
    some = counted(test, repeats)
    found = means(ranks(model, some, repeats))
    hidden = None if repeats == "drop" else ()
    for k in (5, 10, 20):
        tops = [
            recommend(model, test.histories[row].tolist(), k, hidden=hidden).items for row in range(len(test.users))
        ]
        hits = [int(target) in top for target, top in zip(test.targets, tops, strict=True)]
        assert found[f"HR@{k}"] * len(some.targets) == pytest.approx(sum(hits))
        if repeats == "drop":
            assert not np.array(hits)[test.repeated()].any()
        else:
            assert np.array(hits)[test.repeated()].any()


@pytest.mark.parametrize("repeats", ["drop", "keep"])
def test_the_rank_of_one_user_is_the_rank_that_counts(model, rewatched, repeats):
    test = leave_one_out(rewatched.histories).test
    some = counted(test, repeats)
    wanted = dict(zip(some.users.tolist(), ranks(model, some, repeats).tolist(), strict=True))
    found = {user: rank_of_user(model, rewatched.histories, user, repeats) for user in range(len(rewatched.users))}
    assert {user: rank for user, rank in found.items() if rank is not None} == wanted


def test_a_seen_target_is_last_where_seen_items_are_hidden(model, rewatched):
    test = leave_one_out(rewatched.histories).test
    again = test.repeated()
    assert (ranks(model, test)[again] == model.config.items).all()
    assert np.array_equal(ranks(model, test)[~again], ranks(model, counted(test)))


def test_popularity_follows_the_same_rule(rewatched):
    split = leave_one_out(rewatched.histories)
    counts = np.bincount(split.train.items, minlength=81)
    for repeats in ("drop", "keep"):
        some = counted(split.test, repeats)
        found = popularity_ranks(split.train, some, 80, repeats)
        for row, target in enumerate(some.targets.tolist()):
            hidden = set(some.histories[row].tolist()) if repeats == "drop" else set()
            rivals = [v for v in range(1, 81) if v not in hidden and v != target]
            assert found[row] == 1 + sum(counts[v] >= counts[target] for v in rivals)
