"""Where users hold several preferences in a family: which one they follow, and how well that can be told at all."""

from dataclasses import dataclass

import numpy as np

from fame.data.attributes import Attributes, attributes
from fame.data.columns import DataError
from fame.data.dataset import DataSet
from fame.data.oracle import wishes
from fame.data.split import Events, leave_one_out

MADE_BY = ("stickiness", "noise", "preferences")  # what of a generator has to be known
STATES = 1 << 22  # probabilities held at a time


@dataclass(frozen=True)
class Preferences:
    """At the end of every test history; n users, A families, P preferences of a user in a family."""

    events: Events  # (n)
    families: tuple[Attributes, ...]  # (A,)
    liked: np.ndarray  # (n, A, P) numbers of the values, ascending; -1 where fewer ever drove a choice
    # Which of the P values; -1 where none, or where not each of them drove a choice before: then it is no question.
    active: np.ndarray  # (n, A) the family was last driven by
    drives: np.ndarray  # (n, A) drives the target
    believed: np.ndarray  # (n, A, P) the oracle's probability that a value is active


def preferences(data: DataSet) -> Preferences:
    """The truth about a planted cinema's preferences, and what the best possible observer makes of the history alone.

    The oracle knows the chances that the cinema was made by, which values each user likes, and how many films have a
    value; it keeps the probability of every state (the family followed, and in each family the preference) and updates
    it by Bayes' rule film by film, the forward algorithm of a hidden Markov model. That films are not all equally
    popular it does not know; the truth of the events it never sees.

    Raises
    ------
    DataError
        The data tell no values that drove anything, or not by what they were made.
    """
    liked_by, made = wishes(data), data.details.get("generator") or {}
    known = isinstance(made, dict) and all(isinstance(made.get(name), int | float) for name in MADE_BY)
    if not liked_by or not known or not (0 <= made["stickiness"] <= 1 and 0 <= made["noise"] <= 1):
        raise DataError(
            f"{data.name!r} does not say which preference drove what; make data that does with "
            "`python -m fame data make planted-cinema --preferences 2`."
        )
    events = leave_one_out(data.histories).test
    assert data.truth is not None
    drove_any = set(data.truth["facet"])
    families = tuple(attributes(data.catalog, one.name) for one in data.catalog.families if one.name in drove_any)
    n, A, P = len(events.users), len(families), max(1, int(made["preferences"]))
    if A * P**A > STATES:
        raise DataError(
            f"{data.name!r} has {P} preferences in each of {A} families: too many for all that may be followed at once "
            "to be kept track of."
        )
    liked, place = np.full((n, A, P), -1), {}
    for row, user in enumerate(events.users):
        for a, family in enumerate(families):
            its = liked_by[data.users[user], family.family]
            for k, value in enumerate(its if len(its) <= P else ()):  # of more it is not known which are followed when
                place[data.users[user], family.family, value] = row, a, k
                liked[row, a, k] = family.values.index(value) if value in family.values else -1

    active, drives, drove = np.full((n, A), -1), np.full((n, A), -1), np.zeros((n, A, P), bool)
    columns = (data.truth.sort_values("position")[name] for name in ("user_id", "position", "facet", "value"))
    for user_id, position, facet, value in zip(*columns, strict=True):
        if (user_id, facet, value) in place:
            row, a, k = place[user_id, facet, value]
            before = position < events.histories.lengths[row]
            drove[row, a, k] |= before
            (active if before else drives)[row, a] = k
    several = drove.all(2) & (liked >= 0).all(2) & (P > 1)
    active, drives = np.where(several, active, -1), np.where(several, drives, -1)
    at_once = max(1, STATES // (A * P**A))
    believed = np.concatenate(
        [
            observe(events.only(rows), families, liked[rows], made["stickiness"], made["noise"])
            for rows in np.split(np.arange(n), range(at_once, n, at_once))
        ]
    )
    return Preferences(events, families, liked, active, drives, believed)


def observe(
    events: Events, families: tuple[Attributes, ...], liked: np.ndarray, stickiness: float, noise: float
) -> np.ndarray:
    """The forward algorithm -> `believed`."""
    n, A, P = liked.shape
    items = families[0].items
    there = (liked >= 0).astype(float)
    there[~there.any(2)] = 1  # nothing is known: then nothing is learned, either
    state = np.ones((n, A, *[P] * A))  # [u, a, i, j, …]: family a is followed, and i, j, … are the active preferences
    for a in range(A):
        state *= along(there[:, a], 1 + a, A)[:, None]
    state /= state.reshape(n, -1).sum(1).reshape(n, *[1] * (A + 1))

    lengths = events.histories.lengths
    for position in range(1, int(lengths.max(initial=0))):  # the first film follows nothing
        rows = np.flatnonzero(lengths > position)
        item = events.histories.items[events.histories.offsets[rows] + position]
        before = state[rows]
        moved = stickiness * before + (1 - stickiness) / max(1, A - 1) * (before.sum(1, keepdims=True) - before)
        followed = np.empty_like(moved)
        for a, family in enumerate(families):
            own = moved[:, a]
            others = own.sum(1 + a, keepdims=True) - own
            has = (family.of(item)[:, None] == liked[rows, a][..., None]).any(2) & (liked[rows, a] >= 0)  # (rows, P)
            chance = np.where(family.known[item][:, None], has / family.counts[liked[rows, a]], 1 / items)
            stays = stickiness * own + (1 - stickiness) / max(1, P - 1) * others
            followed[:, a] = stays * along(chance * there[rows, a], 1 + a, A)
        new = noise / items * moved + (1 - noise) * followed
        state[rows] = new / new.reshape(len(rows), -1).sum(1).reshape(len(rows), *[1] * (A + 1))

    return np.stack([state.sum((1, *(2 + b for b in range(A) if b != a))) for a in range(A)], 1)


def along(values: np.ndarray, axis: int, families: int) -> np.ndarray:
    """(n, P) -> (n, 1, …, P, …, 1), P at that axis of as many as there are families and one."""
    return values.reshape(len(values), *[values.shape[1] if 1 + a == axis else 1 for a in range(families)])
