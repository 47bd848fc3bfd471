"""Where each user's held-out item ranks, over the full catalog, seen items filtered."""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor

from fame.data import Events, Histories
from fame.data.batches import batches, pad
from fame.model import Model
from fame.ranking.item_side import item_side
from fame.ranking.scores import scores

CELLS = 8_192  # history positions scored at a time
SCORES = 4_000_000  # scores held at a time, in a catalog of a million or more 32 users'
USERS = 32  # scored at a time at least, so that a large table is not read anew for every few


@torch.inference_mode()
def ranks(model: Model, events: Events) -> np.ndarray:
    """(n,) int64: rank of each event's target, 1 = first; ties count against the target.

    Items of the user's own history are left out of the ranking (unless one is the target itself).
    """
    length, side = model.config.length, item_side(model)

    def score(rows: np.ndarray) -> Tensor:
        items = torch.from_numpy(pad(events.histories, rows, length)).to(side.table.device)
        return scores(model, model(items, newest=True), side)

    lengths, most = np.minimum(events.histories.lengths, length), max(USERS, SCORES // model.config.items)
    groups = (part for rows in batches(lengths, CELLS) for part in np.split(rows, range(most, len(rows), most)))
    return rank_all(score, events, groups)


def popularity_ranks(train: Histories, events: Events, items: int) -> np.ndarray:
    """The same for a recommender that gives everyone the items most often seen in training: the floor to beat."""
    counts = torch.from_numpy(np.bincount(train.items, minlength=items + 1)[1:].astype(np.float32))
    rows = np.array_split(np.arange(len(events.targets)), max(1, len(events.targets) * items // SCORES))
    return rank_all(lambda batch: counts.repeat(len(batch), 1), events, rows)


def rank_all(score: Callable[[np.ndarray], Tensor], events: Events, groups: Iterable[np.ndarray]) -> np.ndarray:
    """Ranks of all targets; `score` gives (len(rows), V) scores of the catalog's items for some rows of the events."""
    result = np.zeros(len(events.targets), dtype=np.int64)
    for rows in groups:
        found = score(rows)
        target = torch.from_numpy(events.targets[rows].astype(np.int64)).to(found.device) - 1
        own = found.gather(1, target[:, None])
        seen = [events.histories[row] for row in rows]
        user = np.repeat(np.arange(len(rows)), [len(items) for items in seen])
        found[torch.from_numpy(user), torch.from_numpy(np.concatenate(seen).astype(np.int64)) - 1] = -torch.inf
        found.scatter_(1, target[:, None], -torch.inf)
        result[rows] = 1 + (~(found < own)).sum(1).cpu().numpy()  # so that a NaN never looks good
    return result
