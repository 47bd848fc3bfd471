"""Run the model again without one thing, and see what becomes of an item: an effect, not a weight."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fame.explain.records import Knockout
from fame.heads.registry import scores
from fame.model import Edit, Intervention, Model, Output
from fame.ranking.recommend import HistoryError

TOP = 10


@dataclass(frozen=True)
class Runs:
    """A history with everything, without each facet, and without each past item, whatever item is then asked about.

    B = 1 + H + T, or 1 + H where the one past item is all that a model without begin token has.
    """

    history: tuple[int, ...]  # all of it, also what is too old to be read
    length: int  # T, read items
    output: Output  # (B, 1, …): where the next item is predicted


@torch.inference_mode()
def runs(model: Model, history: Sequence[int]) -> Runs:
    """Leave out each facet (its gate weight set to 0) and each past item (the rest moves up).

    The other gate weights stay as they are where the head can do without a part; else they share out what was taken.

    Raises
    ------
    HistoryError
        The history is empty.
    """
    if not len(history):
        raise HistoryError("The history is empty; give at least one item.")
    read = torch.tensor([list(history)[-model.config.length :]])  # (1, T)
    T, H = read.shape[1], len(model.config.facets)
    ran = [model(read, newest=True)]
    if H:
        without = 1 - torch.eye(H)[:, None, :]  # (H, 1, H): run h has the gate of facet h at 0
        ran.append(model(read.expand(H, T), Intervention(gate=Edit(scale=without)), newest=True))
    if T > 1 or model.config.begin:  # else nothing would be left to predict from
        left = torch.stack([torch.cat([read[0, :t], read[0, t + 1 :]]) for t in range(T)])
        ran.append(model(left, newest=True))
    parts = {
        name: torch.cat([getattr(one, name) for one in ran]) for name in ("query", "facets", "gate", "router", "keep")
    }
    return Runs(tuple(int(item) for item in history), T, Output(**parts))


def knockout(model: Model, history: Sequence[int], target: int, hidden: Collection[int] | None = None) -> Knockout:
    """What became of an item in the `runs` of a history; `hidden` as in `recommend`.

    Raises
    ------
    HistoryError
        The history is empty, or the target is hidden.
    """
    return effects(model, runs(model, history), target, hidden)


@torch.inference_mode()
def effects(model: Model, found: Runs, target: int, hidden: Collection[int] | None = None) -> Knockout:
    """What becomes of one item without each facet and past item, from runs at hand: ranks, and falls of log p in nats.

    Raises
    ------
    HistoryError
        The target is hidden.
    """
    out = sorted(set(found.history if hidden is None else hidden))
    if target in out:
        where = "already in the history" if target in found.history else "among the items seen before"
        raise HistoryError(f"The target is {where}; choose an item that is not.")
    H, seen = len(model.config.facets), torch.tensor(out, dtype=torch.long) - 1
    ran: Tensor = scores(model, found.output)  # (B, V)
    alone = len(ran) == 1 + H

    log_probability = ran[:, target - 1] - ran.logsumexp(1)
    ran[:, seen] = -torch.inf
    rank = (ran > ran[:, target - 1, None]).sum(1) + 1
    top = ran[: 1 + H].topk(min(TOP, ran.shape[1] - len(seen))).indices
    kept = torch.isin(top[1:], top[0]).sum(1)
    effect = (log_probability[0] - log_probability).double().numpy()
    return Knockout(
        target=int(target),
        rank=int(rank[0]),
        log_probability=float(log_probability[0]),
        facet_rank=rank[1 : 1 + H].numpy(),
        facet_effect=effect[1 : 1 + H],
        facet_kept=kept.numpy(),
        item_rank=rank[:1].numpy() if alone else rank[1 + H :].numpy(),
        item_effect=np.array([np.nan]) if alone else effect[1 + H :],
    )
