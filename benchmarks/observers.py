"""What a history alone tells of the preference that is followed, whoever reads it: what routers are held against."""

from itertools import combinations
from typing import Any

import numpy as np

from fame.data.batches import pad
from fame.data.preferences import Preferences
from fame.explain.trust.preferences import from_history, preference_told


def observers(truth: Preferences, made: dict[str, Any], seed: int) -> dict[str, float]:
    """Cases, and right answers among them of several observers.

    The oracle, the more frequent and the latest of a user's values are told what the user likes. The unaware observer
    is not, as no model is: it knows how the data were made, and is judged as a router is, by the value that it holds
    the likeliest and by all its probabilities.
    """
    right = from_history(truth) | {"unaware": 0.0, "unaware, all": 0.0}
    for a, believed in enumerate(unaware(truth, made)):
        rows = np.flatnonzero(truth.active[:, a] >= 0)
        asked = truth.liked[rows, a], truth.active[rows, a], seed, 0
        likeliest = np.eye(believed.shape[1])[believed.argmax(1)]
        right["unaware"] += len(rows) * preference_told(likeliest[rows], *asked).share
        right["unaware, all"] += len(rows) * preference_told(np.log(believed[rows].clip(1e-9)), *asked).share
    return right


def unaware(truth: Preferences, made: dict[str, Any]) -> list[np.ndarray]:
    """Of each family (n, values): how probable it is that each value is the one that is followed.

    A filter over which values a user likes and which of these is followed, a family each, and over the family that is
    followed; after every item these are taken as independent, where an exact one would keep them together.
    """
    P, stays, noise = int(made["preferences"]), float(made["stickiness"]), float(made["noise"])
    items = pad(truth.events.histories, np.arange(len(truth.liked)), int(truth.events.histories.lengths.max()))
    n, A, V = len(items), len(truth.families), truth.families[0].items
    sets = [np.array(list(combinations(range(len(one.values)), P))) for one in truth.families]
    likes = [np.full((n, *one.shape), 1 / one.size) for one in sets]  # (n, sets, P)
    follows = np.full((n, A), 1 / A)
    for position in range(1, items.shape[1]):
        rows = np.flatnonzero(items[:, position - 1] > 0)  # a user's first item follows nothing
        item = items[rows, position]
        before = follows[rows]
        moved = stays * before + (1 - stays) / max(1, A - 1) * (1 - before)
        then, chance = [], np.zeros((len(rows), A))
        for a, family in enumerate(truth.families):
            own, code = likes[a][rows], family.of(item)[:, 0]
            other = (1 - stays) / max(1, P - 1) * (own.sum(2, keepdims=True) - own)
            hit = (stays * own + other) * (sets[a][None] == code[:, None, None])
            total = hit.sum((1, 2))
            chance[:, a] = total / np.maximum(family.counts[code], 1)
            then.append(hit / np.maximum(total, 1e-300)[:, None, None])
        drove, stray = (1 - noise) * moved * chance, noise / V * moved
        both = (drove + stray).sum(1, keepdims=True)
        follows[rows] = (drove + stray) / both
        for a, share in enumerate((drove / both).T[..., None, None]):
            likes[a][rows] = (1 - share) * likes[a][rows] + share * then[a]
    believed = []
    for a, family in enumerate(truth.families):
        found = np.zeros((n, len(family.values)))
        for place, values in enumerate(sets[a]):
            found[:, values] += likes[a][:, place]
        believed.append(found)
    return believed
