"""What is said of many events holds over all of them."""

from dataclasses import replace

import numpy as np
import pytest

from app.sentences import errors as said
from app.sentences.events import better_than
from fame.error_analysis.analysis import analyse
from fame.error_analysis.conditions import Condition, parse
from fame.error_analysis.records import Kind
from tests.error_analysis.made import events


def worse(seed: int, genre: int = 2):  # type: ignore[no-untyped-def]
    """Events of one genre are mostly wrong."""
    made = events(2500, seed, items=150, hits=0.3)
    column = made.column("truth.genre")
    assert column is not None
    bad = column.having(genre) & (np.random.default_rng(seed).random(len(made)) < 0.8)
    return replace(made, rank=np.where(bad, 90, made.rank).astype(np.int32))


@pytest.mark.parametrize("seed", range(3))
def test_most_is_lost_by_the_slice_that_no_other_told_one_costs_more_than(seed: int) -> None:
    found = analyse(worse(seed))
    text = said.headline(found)
    told = [row for row in found.slices.rows if row.told]
    most = min(told, key=lambda row: row.cost)
    assert f"Most is lost with {said.marked(most)}" in text
    assert text.startswith(f"**{found.found:,} of {found.events:,}** have")
    best = max(told, key=lambda row: row.cost)
    assert ("Most is gained" in text) == (best.effect > 0)
    if best.effect > 0:
        assert f"Most is gained with {said.marked(best)}" in text
    assert (most.under is not None) == ("most of that goes with" in text)


def test_where_nothing_is_told_that_is_said_with_the_number_looked_at() -> None:
    found = analyse(events(300, 1))
    assert not any(row.told for row in found.slices.rows)
    assert f"None of the {found.slices.looked_at:,} slices of 20 events or more" in said.headline(found)
    assert "too few for slices" in said.headline(analyse(events(12)))


def test_an_empty_selection_says_what_to_drop() -> None:
    made = events(100)
    three = [parse("rank < 1"), parse("length > 2"), parse("kind = near miss")]
    assert said.headline(analyse(made, three)) == "No user is in all three slices; drop one."
    assert said.headline(analyse(made, three[:2])) == "No user is in both slices; drop one."
    assert said.headline(analyse(made, three[:1])) == "No user is in this slice; drop it."


def test_the_most_frequent_kind_is_the_one_no_other_has_more_of() -> None:
    rows = [Kind("near miss", "", 3, 0), Kind("cold truth", "", 7, 0), Kind("unexplained", "", 10, 0)]
    text = said.errors_of(rows)
    assert "Of 20 errors, 10 (50\u00a0%) go with no rule" in text
    assert "**cold truth** is the most frequent kind: 7" in text
    even = said.errors_of([rows[0], replace(rows[1], first=3), replace(rows[2], first=0)])
    assert "**near miss**, **cold truth** are the most frequent kinds: 3 each" in even
    assert "each goes with a rule; **" in even
    assert "Nothing is wrong" in said.errors_of([replace(row, first=0) for row in rows])


def test_a_rule_says_how_often_it_holds_where_nothing_is_wrong() -> None:
    found = replace(analyse(events(300)), events=100, found=20)
    said_of = said.rule_of(Kind("cold truth", "few took it", 6, 2, 5), found)
    assert said_of == "Rule: few took it; so it is with 10\u00a0% of what is wrong, and 25\u00a0% of what is right"
    assert said.rule_of(Kind("near miss", "11th to 20th", 6, 2), found) == "Rule: 11th to 20th"


def test_text_from_data_is_escaped() -> None:
    nasty = Condition("truth.genre", "=", "**<b>a</b>**")
    found = analyse(worse(0))
    row = replace(found.slices.rows[0], conditions=(nasty,))
    assert "<b>" not in said.marked(row)


@pytest.mark.parametrize(
    ("rank", "better", "sentence"),
    [
        (1, 0, "First: nobody does better"),
        (60, 528, "60th: 56 % of users do better"),
        (1600, 941, "1,600th: more than 99 % of users do better"),
        (1682, 942, "1,682nd: all others do better"),
    ],
)
def test_how_many_do_better_is_never_rounded_to_all(rank: int, better: int, sentence: str) -> None:
    assert better_than(rank, better, 943).replace("\u00a0", " ") == sentence


@pytest.mark.parametrize(
    ("family", "value", "told"),
    [
        ("genre", "science fiction", "truth’s genre science fiction"),
        ("when", "when 1997–1998", "truth’s when 1997–1998"),
        ("times taken", "taken 3–9 times", "truth’s times taken 3–9 times"),
        ("era", "era", "truth’s era era"),
    ],
)
def test_a_family_is_named_once(family: str, value: str, told: str) -> None:
    assert said.condition_name(Condition(f"truth.{family}", "=", value)) == told
