"""Ranks of two models of different catalogs, counted among the items that both have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from fame.checkpoint.store import load
from fame.compare.sides import Side
from fame.data import Catalog, DataSet, Events, Histories, leave_one_out
from fame.data.batches import pad
from fame.heads.item_side import item_side
from fame.heads.registry import scores
from fame.heads.topk import best_of
from fame.model import Model
from fame.ranking.evaluation import blocks, rank, seen, together
from fame.runs.execute import execute
from fame.runs.plan import histories
from fame.trace.queries import Trace
from fame.trace.records import KEPT_TOP


@dataclass(frozen=True)
class CommonQuestion:
    """One model's question for n users: their histories, and what of the catalog is not ranked."""

    model: Model
    events: Events  # (n)
    also_seen: Histories  # (n) what the other data say that they had seen, in this catalog
    left_out: np.ndarray  # items that the other catalog has not, indices


def translation(of: Catalog, into: Catalog) -> np.ndarray:
    """(V + 1,) int32: the index in another catalog of each item, by its id; 0 = it is not there."""
    found = [into.index(item) if item in into else 0 for item in of.ids]
    return np.array([0, *found], np.int32)


def ranks_among_common(
    first: Side, second: Side, events: tuple[np.ndarray, np.ndarray]
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray], int]:
    """Of users by their events in the two traces: ranks (n,) and lists (n, k) of both models, and how many are common.

    Only items of both catalogs are ranked, less what either data say that the user had seen. Each model reads its own
    data's history. Items of the lists are indices in the first catalog, -1 where there are no more.

    Raises
    ------
    ModelError, FolderError, TraceError
        A model cannot be read, or its trace.
    """
    about = Trace(first.trace).about
    sides = (first, second)
    asked = [_events(side, rows, about.split) for side, rows in zip(sides, events, strict=True)]
    to = [translation(sides[k].data.catalog, sides[1 - k].data.catalog) for k in (0, 1)]
    ranks, tops = [], []
    for k, side in enumerate(sides):
        question = CommonQuestion(
            model=load(side.model.folder).model,
            events=asked[k],
            also_seen=translated(asked[1 - k].histories, to[1 - k]),
            left_out=np.flatnonzero(to[k][1:] == 0) + 1,
        )
        found, top = ranked(question, about.repeats == "drop")
        ranks.append(found)
        in_first = top if k == 0 else to[1][top]
        tops.append(np.where(top > 0, in_first, -1))
    return (ranks[0], ranks[1]), (tops[0], tops[1]), int((to[0] > 0).sum())


def _events(side: Side, rows: np.ndarray, split: str) -> Events:
    """The held-out events of some rows of a trace, in their order."""
    trace = Trace(side.trace)
    users = trace.columns("user_id")["user_id"][rows]
    trace.close()
    return events_of_users(side.data, users.tolist(), split)


def events_of_users(data: DataSet, users: list[str], split: str) -> Events:
    """The held-out events of users by their ids, in that order."""
    parts = leave_one_out(data.histories)
    everything = parts.test if split == "test" else parts.validation
    place = {row: number for number, row in enumerate(everything.users.tolist())}
    return everything.only(np.array([place[row] for user in users if (row := data.row(user)) is not None]))


def translated(histories: Histories, to: np.ndarray) -> Histories:
    """Histories in the indices of another catalog, without what that has not."""
    items = to[histories.items]
    kept = np.concatenate([[0], np.cumsum(items > 0)])
    return Histories(items[items > 0], kept[histories.offsets])


@torch.inference_mode()
def ranked(asked: CommonQuestion, drop: bool) -> tuple[np.ndarray, np.ndarray]:
    """Ranks (n,) of the targets, and the items ranked first (n, k), 0 where there are no more."""
    model, events = asked.model, asked.events
    side, length = item_side(model), model.config.length
    n, k = len(events.targets), min(KEPT_TOP, model.config.items)
    ranks, tops = np.zeros(n, np.int32), np.zeros((n, KEPT_TOP), np.int64)
    out, lengths = torch.from_numpy(asked.left_out) - 1, events.histories.lengths
    for block in blocks(n):
        for rows in (block[some] for some in together(model, lengths[block])):
            found = scores(
                model, execute(model, histories(torch.from_numpy(pad(events.histories, rows, length)))), side
            )
            found[:, out] = -torch.inf
            if drop:
                for past in (events.histories, asked.also_seen):
                    found[seen(past, rows)] = -torch.inf
            ranks[rows] = rank(found, torch.from_numpy(events.targets[rows].astype(np.int64))).numpy()
            best, top = best_of(found, k)
            tops[rows, :k] = torch.where(best.isneginf(), 0, top + 1).numpy()
    return ranks, tops
