"""What is said of two models holds of the numbers that it is said of."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from app.sentences import compare as say
from fame.compare.paired import differences
from fame.compare.records import Agreement, Comparison, Match, Matching, Named, SliceDifference
from fame.error_analysis.conditions import Condition

NAMES = ("*FAME*", "SASRec")


def comparison(first: np.ndarray, second: np.ndarray, slices: tuple[SliceDifference, ...] = ()) -> Comparison:
    ours, theirs = first <= 10, second <= 10
    named = Named("a", "0", "d", len(first), 500)
    return Comparison(
        named, named, len(first), None, int((ours & theirs).sum()), int((ours & ~theirs).sum()),
        int((theirs & ~ours).sum()), int((~ours & ~theirs).sum()), int((first < second).sum()),
        int((first > second).sum()), differences(first, second), Agreement(0.7, 0.6, 0.5), len(slices), 20, slices,
    )  # fmt: skip


@some.composite
def pairs(draw: some.DrawFn) -> Comparison:
    rng = np.random.default_rng(draw(some.integers(0, 2**32)))
    n, better = draw(some.sampled_from([1, 30, 400])), draw(some.sampled_from([0.0, 0.02, 0.2]))
    second = rng.integers(1, 120, n)
    first = np.where(
        rng.random(n) < better, rng.integers(1, 4, n), second if draw(some.booleans()) else rng.permutation(second)
    )
    return comparison(first, second) if draw(some.booleans()) else comparison(second, first)


@settings(max_examples=40)
@given(pairs())
def test_a_difference_is_claimed_only_where_it_is_told_and_with_its_sign(found: Comparison) -> None:
    text = say.headline(found, NAMES)
    told = {one.measure: one for one in found.measures if one.told}
    assert ("No difference can be told" in text) == (not told and bool(found.wins + found.losses))
    assert ("Nothing differs" in text) == (not found.wins and not found.losses)
    better = "does better than" in text or "finds more" in text or "ranks higher" in text
    assert better == bool(told)
    if told:
        leads = next(iter(told.values())).value > 0
        assert text.startswith("**\\*FAME\\***" if leads else "**SASRec**")
    if "does better than" in text:
        assert len(told) == 2
        assert len({one.value > 0 for one in told.values()}) == 1
    for one in found.measures:
        words = say.measured(one)
        assert ("no difference can be told" in words) == (not one.told)
        assert ("higher by" in words) == (one.told and one.value > 0)


@given(some.lists(some.booleans(), min_size=1, max_size=5))
def test_how_many_pairs_are_alike_is_counted_over_all(told: list[bool]) -> None:
    names = tuple(f"f{k}" for k in range(len(told)))
    found = Matching(names, names, (), tuple(Match(k, k, 0.5, one) for k, one in enumerate(told)), 0.1, 0.2)
    text = say.matched(found, "facets")
    if not any(told):
        assert text.startswith(f"None of {len(told)}")
    elif all(told) and len(told) > 1:
        assert text.startswith(f"**All {len(told)}**")
    else:
        assert text.startswith(f"**{sum(told)} of {len(told)}**")
    assert ("have the same name" in text) == any(told)


@given(some.lists(some.tuples(some.floats(-0.5, 0.5), some.booleans()), max_size=6))
def test_none_of_the_slices_is_said_only_where_none_is_told(rows: list[tuple[float, bool]]) -> None:
    slices = tuple(
        SliceDifference((Condition("truth.genre", "=", f"g{k}"),), 20, 0.1, 0.1, value, -1, 1, 0.01, 0.01, told, None)
        for k, (value, told) in enumerate(sorted(rows))
    )
    text = say.slices(comparison(np.array([1, 20]), np.array([20, 1]), slices))
    told = [one for one in slices if one.told]
    assert ("In none of" in text) == (bool(slices) and not told)
    if told:
        assert f"Of {len(told)} " in text
        assert say.slice_name(told[0]) in text.replace("\\", "")


def test_agreement_is_said_as_it_is() -> None:
    assert "all 10" in say.agree(10, 10)
    assert "8 of 10" in say.agree(8, 10)
    assert say.ranges("11-999999999,1-10", NAMES) == "at rank 11 or worse with *FAME*, at rank 1 to 10 with SASRec"
