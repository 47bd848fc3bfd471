"""Filters are read, kept as text, and refused in one sentence."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fame.error_analysis.analysis import analyse
from fame.error_analysis.conditions import FilterError, holding, parse
from tests.error_analysis.made import events

MADE = events(400)
GENRE = next(column for column in MADE.columns if column.name == "truth.genre")
LENGTH = MADE.numbers["length"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("truth.genre = a", GENRE.having(1)),
        ("truth.genre != a", ~GENRE.having(1)),
        ("rank<=10", MADE.rank <= 10),
        ("rank > 10", MADE.rank > 10),
        ("rank = 11-20", (MADE.rank >= 11) & (MADE.rank <= 20)),
        ("rank = 1,00-1,20", (MADE.rank >= 100) & (MADE.rank <= 120)),
        ("rank != 200+", MADE.rank < 200),
        ("length = 7", LENGTH == 7),
        ("certainty < 0.25", MADE.numbers["certainty"] < 0.25),
        ("kind = near miss", (MADE.rank > 10) & (MADE.rank <= 20)),
        ("kind = unexplained", (MADE.rank > 20) & (MADE.rank % 2 == 0)),
        ("tag = unexplained", (MADE.rank > 10) & (MADE.rank % 2 == 0)),
    ],
)
def test_a_filter_keeps_the_events_that_it_says(text: str, expected: np.ndarray) -> None:
    np.testing.assert_array_equal(holding(MADE, [parse(text)]), np.flatnonzero(expected))


def test_a_label_of_a_band_comes_before_its_numbers() -> None:
    column = next(column for column in MADE.columns if column.name == "length")
    np.testing.assert_array_equal(holding(MADE, [parse("length = 5-9")]), np.flatnonzero(column.having(2)))


def test_all_filters_must_hold() -> None:
    both = holding(MADE, [parse("truth.genre = a"), parse("truth.genre = b")])
    np.testing.assert_array_equal(both, np.flatnonzero(GENRE.having(1) & GENRE.having(2)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no column, sign and value"),
        ("length", "is no column, sign and value"),
        ("length <", "is no column, sign and value"),
        ("lenght < 5", "did you mean length?"),
        ("rank < many", "is compared with a number"),
        ("rank < nan", "is compared with a number"),
        ("truth.genre = z", "No truth.genre is 'z'"),
        ("truth.genre < b", "has labels, which are no numbers"),
        ("kind = near mis", "did you mean near miss?"),
        ("kind < near miss", "is no number"),
        ("1; DROP TABLE events = 1", "There is no column"),
    ],
)
def test_what_is_no_filter_is_refused_with_one_sentence(text: str, says: str) -> None:
    with pytest.raises(FilterError, match=says.replace("?", r"\?")) as error:
        holding(MADE, [parse(text)])
    assert "\n" not in str(error.value)


@given(st.text(max_size=80))
def test_any_text_is_a_filter_or_a_sentence(text: str) -> None:
    with contextlib.suppress(FilterError):
        condition = parse(text)
        assert parse(condition.text) == condition
        holding(MADE, [condition])


def test_slices_are_filters_of_the_same_events() -> None:
    found = analyse(MADE)
    for row in found.slices.rows:
        again = analyse(MADE, row.conditions)
        assert again.events == row.n
        assert again.measures["NDCG@10"] == pytest.approx(row.mean)
        assert again.measures["HR@10"] == pytest.approx(row.hits)
        assert [parse(condition.text) for condition in row.conditions] == list(row.conditions)
