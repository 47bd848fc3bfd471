"""Leave-one-out leaks nothing."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fame.data import leave_one_out
from tests.data.test_histories import make, ragged


@given(ragged)
def test_every_user_is_cut_at_the_end(lists):
    split = leave_one_out(make(lists))
    long = [user for user, items in enumerate(lists) if len(items) >= 3]
    for user, items in enumerate(lists):
        assert split.train[user].tolist() == (items[:-2] if user in long else items)
    for events, back in ((split.validation, 2), (split.test, 1)):
        assert events.users.tolist() == long
        assert events.targets.tolist() == [lists[user][-back] for user in long]
        for row, user in enumerate(long):
            assert events.histories[row].tolist() == lists[user][:-back]


@given(st.lists(st.integers(3, 20), min_size=1, max_size=10))
def test_no_held_out_interaction_is_seen_before_its_time(lengths):
    """Every interaction is its own item here, so that a leak would show."""
    starts = np.cumsum([0, *lengths])
    lists = [list(range(int(a) + 1, int(b) + 1)) for a, b in pairwise(starts)]
    split = leave_one_out(make(lists))
    held = set(split.validation.targets.tolist()) | set(split.test.targets.tolist())
    assert not held & set(split.train.items.tolist())
    assert not set(split.test.targets.tolist()) & set(split.validation.histories.items.tolist())
    assert len(held) == 2 * len(lists)
