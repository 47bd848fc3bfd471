"""What the best possible observer of planted data could name: the ceiling for every reading of the driver."""

from collections import Counter

import numpy as np

from fame.data.dataset import DataSet
from fame.data.derived.records import AUDIENCE


def oracle(data: DataSet) -> dict[str, float | int]:
    """Share of test events (a user's last) whose facet is named by an observer who knows the true facet before.

    It names that facet if the target shares a value of it with the item before; else, of the families in which the two
    share a value, the one whose shared value is rarest in the catalog. Where users have fixed wishes (the truth tells
    values) it knows them, and what counts is what the target shares with these; so with audiences, of which a user has
    one. Only events with a truth count. `chance` is one over the number of families that can be named.
    """
    if data.truth is None:
        raise ValueError(f"{data.name} has no truth")
    catalog = data.catalog
    names = nameable(data)
    carriers: dict[tuple[str, str], int] = {}
    for item in range(1, len(catalog) + 1):
        for name in names:
            for value in catalog.values(name, item):
                carriers[name, value] = carriers.get((name, value), 0) + 1

    row = {user: u for u, user in enumerate(data.users)}
    known = {
        (row[user], position): facet
        for user, position, facet in zip(
            data.truth["user_id"], data.truth["position"], data.truth["facet"], strict=True
        )
    }
    liked, audiences = wishes(data), own_audiences(data)
    hits = []
    for user, length in enumerate(data.histories.lengths):
        truth = known.get((user, length - 1))
        if truth is None or length < 2:
            continue
        before, target = (int(item) for item in data.histories[user][-2:])
        wanted = {name: liked[data.users[user], name] if liked else catalog.values(name, before) for name in names}
        if AUDIENCE in names and AUDIENCE in known.values():
            wanted[AUDIENCE] = audiences.get(user, ())
        shared = {name: set(wanted[name]) & set(catalog.values(name, target)) for name in names}
        previous = known.get((user, length - 2))
        if previous is not None and shared.get(previous):
            hits.append(previous == truth)
        else:
            rarest = [
                (min(carriers[name, value] for value in values), name) for name, values in shared.items() if values
            ]
            hits.append(bool(rarest) and min(rarest)[1] == truth)
    return {"events": len(hits), "chance": 1 / len(names), "oracle": float(np.mean(hits)) if hits else 0.0}


def nameable(data: DataSet) -> list[str]:
    """The families that can be named: those that were given, and audience, where items are known by it."""
    names = [family.name for family in data.catalog.given]
    return names + [family.name for family in data.catalog.derived if family.name == AUDIENCE]


def own_audiences(data: DataSet) -> dict[int, tuple[str, ...]]:
    """The audience of every user whom one drove: that of most of the items that it drove them to."""
    if data.truth is None or AUDIENCE not in nameable(data):
        return {}
    row, found = {user: u for u, user in enumerate(data.users)}, dict[int, Counter[str]]()
    driven = data.truth[data.truth["facet"] == AUDIENCE]
    for user, position in zip(driven["user_id"], driven["position"], strict=True):
        u = row[user]
        widest = data.catalog.values(AUDIENCE, int(data.histories[u][position]))[:1]
        found.setdefault(u, Counter()).update(widest)
    return {u: (counts.most_common(1)[0][0],) for u, counts in found.items() if counts}


def wishes(data: DataSet) -> dict[tuple[str, str], tuple[str, ...]]:
    """Of each user and family the values that ever drove an interaction; empty where the truth tells no values."""
    if data.truth is None or "value" not in data.truth:
        return {}
    liked: dict[tuple[str, str], set[str]] = {}
    for user, name, value in zip(data.truth["user_id"], data.truth["facet"], data.truth["value"], strict=True):
        liked.setdefault((user, name), set()).add(value)
    names = [family.name for family in data.catalog.families]
    return {(user, name): tuple(sorted(liked.get((user, name), ()))) for user in data.users for name in names}
