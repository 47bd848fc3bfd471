"""Where each user's held-out item ranks, over the full catalog.

What `recommend` never returns is never counted as a hit. An event whose target the user had seen before is a *repeat*:
where seen items are not recommended it can be no hit, and is left out of the measures; or everything is kept, and seen
items are ranked with the others.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from fame.data import Events, Histories, held_out
from fame.data.batches import pad
from fame.heads.item_side import item_side
from fame.heads.registry import scores
from fame.heads.topk import BLOCK
from fame.model import Model
from fame.runs.budget import histories_at_once
from fame.runs.execute import execute
from fame.runs.plan import histories

Repeats = Literal["drop", "keep"]

USERS = 32  # scored at a time at least, so that a large table is not read anew for every few
EVENTS = 1_024  # in a block, whose events are put in batches: what is worked out of them all is held until it is whole


def counted(events: Events, repeats: Repeats = "drop") -> Events:
    """The events that count in the measures: those that are no repeat, or all."""
    return events if repeats == "keep" else events.only(~events.repeated())


@torch.inference_mode()
def ranks(model: Model, events: Events, repeats: Repeats = "drop") -> np.ndarray:
    """(n,) int64: rank of each event's target, 1 = first; ties count against the target.

    Unless repeats are kept, all items of a user's history are left out of the ranking; a target among them is last.
    """
    length, side = model.config.length, item_side(model)

    def score(rows: np.ndarray) -> Tensor:
        items = torch.from_numpy(pad(events.histories, rows, length)).to(side.table.device)
        return scores(model, execute(model, histories(items)), side)

    lengths = events.histories.lengths
    groups = (block[rows] for block in blocks(len(lengths)) for rows in together(model, lengths[block]))
    return rank_all(score, events, groups, repeats)


def blocks(events: int) -> Iterator[np.ndarray]:
    """Rows of so many events, one block after another."""
    for start in range(0, events, EVENTS):
        yield np.arange(start, min(start + EVENTS, events))


def together(model: Model, lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Events of a block, by the lengths of their histories, in batches that are read and scored at once.

    Sums are rounded otherwise in another batch: whoever wants the very same ranks takes the very same batches.
    """
    most = max(USERS, BLOCK // model.config.items)
    for rows in histories_at_once(model.config, lengths):
        yield from np.split(rows, range(most, len(rows), most))


def rank_of_user(model: Model, histories: Histories, user: int, repeats: Repeats = "drop") -> int | None:
    """The rank that one user's held-out item counts with; None where it counts in no measure, or none is held out."""
    before, target = held_out(histories, user)
    if target is None:
        return None
    past = Histories(before, np.array([0, len(before)]))
    event = counted(Events(np.array([user]), past, np.array([target], dtype=np.int32)), repeats)
    return int(ranks(model, event, repeats)[0]) if len(event.targets) else None


def popularity_ranks(train: Histories, events: Events, items: int, repeats: Repeats = "drop") -> np.ndarray:
    """(n,) ranks of the targets where everyone gets the items most often seen in training: the floor to beat."""
    counts = torch.from_numpy(np.bincount(train.items, minlength=items + 1)[1:].astype(np.float32))
    rows = np.array_split(np.arange(len(events.targets)), max(1, len(events.targets) * items // BLOCK))
    return rank_all(lambda batch: counts.repeat(len(batch), 1), events, rows, repeats)


def rank_all(
    score: Callable[[np.ndarray], Tensor], events: Events, groups: Iterable[np.ndarray], repeats: Repeats = "drop"
) -> np.ndarray:
    """Ranks of all targets; `score` gives (len(rows), V) scores of the catalog's items for some rows of the events."""
    result = np.zeros(len(events.targets), dtype=np.int64)
    for rows in groups:
        found = score(rows)
        if repeats == "drop":
            found[seen(events.histories, rows)] = -torch.inf
        result[rows] = rank(found, torch.from_numpy(events.targets[rows].astype(np.int64))).cpu().numpy()
    return result


def seen(histories: Histories, rows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Where in scores (len(rows), V) the items of some users' histories stand."""
    some = [histories[row] for row in rows]
    user = np.repeat(np.arange(len(rows)), [len(items) for items in some])
    return torch.from_numpy(user), torch.from_numpy(np.concatenate(some).astype(np.int64)) - 1


def rank(found: Tensor, targets: Tensor) -> Tensor:
    """(B,) int64: rank of each target among scores (B, V), 1 = first; its equals and a NaN stand before it."""
    own = found.gather(1, targets.to(found.device)[:, None] - 1)
    return (~(found < own)).sum(1)  # itself included
