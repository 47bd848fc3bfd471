"""History -> the next items with their exact parts."""

from collections.abc import Sequence

import numpy as np
import torch

from fame.errors import InputError
from fame.model import Intervention, Model
from fame.ranking.recommendation import Recommendation
from fame.ranking.topk import top_k


class HistoryError(InputError):
    """A history from which nothing can be predicted."""


@torch.inference_mode()
def recommend(
    model: Model, history: Sequence[int], k: int = 20, intervention: Intervention | None = None
) -> Recommendation:
    """The k items most likely next, none of them in the history.

    Parameters
    ----------
    history : catalog indices, oldest first; only the newest `config.length` are read, all are left out of the answer
    k : at most; fewer come back where the catalog has fewer unseen items

    Raises
    ------
    HistoryError
        The history is empty, or holds every item of the catalog, or k is below 1.
    """
    V = model.config.items
    seen = sorted(set(history))
    if not seen:
        raise HistoryError("The history is empty; give at least one item.")
    if k < 1:
        raise HistoryError(f"k is {k}; ask for at least one item.")
    if len(seen) == V:
        raise HistoryError(
            f"The history holds all {V} items of the catalog; leave one out to have something to recommend."
        )

    read = torch.tensor([list(history)[-model.config.length :]])
    output = model(read, intervention)
    query, table, bias = output.at_last(output.query), model.table(), model.bias()
    ranked = top_k(query, table, bias, min(k, V - len(seen)), torch.tensor([seen]))

    H, K = output.gate.shape[-1], model.config.facet_width
    items = ranked.items[0]
    parts = query[0] * (table[items] - table[1:].mean(0))  # (k, D), centred over the catalog
    return Recommendation(
        history=read[0].numpy(),
        items=items.numpy(),
        score=ranked.scores[0].double().numpy(),
        probability=(ranked.scores[0] - ranked.log_normaliser[0]).exp().double().numpy(),
        reference=float(query[0] @ table[1:].mean(0) + bias[1:].mean()),
        bias=(bias[items] - bias[1:].mean()).double().numpy(),
        contributions=parts.view(-1, H, K).sum(-1).double().numpy() if H else np.zeros((len(items), 0)),
        gate=output.gate[0].double().numpy(),
        router=output.router[0].double().numpy(),
    )
