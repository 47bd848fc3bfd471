"""Which items belong to which expert of a facet."""

import numpy as np
import torch

from fame.model import Faceted
from fame.runs.budget import at_once, positions_at_once
from fame.runs.execute import execute
from fame.runs.plan import histories


@torch.inference_mode()
def owners(model: Faceted) -> np.ndarray:
    """(V, H): the number of the expert that each item belongs to most, item v in row v - 1.

    Where experts own items in shares (`Faceted.shares`) it is the one with the largest. Elsewhere it is the one to
    which the item, as a whole history, is routed above that expert's average.
    """
    H, N, V = model.config.heads, model.config.experts, model.config.items
    owning, table, found = list(model.config.owning), model.table(), []
    belongs = routed_alone(model) if len(owning) < H else np.zeros((V, H), np.int16)
    for rows in torch.split(torch.arange(1, V + 1), at_once(2 * H * (model.config.facet_width + N))):
        if (shares := model.shares(model.sub_embeddings(table[rows]))) is not None:
            found.append(shares.argmax(-1).short().numpy())
    if found:
        belongs[:, owning] = np.concatenate(found)
    return belongs


def routed_alone(model: Faceted) -> np.ndarray:
    """(V, H): by the router, of every item as a whole history."""
    items = torch.split(torch.arange(1, model.config.items + 1)[:, None], positions_at_once(model.config, 1))
    router = torch.cat([execute(model, histories(some)).router[:, 0] for some in items])
    return (router / router.mean(0)).argmax(2).short().numpy()
