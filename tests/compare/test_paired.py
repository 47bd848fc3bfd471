"""A difference is told where it is there, and not where it is not."""

import numpy as np
import pytest
from scipy import stats

from fame.compare.agreement import common, rank_biased_overlap
from fame.compare.paired import differences, holm, interval, mcnemar, sign_flips
from fame.compare.records import TEST_LEVEL
from fame.error_analysis.significance import p_values


def ranks(rng: np.random.Generator, n: int, hits: float) -> np.ndarray:
    return np.where(rng.random(n) < hits, rng.integers(1, 11, n), rng.integers(11, 400, n))


def test_the_interval_is_the_one_that_scipy_draws() -> None:
    rng = np.random.default_rng(1)
    some = rng.choice([-0.6, -0.2, 0.0, 0.0, 0.0, 0.4, 1.0], 300)
    theirs = stats.bootstrap((some,), np.mean, method="percentile", n_resamples=4_999, rng=rng).confidence_interval
    assert interval(some) == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_the_signs_are_flipped_as_scipy_flips_them() -> None:
    some = np.array([0.4, 0.2, -0.1, 0.3, 0.5, 0.05, -0.2, 0.1, 0.0, 0.0])
    exact = stats.permutation_test((some,), np.sum, permutation_type="samples", n_resamples=np.inf).pvalue
    assert sign_flips(some) == pytest.approx(exact, abs=0.01)


def test_only_those_whom_one_alone_finds_count_for_hits() -> None:
    hits = np.array([1] * 9 + [-1] * 2 + [0] * 500)
    assert mcnemar(hits) == pytest.approx(2 * stats.binom.cdf(2, 11, 0.5))
    assert mcnemar(np.zeros(7)) == sign_flips(np.zeros(7)) == 1


def test_of_models_that_do_not_differ_one_in_twenty_is_told_at_most() -> None:
    rng, told = np.random.default_rng(0), 0
    for _ in range(30):
        pair = rng.permuted(np.stack([ranks(rng, 150, 0.3), ranks(rng, 150, 0.3)]), axis=0)
        told += any(one.told for one in differences(*pair))
    assert told <= 5  # of 30 pairs with two measures each, 5 % would be 1.5 to 3


def test_a_difference_that_is_there_is_told_with_its_sign() -> None:
    rng = np.random.default_rng(2)
    second = ranks(rng, 800, 0.2)
    first = np.where(rng.random(800) < 0.1, 1, second)
    for one, other in zip(differences(first, second), differences(second, first), strict=True):
        assert one.told
        assert other.told
        assert one.low < one.value < one.high
        assert one.value == pytest.approx(-other.value)
        assert one.value > 0
        assert one.value == pytest.approx(one.first - one.second)


def test_of_more_models_the_intervals_are_wider_and_p_is_larger() -> None:
    rng = np.random.default_rng(3)
    pair = ranks(rng, 400, 0.2), ranks(rng, 400, 0.2)
    alone, among = differences(*pair)[0], differences(*pair, models=5)[0]
    assert among.low < alone.low < alone.high < among.high
    assert among.confidence == pytest.approx(1 - TEST_LEVEL / 5)
    assert holm([0.01, 0.04, 0.03, 0.9]) == pytest.approx([0.04, 0.09, 0.09, 0.9])
    assert holm([]) == []


def test_lists_that_are_equal_agree_and_the_top_counts_more() -> None:
    ten = np.arange(10)[None]
    assert rank_biased_overlap(*common(ten, ten)) == pytest.approx([1])
    assert rank_biased_overlap(*common(ten, ten + 10)) == pytest.approx([0])
    top, bottom = ten.copy(), ten.copy()
    top[0, 0], bottom[0, 9] = 99, 99
    assert rank_biased_overlap(*common(ten, top))[0] < rank_biased_overlap(*common(ten, bottom))[0] < 1
    met, depth = common(ten, top)
    assert met[0].tolist() == list(range(10))
    assert depth.tolist() == [10]


def test_a_list_that_ends_early_is_compared_as_far_as_it_goes() -> None:
    short = np.array([[4, 2, -1, -1]])
    met, depth = common(short, np.array([[4, 2, 7, 9]]))
    assert (met[0].tolist(), depth.tolist()) == ([1, 2, 2, 2], [2])
    assert rank_biased_overlap(met, depth) == pytest.approx([1])
    assert common(short, short)[0][0].tolist() == [1, 2, 2, 2]  # what is missing in both is nothing in common


def test_chance_of_signed_gains_is_that_of_draws() -> None:
    rng = np.random.default_rng(5)
    gains, levels = np.array([0.0, -0.7, -0.3, 0.4, 1.0]), np.array([300, 12, 20, 25, 8])
    population = np.repeat(gains, levels)
    drawn = np.array([rng.permutation(population)[:60].sum() for _ in range(4_000)])
    off = np.abs(drawn - 60 * population.mean())
    for total in (np.quantile(drawn, 0.02), np.quantile(drawn, 0.98), drawn.max()):
        seen = float((off >= abs(total - 60 * population.mean()) - 1e-9).mean())
        p = p_values(np.array([60]), np.array([total]), levels, gains)[0]
        assert p == pytest.approx(seen, abs=0.02)
