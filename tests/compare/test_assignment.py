"""What was the same is matched, however it is ordered and turned; what is not, is not told."""

import numpy as np
import pytest
import torch

from fame.compare.assignment import match_facets
from fame.compare.inside import alike, matched
from fame.explain.facets.weights import divergence

NAMES = ("genre", "era", "people", "rest")


def vectors(seed: int, items: int = 120) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((items, len(NAMES), 5))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 0, 3, 1), (3, 2, 1, 0)])
def test_facets_in_another_order_and_turned_are_matched_back(order: tuple[int, ...]) -> None:
    ours = vectors(0)
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((5, 5)))[0]
    found = match_facets(ours, 3 * ours[:, order] @ turn, NAMES, [NAMES[h] for h in order])
    assert [found.second[pair.second] for pair in found.pairs] == [found.first[pair.first] for pair in found.pairs]
    assert [pair.value for pair in found.pairs] == pytest.approx([1] * 4)
    assert found.told == 4
    assert found.chance < 0.2 < found.matched


def test_facets_that_have_nothing_in_common_are_matched_but_not_told() -> None:
    told = [match_facets(vectors(seed), vectors(seed + 100), NAMES, NAMES).told for seed in range(20)]
    assert sum(one > 0 for one in told) <= 4  # one in twenty is allowed


def test_a_model_with_more_facets_has_some_left() -> None:
    ours = vectors(0)
    found = match_facets(ours, ours[:, [2, 0]], NAMES, ("people", "genre"))
    assert [(pair.first, pair.second, pair.told) for pair in found.pairs] == [(0, 1, True), (2, 0, True)]


def test_how_alike_reading_is_is_what_divergence_says(rng_rows: torch.Tensor) -> None:
    apart = divergence(rng_rows)
    torch.testing.assert_close(alike(rng_rows, rng_rows), (1 - apart).sum(0))


@pytest.fixture
def rng_rows() -> torch.Tensor:
    rows = torch.rand(6, 4, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    rows[:, :, 3] = 0
    return rows / rows.sum(-1, keepdim=True)


def test_a_model_is_matched_with_itself(trained, cinema) -> None:
    facets, experts = matched(trained.model, trained.model, (cinema, cinema))
    assert facets is not None
    assert experts is not None
    for found in (facets, experts):
        assert [(pair.first, pair.second) for pair in found.pairs] == [(k, k) for k in range(len(found.first))]
        assert found.first == found.second
        assert [pair.value for pair in found.pairs] == pytest.approx([1] * len(found.first), abs=1e-5)
    assert facets.told == len(facets.first)


def test_a_model_without_facets_has_none_to_match(trained, trained_sasrec, cinema) -> None:
    assert matched(trained.model, trained_sasrec.model, (cinema, cinema)) == (None, None)
