"""The real user whose history it is, or was before it was edited: what they have seen is never recommended to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app import state
from fame.data import DataSet, held_out


@dataclass(frozen=True)
class User:
    """A user of the data set, up to the item that was held out."""

    id: str
    row: int  # in the data set
    older: tuple[int, ...]  # catalog indices of what is too old to be read, oldest first
    newest: tuple[int, ...]  # of what the model reads
    came: int | None  # what was held out; None where there is too little to hold one out
    edited: bool = False  # whether the history on screen is another one than theirs

    @property
    def seen(self) -> set[int]:
        """All that they had seen, which is not only what is read."""
        return {*self.older, *self.newest}


def whose(data: DataSet, length: int) -> User | None:
    """The session's user, whose history it takes over where it was not edited; who is not there is told of."""
    now = state.session()
    if not now.user:
        return None
    user = find(data, now.user, length)
    if user is None:
        state.notice(f"There is no user {now.user[:60]!r} among the {len(data.users):,} of {data.name}.")
        now.user, now.fresh = "", now.fresh or not now.edited
        return None
    own = [data.catalog.id(item) for item in user.newest]
    if not now.edited or now.history[-length:] == own:
        now.history, now.edited = own, False
    return replace(user, edited=now.edited)


def find(data: DataSet, name: str, length: int) -> User | None:
    """The user of that id, for a model that reads `length` items."""
    row = data.row(name)
    if row is None:
        return None
    before, came = held_out(data.histories, row)
    past = tuple(int(item) for item in before)
    return User(name, row, past[:-length], past[-length:], came)


def hidden(history: Iterable[int], user: User | None) -> tuple[int, ...]:
    """What is never recommended where repeats are not kept: what is in the history, and all that its user had seen."""
    return tuple(sorted(set(history) | (user.seen if user else set())))
