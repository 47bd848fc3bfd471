"""Do a facet's experts stand for preferences? Where it is planted which one a user follows, a router can be marked.

A user likes P values of a family and follows one of them. Told which values these are, and shown what the router says,
a judge names the one for which it is likelier to say so. What it says to what value the judge has learned from other
users, and it is marked against two of chance: naming one blindly, and routers that were dealt to the wrong users.
"""

from dataclasses import dataclass

import numpy as np

FOLDS = 5
PERMUTATIONS = 199
CLASSES_AT_LEAST = 2


@dataclass(frozen=True)
class Separation:
    """Of one facet and one family, over the users of whom it is known what they follow."""

    events: int
    expert: float  # share for whom the expert of the largest weight tells the preference
    weights: float  # the same by all of the router's weights
    expert_by_chance: float  # mean with experts dealt to the wrong users
    weights_by_chance: float
    expert_p: float  # how often chance did as well
    weights_p: float
    information: float  # of the largest expert about the value, as a share of what there is to know: I / H, 0 to 1
    information_by_chance: float


def separation(router: np.ndarray, liked: np.ndarray, followed: np.ndarray, seed: int = 0) -> Separation:
    """Router weights (n, N), numbers of the values that a user likes (n, P), and which of these is followed (n,)."""
    n, N = router.shape
    value = liked[np.arange(n), followed]
    rng = np.random.default_rng(seed)
    fold = rng.permutation(n) % FOLDS
    largest = np.eye(N)[router.argmax(1)]
    logs = np.log(router.clip(1e-9))

    def marks(order: np.ndarray) -> tuple[float, float, float]:
        return (
            told_by_class(largest[order], liked, followed, fold),
            told(logs[order], liked, followed, fold),
            information(largest[order], value),
        )

    found = np.array(marks(np.arange(n)))
    chance = np.array([marks(rng.permutation(n)) for _ in range(PERMUTATIONS)])
    p = (1 + (chance >= found).sum(0)) / (1 + PERMUTATIONS)
    mean = chance.mean(0)
    return Separation(n, *found[:2], *mean[:2], *p[:2], found[2], mean[2])


def told_by_class(classes: np.ndarray, liked: np.ndarray, followed: np.ndarray, fold: np.ndarray) -> float:
    """One-hot classes (n, C) -> share of users whose preference is the liked value to which their class is likeliest."""
    right = np.zeros(len(fold))
    values = np.eye(liked.max() + 1)[liked[np.arange(len(fold)), followed]]  # (n, V)
    for f in range(FOLDS):
        seen, asked = fold != f, fold == f
        counts = 1 + values[seen].T @ classes[seen]  # (V, C)
        likely = classes[asked] @ (counts / counts.sum(1, keepdims=True)).T  # (asked, V)
        right[asked] = marked(likely, liked[asked], followed[asked])
    return float(right.mean())


def told(vectors: np.ndarray, liked: np.ndarray, followed: np.ndarray, fold: np.ndarray) -> float:
    """The same of vectors (n, W), by a Gaussian with one covariance (linear discriminant analysis)."""
    right = np.zeros(len(fold))
    values = np.eye(liked.max() + 1)[liked[np.arange(len(fold)), followed]]
    for f in range(FOLDS):
        seen, asked = fold != f, fold == f
        counts = values[seen].sum(0)[:, None]
        overall = vectors[seen].mean(0)
        means = (values[seen].T @ vectors[seen] + overall) / (counts + 1)  # (V, W)
        apart = vectors[seen] - values[seen] @ means
        spread = apart.T @ apart / len(apart)
        spread += (1e-6 + 1e-3 * np.trace(spread) / len(spread)) * np.eye(len(spread))
        pull = np.linalg.solve(spread, means.T)  # (W, V)
        likely = vectors[asked] @ pull - (means.T * pull).sum(0) / 2
        right[asked] = marked(likely, liked[asked], followed[asked])
    return float(right.mean())


def marked(likely: np.ndarray, liked: np.ndarray, followed: np.ndarray) -> np.ndarray:
    """How likely each value is (n, V) -> (n,): 1 right, 0 wrong, and of values that are as likely, a fair share."""
    own = np.take_along_axis(likely, liked, 1)
    best = own >= own.max(1, keepdims=True) - 1e-12
    return best[np.arange(len(own)), followed] / best.sum(1)


def information(classes: np.ndarray, value: np.ndarray) -> float:
    """One-hot classes (n, C) and values (n,) -> mutual information as a share of the values' entropy."""
    together = np.eye(value.max() + 1)[value].T @ classes / len(value)
    apart = together.sum(1, keepdims=True) * together.sum(0)
    some = together > 0
    of_value = together.sum(1)
    entropy = -(of_value[of_value > 0] * np.log(of_value[of_value > 0])).sum()
    return float((together[some] * np.log(together[some] / apart[some])).sum() / entropy)
