"""Ids are found however they are pasted, and none that is one is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fame.data import HistoryTextError, pasted_ids

KNOWN = ["50", "181", "the matrix", "a,b", "a;b c", "Heat"]


@pytest.mark.parametrize(
    "text", ["50 181 Heat", "50,181,Heat", "50; 181 ;Heat", "50\t181\tHeat", "50\n181\r\n\nHeat\n", "50, 181\nHeat"]
)
def test_whatever_stands_between_ids(text):
    assert pasted_ids(text, KNOWN) == ["50", "181", "Heat"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the matrix\n50", ["the matrix", "50"]),
        ("the matrix, Heat", ["the matrix", "Heat"]),
        ("a,b\na;b c", ["a,b", "a;b c"]),
        ('"a,b",50', ["a,b", "50"]),
        ("no such film", ["no such film"]),
        ("50 none", ["50", "none"]),
        ("", []),
    ],
)
def test_an_id_with_blanks_or_separators_is_one(text, found):
    assert pasted_ids(text, KNOWN) == found


def test_an_open_quote_is_refused():
    with pytest.raises(HistoryTextError, match="is no list of ids"):
        pasted_ids('50,"181', KNOWN)


@given(st.lists(st.sampled_from(KNOWN)), st.sampled_from(["\n", "\r\n", " \n ", "\n\n"]))
def test_a_line_each_gives_back_any_ids(ids, between):
    assert pasted_ids(between.join(ids), KNOWN) == ids
