"""Users in groups by the length of their histories: nobody is lost, whatever the lengths are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fame.explain.facets.groups import BY_LENGTH, FEWEST_USERS, by_group, by_length
from fame.explain.facets.population import Population


def everybody(lengths: list[int]) -> Population:
    n = len(lengths)
    return Population(np.ones((n, 1)), np.ones((n, 1, 1)), np.array(lengths), np.ones(n, int), np.arange(n))


def test_users_whose_histories_are_equally_long_are_one_group(cinema):
    (group,) = by_group(cinema, everybody([7] * 40), BY_LENGTH)
    assert group.name == "7 items"
    assert np.array_equal(group.rows, np.arange(40))
    (group,) = by_group(cinema, everybody([1] * 5), BY_LENGTH)
    assert group.name == "1 item"


@given(st.lists(st.integers(1, 60), min_size=FEWEST_USERS, max_size=200))
def test_everybody_is_in_one_group_of_five_or_more(lengths):
    groups = by_length(np.array(lengths))
    assert sorted(np.hstack([rows for _, rows in groups]).tolist()) == list(range(len(lengths)))
    assert all(len(rows) >= FEWEST_USERS for _, rows in groups)
    assert len(groups) <= 5
    for name, rows in groups:
        bounds = [int(word) for word in name.split() if word.isdigit()]
        own = [lengths[row] for row in rows]
        assert (bounds[0], bounds[-1]) == (min(own), max(own))


def test_fewer_than_five_users_are_no_group(cinema):
    assert by_group(cinema, everybody([3, 3, 4, 9]), BY_LENGTH) == []


def test_many_users_are_in_fifths(cinema):
    groups = by_group(cinema, everybody(list(range(1, 101))), BY_LENGTH)
    assert [group.name for group in groups] == [f"{low} to {low + 19} items" for low in (1, 21, 41, 61, 81)]
