"""Do a facet's experts stand for preferences? Where it is planted which one a user follows, a router can be marked.

A user likes P values of a family and follows one of them. Told which values these are, and shown what the router says,
a judge names the one to which that is the likelier. What the router says of users who follow a value the judge knows
from other users; so it is right of 1 / P where the router knows nothing. Chance is measured, too: routers are dealt to
the wrong users.
"""

from dataclasses import dataclass

import numpy as np

from fame.data.preferences import Preferences

FOLDS = 5
PERMUTATIONS = 99
LEAST = 1e-300  # of a weight whose logarithm is taken


@dataclass(frozen=True)
class Told:
    """Users whose preference is told, of all of whom it is known."""

    users: int
    share: float
    by_chance: float  # mean over permutations
    p: float  # share of the permutations that did as well


@dataclass(frozen=True)
class Separation:
    """How well one facet's router tells which preference of one family is followed."""

    expert: Told  # by the expert of the largest weight
    router: Told  # by all weights
    information: float  # of that expert about the value, as a share of the value's entropy: I / H
    information_by_chance: float


def from_history(truth: Preferences) -> dict[str, float]:
    """Cases, and right answers among them of observers that are told what each user likes and see the history alone.

    The oracle, and those who name the more frequent and the latest of a user's values.
    """
    right = {"cases": 0.0, "oracle": 0.0, "frequent": 0.0, "recent": 0.0}
    for row, a in zip(*np.nonzero(truth.active >= 0), strict=True):
        seen = truth.families[a].of(truth.events.histories[row])  # (T, m)
        has = [(seen == value).any(1) for value in truth.liked[row, a]]
        times = np.array([one.sum() for one in has])
        last = np.array([np.flatnonzero(one).max(initial=-1) for one in has])
        right["cases"] += 1
        for name, guess in (("oracle", truth.believed[row, a]), ("frequent", times), ("recent", last)):
            best = guess == guess.max()
            right[name] += float(best[truth.active[row, a]] / best.sum())
    return right


def separation(
    router: np.ndarray, liked: np.ndarray, followed: np.ndarray, seed: int, permutations: int = PERMUTATIONS
) -> Separation:
    """Router weights (n, N), numbers of the values that each user likes (n, P), and which of these is followed."""
    largest = np.eye(router.shape[1])[router.argmax(1)]
    value = liked[np.arange(len(liked)), followed]
    rng = np.random.default_rng(seed)
    by_chance = [information(rng.permutation(largest), value) for _ in range(permutations)]
    return Separation(
        expert=preference_told(largest, liked, followed, seed, permutations),
        router=preference_told(np.log(router.clip(LEAST)), liked, followed, seed, permutations),
        information=information(largest, value),
        information_by_chance=float(np.mean(by_chance)),
    )


def preference_told(
    vectors: np.ndarray, liked: np.ndarray, followed: np.ndarray, seed: int, permutations: int = PERMUTATIONS
) -> Told:
    """What vectors (n, W), one a user, tell of the preference, by linear discriminant analysis."""
    rng = np.random.default_rng(seed)
    n = len(followed)
    fold = rng.permutation(n) % FOLDS

    def share(order: np.ndarray) -> float:
        right = np.zeros(n)
        for f in range(FOLDS):
            seen, asked = fold != f, fold == f
            value = liked[seen, followed[seen]]
            likely = likelihoods(vectors[order][seen], value, vectors[order][asked], int(liked.max()) + 1)
            right[asked] = marks(np.take_along_axis(likely, liked[asked], 1), followed[asked])
        return float(right.mean())

    found, chance = share(np.arange(n)), [share(rng.permutation(n)) for _ in range(permutations)]
    as_good = sum(one >= found - 1e-12 for one in chance)
    return Told(n, found, float(np.mean(chance)) if chance else float("nan"), (1 + as_good) / (1 + permutations))


def likelihoods(vectors: np.ndarray, value: np.ndarray, asked: np.ndarray, values: int) -> np.ndarray:
    """Vectors (n, W) of users who follow a value (n,), and others (m, W) -> log-likelihood of theirs given each value,
    (m, values), but for a term that is the same for all. A value that nobody follows is as likely as the average one.
    """
    follows = np.eye(values)[value]
    mean = (follows.T @ vectors + vectors.mean(0)) / (follows.sum(0)[:, None] + 1)  # shrunk by one average user
    within = vectors - mean[value]
    covariance = within.T @ within / len(within)
    pull = np.linalg.pinv(covariance, hermitian=True, rcond=1e-6) @ mean.T
    return np.asarray(asked @ pull - (mean.T * pull).sum(0) / 2)


def marks(likely: np.ndarray, followed: np.ndarray) -> np.ndarray:
    """How likely each preference is (n, P) -> 1 if the one followed is the likeliest, a share among equals, else 0."""
    best = likely >= likely.max(1, keepdims=True) - 1e-9
    return np.asarray(best[np.arange(len(best)), followed] / best.sum(1))


def information(classes: np.ndarray, value: np.ndarray) -> float:
    """One-hot classes (n, C) and values (n,) -> mutual information as a share of the values' entropy."""
    together = np.eye(value.max() + 1)[value].T @ classes / len(value)
    of_value = together.sum(1)
    ratio = together / np.maximum(np.outer(of_value, together.sum(0)), 1e-300)
    shared = (together * np.log(ratio, where=together > 0, out=np.zeros_like(ratio))).sum()
    return float(shared / -(of_value[of_value > 0] * np.log(of_value[of_value > 0])).sum())
