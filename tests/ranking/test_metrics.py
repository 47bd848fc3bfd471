"""Measures by hand."""

import numpy as np
import pytest

from fame.ranking.metrics import means, per_user


def test_measures_by_hand():
    ranks = np.array([1, 3, 10, 11, 500])
    got = means(ranks)
    assert got["HR@5"] == pytest.approx(2 / 5)
    assert got["HR@10"] == pytest.approx(3 / 5)
    assert got["NDCG"] == pytest.approx((1 + 1 / 2 + 1 / np.log2(11) + 1 / np.log2(12) + 1 / np.log2(501)) / 5)
    assert got["NDCG@10"] == pytest.approx((1 + 1 / 2 + 1 / np.log2(11)) / 5)
    assert got["MRR@10"] == pytest.approx((1 + 1 / 3 + 1 / 10) / 5)
    assert got["MRR@20"] == pytest.approx((1 + 1 / 3 + 1 / 10 + 1 / 11) / 5)


def test_the_mean_is_of_users():
    ranks = np.arange(1, 30)
    for name, values in per_user(ranks).items():
        assert values.shape == ranks.shape
        assert means(ranks)[name] == pytest.approx(values.mean())


def test_no_users_have_no_measures():
    assert means(np.array([], dtype=int)) == {}
