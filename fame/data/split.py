"""Leave-one-out: a user's last item is the test target, the one before the validation target, the rest trains."""

from dataclasses import dataclass

import numpy as np

from fame.data.histories import Histories

FEWEST_INTERACTIONS = 3  # with fewer interactions nothing would be left to train on: such a user only trains


@dataclass(frozen=True)
class Events:
    """One prediction a user: what was seen before, and what came."""

    users: np.ndarray  # (n,) int64 rows of the data set's users
    histories: Histories  # (n)
    targets: np.ndarray  # (n,) int32 catalog indices

    def repeated(self) -> np.ndarray:
        """(n,) bool: whether what came is in what was seen before, however long ago."""
        same = self.histories.items == np.repeat(self.targets, self.histories.lengths)
        return np.diff(np.concatenate([[0], np.cumsum(same)])[self.histories.offsets]) > 0

    def only(self, rows: np.ndarray) -> "Events":
        """Some of them, by row number or by a bool each, in their order."""
        rows = np.arange(len(self.targets))[rows]
        histories = _without_last(self.histories, rows, np.zeros(len(rows), np.int64))
        return Events(self.users[rows], histories, self.targets[rows])


@dataclass(frozen=True)
class Split:
    """`train` holds no validation or test target of its user; a validation history holds no test target."""

    train: Histories
    validation: Events
    test: Events


def leave_one_out(histories: Histories) -> Split:
    """Split every user's history by its end."""
    lengths = histories.lengths
    users = np.flatnonzero(lengths >= FEWEST_INTERACTIONS)
    cut = np.where(lengths >= FEWEST_INTERACTIONS, 2, 0)
    return Split(
        train=_without_last(histories, np.arange(len(histories)), cut),
        validation=_events(histories, users, 2),
        test=_events(histories, users, 1),
    )


def held_out(histories: Histories, user: int) -> tuple[np.ndarray, int | None]:
    """One user's test event: what was seen before, and what came; all of it and None where too little to hold one out.

    The same as in `leave_one_out`, without the split of everybody.
    """
    items = histories[user]
    return (items[:-1], int(items[-1])) if len(items) >= FEWEST_INTERACTIONS else (items, None)


def sample(events: Events, most: int, seed: int) -> Events:
    """At most so many of the events, drawn by the seed, in their order."""
    if len(events.targets) <= most:
        return events
    return events.only(np.sort(np.random.default_rng(seed).choice(len(events.targets), most, replace=False)))


def _events(histories: Histories, users: np.ndarray, back: int) -> Events:
    targets = histories.items[histories.offsets[users + 1] - back]
    return Events(users, _without_last(histories, users, np.full(len(users), back)), targets)


def _without_last(histories: Histories, users: np.ndarray, cut: np.ndarray) -> Histories:
    lengths = histories.lengths[users] - cut
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    place = np.arange(offsets[-1]) + np.repeat(histories.offsets[users] - offsets[:-1], lengths)
    return Histories(histories.items[place], offsets)
