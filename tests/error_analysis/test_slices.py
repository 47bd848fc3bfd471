"""Slices are counted exactly, told only where something differs, and put under what explains them."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fame.error_analysis.analysis import analyse
from fame.error_analysis.conditions import holding
from fame.error_analysis.counts import count
from fame.error_analysis.events import GAINS, TracedEvents
from fame.error_analysis.significance import benjamini_hochberg, p_of_sums, p_values
from fame.error_analysis.slices import corrected, find_slices, intervals
from fame.ranking.metrics import per_user
from tests.error_analysis.made import events


def by_hand(made: TracedEvents, least: int) -> dict[frozenset[str], tuple[int, float]]:
    """Every label and every two labels, one boolean column each, by pandas."""
    gain = per_user(made.rank)["NDCG@10"]
    has = {}
    for column in made.columns:
        codes = column.codes if column.items is None else column.codes[column.items]
        for k, label in enumerate(column.labels, 1):
            has[f"{column.name} = {label}"] = (codes == k).any(1)
    table = pd.DataFrame(has)
    found = {}
    for names in [(name,) for name in table] + list(itertools.combinations(table, 2)):
        inside = table[list(names)].all(axis=1)
        if least <= inside.sum() <= len(made) - least:
            found[frozenset(names)] = (int(inside.sum()), float(gain[inside].sum()))
    return found


@settings(max_examples=8, deadline=None)
@given(n=st.integers(30, 200), seed=st.integers(0, 10**6), least=st.integers(1, 12), hits=st.floats(0, 1))
def test_all_slices_are_those_that_pandas_counts(n: int, seed: int, least: int, hits: float) -> None:
    made = events(n, seed, hits=hits)
    counted, single = count(made, least)
    names = [
        frozenset(
            f"{made.columns[column].name} = {made.columns[column].labels[label]}"
            for column, label in (first, second)
            if column >= 0
        )
        for first, second in zip(counted.first.tolist(), counted.second.tolist(), strict=True)
    ]
    expected = by_hand(made, least)
    assert len(set(names)) == len(names)
    assert set(names) == set(expected)
    for name, its, total in zip(names, counted.n, counted.total, strict=True):
        assert its == expected[name][0]
        assert total == pytest.approx(expected[name][1], abs=1e-9)
    np.testing.assert_allclose(single @ GAINS, counted.total[: len(single)], atol=1e-9)


def test_the_same_is_counted_whatever_the_blocks_and_however_many_labels_at_once(monkeypatch) -> None:
    made = events(700, 1)
    at_once, singles = count(made, 3)
    monkeypatch.setattr("fame.error_analysis.counts.FEW", 0)
    monkeypatch.setattr("fame.error_analysis.counts.BLOCK", 64)
    monkeypatch.setattr("fame.error_analysis.counts.CELLS", 100)
    piecemeal, same = count(made, 3)
    np.testing.assert_array_equal(same, singles)
    for name in ("first", "second", "n"):
        np.testing.assert_array_equal(getattr(piecemeal, name), getattr(at_once, name))
    np.testing.assert_allclose(piecemeal.total, at_once.total, atol=1e-9)


def test_what_is_listed_is_counted_and_costed_as_it_says() -> None:
    made = events(500, 3)
    found, expected = find_slices(made), by_hand(made, 20)
    mean = per_user(made.rank)["NDCG@10"].mean()
    assert found.looked_at == len(expected)
    assert found.mean == pytest.approx(mean)
    for row in found.rows:
        n, total = expected[frozenset(condition.text for condition in row.conditions)]
        assert row.n == n
        assert row.effect == pytest.approx(total / n - mean)
        assert row.cost == pytest.approx(row.effect * n / len(made))
        assert row.low < row.effect < row.high
    costs = [row.cost for row in found.rows]
    assert costs == sorted(costs)


def test_every_slice_can_be_looked_at_alone_and_is_sliced_further() -> None:
    made = events(200, 5)
    for row in find_slices(made).rows:
        alone = analyse(made, row.conditions)
        assert alone.events == row.n
        expected = by_hand(made.only(holding(made, row.conditions)), alone.slices.minimum)
        assert alone.slices.looked_at == sum(all(frozenset({one}) in expected for one in names) for names in expected)


def test_where_nothing_differs_nothing_is_told_in_95_of_100_cases() -> None:
    told = sum(any(row.told for row in find_slices(events(800, seed, items=200)).rows) for seed in range(100))
    assert told <= 10  # of 100 at a chance of .05: more than 10 come with a chance of .011


def planted(seed: int, which: str) -> TracedEvents:
    """TracedEvents in which those of one slice were right and are now wrong."""
    made = events(3000, seed, items=200, hits=0.3)
    genre, length = made.column("truth.genre"), made.column("length")
    assert genre is not None
    assert length is not None
    bad = genre.having(2) & (length.having(3) if which == "both" else np.ones(len(made), bool))
    return replace(made, rank=np.where(bad, 90, made.rank).astype(np.int32))


def test_a_planted_slice_comes_first_and_takes_its_shadows_with_it() -> None:
    found = find_slices(planted(1, "one"))
    assert [row.name for row in found.worst[:1]] == ["truth.genre = b"]
    assert all(len(row.conditions) == 1 or row.under is not None for row in found.rows if row.told)


def test_two_labels_together_are_named_together() -> None:
    found = find_slices(planted(2, "both"))
    assert found.worst[0].name == "length = 10+ and truth.genre = b"
    for row in found.rows:
        if row.told and row.name in ("length = 10+", "truth.genre = b"):
            assert row.under is not None
            assert found.rows[row.under].name == found.worst[0].name


def test_p_is_the_share_of_draws_that_differ_as_much() -> None:
    rng = np.random.default_rng(0)
    levels = np.append(900, np.full(10, 10))
    population = np.repeat(GAINS, levels)
    for n in (25, 100, 700):
        drawn = np.array([rng.choice(population, n, replace=False, shuffle=False).sum() for _ in range(4000)])
        p = p_values(np.full(len(drawn), n), drawn, levels, GAINS)
        for level in (0.05, 0.01):
            assert (p <= level).mean() < 1.5 * level
        assert (p <= 0.2).mean() > 0.1


def test_no_hit_has_the_chance_of_drawing_none() -> None:
    levels = np.append(90, np.append(np.zeros(9, int), 10))
    p = p_values(np.array([50]), np.array([0.0]), levels, GAINS)
    chance = np.prod([(90 - k) / (100 - k) for k in range(50)])
    assert p[0] == pytest.approx(2 * chance)


def test_intervals_hold_what_they_are_about_in_95_of_100_cases() -> None:
    rng = np.random.default_rng(0)
    truth = np.append(0.94, np.full(10, 0.006))
    outside = np.append(0.85, np.full(10, 0.015))
    for n in (20, 60, 400):
        inside = rng.multinomial(n, truth, 300)
        rest = rng.multinomial(2000 - n, outside, 300)
        effect = (truth - (n * truth + (2000 - n) * outside) / 2000) @ GAINS
        held = 0
        for its, others in zip(inside, rest, strict=True):
            low, high = intervals(its[None], its + others, GAINS, seed=1)
            held += low[0] <= effect <= high[0]
        assert held / 300 > 0.9


def test_p_of_where_truths_stand_is_the_share_of_draws_that_differ_as_much() -> None:
    made = events(400, 2, hits=0.05)
    standing, rng = made.standing.astype(float), np.random.default_rng(0)
    order = np.argsort(made.rank, kind="stable")
    assert (np.diff(standing[order]) <= 0).all()  # the better the rank, the higher
    for n in (20, 90, 300):
        drawn = np.array([rng.permutation(standing)[:n].sum() for _ in range(20_000)])
        some = np.quantile(drawn, (0.002, 0.02, 0.2, 0.7, 0.99))
        p = p_of_sums(np.full(5, n), some, np.array(400), standing.sum(), standing @ standing)
        off = np.abs(some[:, None] - n * standing.mean())
        share = (np.abs(drawn - n * standing.mean()) >= off - 1e-9).mean(1)
        np.testing.assert_allclose(p, share, rtol=0.25, atol=0.002)


@pytest.mark.parametrize("seed", [4, 6])  # by NDCG@10 it is by chance a little better, and a little worse
def test_a_slice_whose_misses_are_worse_is_told_though_its_hits_are_as_many(seed: int) -> None:
    made = events(3_000, seed, hits=0.05)
    inside = made.columns[2].having(1)
    worse = made.rank + np.where(inside & (made.rank > 10), 400, 0).astype(np.int32)
    first, after = (
        next(row for row in find_slices(one).rows if row.name == "truth.genre = a")
        for one in (made, replace(made, rank=worse))
    )
    assert not first.told
    assert after.told == (after.effect < 0)  # never told as better for what is worse
    assert after.effect == pytest.approx(first.effect)


def test_benjamini_hochberg_is_as_defined() -> None:
    q = benjamini_hochberg(np.array([0.01, 0.5, 0.02, 0.04]))
    np.testing.assert_allclose(q, [0.04, 0.5, 0.04, 0.04 * 4 / 3])


def test_single_labels_are_corrected_for_themselves_as_much_as_pairs_are() -> None:
    p = np.array([0.01, 0.9, 0.01, 0.8, 0.9, 0.7, 0.6, 0.9])
    q = corrected(p, 2)
    assert q[0] == pytest.approx(0.01 * 2 * 2)  # two labels, half of the discoveries
    assert q[2] == pytest.approx(0.01 * 6 * 2 / 2)  # second of all
    np.testing.assert_allclose(corrected(p, 8), benjamini_hochberg(p))


@pytest.mark.parametrize("n", [0, 1, 15])
def test_too_few_events_make_no_slices(n: int) -> None:
    found = find_slices(events(n))
    assert found.rows == ()
    assert found.looked_at == 0


def test_all_right_or_all_wrong_tells_nothing() -> None:
    for rank in (1, 500):
        made = replace(events(300), rank=np.full(300, rank, np.int32))
        assert not any(row.told for row in find_slices(made).rows)
