"""A router that follows preferences is told from one that does not."""

import numpy as np
import pytest

from fame.explain.trust.preferences import separation

VALUES, EXPERTS, USERS = 8, 4, 600


@pytest.fixture(scope="module")
def users() -> tuple[np.ndarray, np.ndarray]:
    """Two of eight values, liked by each, and which of them is followed."""
    rng = np.random.default_rng(0)
    liked = np.sort([rng.choice(VALUES, 2, replace=False) for _ in range(USERS)], 1)
    return liked, rng.integers(0, 2, USERS)


def routed(expert: np.ndarray, sharp: float, seed: int = 1) -> np.ndarray:
    """Weights that lead to these experts, more or less clearly."""
    noise = np.random.default_rng(seed).normal(size=(len(expert), EXPERTS))
    logits = sharp * np.eye(EXPERTS)[expert] + noise
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


def test_a_perfect_router_is_found_and_a_shuffled_one_is_not(users):
    liked, followed = users
    value = liked[np.arange(USERS), followed]
    perfect = routed(value % EXPERTS, 50)  # an expert for two values each
    found = separation(perfect, liked, followed, seed=0, permutations=39)
    # One pair of values in seven shares its expert, and is told by luck alone.
    same = (liked[:, 0] % EXPERTS == liked[:, 1] % EXPERTS).mean()
    assert found.expert.share == pytest.approx(1 - same / 2, abs=0.03)
    assert found.router.share > 0.9
    assert found.expert.p == found.router.p == 1 / 40
    assert found.information == pytest.approx(np.log(EXPERTS) / np.log(VALUES), abs=0.02)

    rng = np.random.default_rng(2)
    shuffled = [separation(rng.permutation(perfect), liked, followed, seed=0, permutations=19) for _ in range(8)]
    for told in ([one.expert for one in shuffled], [one.router for one in shuffled]):
        assert np.mean([one.share for one in told]) == pytest.approx(0.5, abs=0.03)
        assert np.mean([one.by_chance for one in told]) == pytest.approx(0.5, abs=0.02)
        assert sum(one.p <= 0.05 for one in told) <= 2
    assert np.mean([one.information - one.information_by_chance for one in shuffled]) == pytest.approx(0, abs=0.005)


def test_weights_may_tell_what_the_largest_does_not(users):
    """One expert has the largest weight whatever is followed; how large the others are tells it."""
    liked, followed = users
    value = liked[np.arange(USERS), followed]
    logits = np.log(routed(value % EXPERTS, 3))
    logits[:, 0] += 100
    found = separation(np.exp(logits - logits.max(1, keepdims=True)), liked, followed, seed=0, permutations=19)
    assert found.expert.share == pytest.approx(0.5)
    assert found.information == pytest.approx(0)
    assert found.router.share > 0.75
    assert found.router.p == 1 / 20
