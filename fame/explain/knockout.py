"""Run the model again without one thing, and see what becomes of an item: an effect, not a weight."""

from collections.abc import Sequence

import numpy as np
import torch

from fame.explain.effects import Knockout
from fame.model import Edit, Intervention, Model
from fame.ranking.recommend import HistoryError
from fame.ranking.scores import scores

TOP = 10


@torch.inference_mode()
def knockout(model: Model, history: Sequence[int], target: int) -> Knockout:
    """Leave out each facet (its gate weight set to 0) and each past item (the rest moves up).

    The other gate weights are kept in a sum; in a mixture they share out what was taken, so that it stays one.

    Raises
    ------
    HistoryError
        The history is empty, or the target is in it.
    """
    if not len(history):
        raise HistoryError("The history is empty; give at least one item.")
    if target in history:
        raise HistoryError("The target is already in the history; choose an item that is not.")
    read = torch.tensor([list(history)[-model.config.length :]])  # (1, T)
    T, H = read.shape[1], len(model.config.facets)
    seen = torch.tensor(sorted(set(history))) - 1

    def run(items: torch.Tensor, intervention: Intervention | None = None) -> torch.Tensor:
        return scores(model, model(items, intervention))  # (B, V)

    runs = [run(read)]
    if H:
        without = 1 - torch.eye(H)[:, None, :]  # (H, 1, H): run h has the gate of facet h at 0
        runs.append(run(read.expand(H, T), Intervention(gate=Edit(scale=without))))
    alone = T == 1 and not model.config.begin  # then nothing would be left to predict from
    if not alone:
        runs.append(run(torch.stack([torch.cat([read[0, :t], read[0, t + 1 :]]) for t in range(T)])))
    ran = torch.cat(runs)

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
