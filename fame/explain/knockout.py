"""Run the model again without one thing, and see what becomes of an item: an effect, not a weight."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from fame.explain.records import Knockout
from fame.model import Model, Output
from fame.ranking.recommend import HistoryError
from fame.runs.execute import execute, joined
from fame.runs.outcomes import Outcomes, first, outcomes
from fame.runs.plan import histories, without_each_facet, without_each_item

TOP = 10
KNOWN_OUTCOMES = 8  # items asked about one history


@dataclass(frozen=True)
class Runs:
    """A history with everything, without each facet, and without each past item, whatever item is then asked about.

    B = 1 + H + T, or 1 + H where the one past item is all that a model without begin token has.
    """

    history: tuple[int, ...]  # all of it, also what is too old to be read
    length: int  # T, read items
    output: Output  # (B, 1, …): where the next item is predicted
    _known: dict[tuple[int, tuple[int, ...]], Outcomes] = field(default_factory=dict, compare=False, repr=False)

    def outcomes(self, model: Model, target: int, hidden: Sequence[int]) -> Outcomes:
        """What became of an item, of which all that is hidden is told in order; of the last few asked it is known."""
        asked = target, tuple(hidden)
        found = self._known.get(asked)
        if found is None:
            found = outcomes(model, self.output, target, torch.tensor(hidden, dtype=torch.long))
            for oldest in list(self._known)[: 1 - KNOWN_OUTCOMES]:
                self._known.pop(oldest, None)
            self._known[asked] = found
        return found


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
    read = torch.tensor(list(history)[-model.config.length :])
    T, H = len(read), len(model.config.facets)
    plans = [without_each_facet(read, H, renormalise=False)] if H else [histories(read[None])]
    if T > 1 or model.config.begin:  # else nothing would be left to predict from
        plans.append(without_each_item(read, "remove"))
    ran = [execute(model, plan) for plan in plans]
    found = ran[0] if len(ran) == 1 else joined(ran)
    return Runs(tuple(int(item) for item in history), T, found)


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
    H, seen = len(model.config.facets), torch.tensor(out, dtype=torch.long)
    ran = found.outcomes(model, target, out)
    alone = len(ran.rank) == 1 + H
    top = first(model, found.output.only(range(1 + H)), TOP, seen)
    kept = torch.isin(top[1:], top[0]).sum(1)
    effect, rank = (ran.log_probability[0] - ran.log_probability).double().numpy(), ran.rank
    return Knockout(
        target=int(target),
        rank=int(rank[0]),
        log_probability=float(ran.log_probability[0]),
        facet_rank=rank[1 : 1 + H].numpy(),
        facet_effect=effect[1 : 1 + H],
        facet_kept=kept.numpy(),
        item_rank=rank[:1].numpy() if alone else rank[1 + H :].numpy(),
        item_effect=np.array([np.nan]) if alone else effect[1 + H :],
    )
