"""The evidence for what drove items after a history; `driver` judges it."""

from collections.abc import Sequence

import torch

from fame.explain.families.anatomy import Anatomy, split
from fame.explain.families.driver import Evidence
from fame.explain.families.knockout import FAMILY_DRAWS, knock_out_families
from fame.model import Model
from fame.ranking.recommend import HistoryError


@torch.inference_mode()
def evidence(
    model: Model, anatomy: Anatomy, history: Sequence[int], items: Sequence[int], draws: int = FAMILY_DRAWS
) -> list[Evidence]:
    """For items after a history of catalog indices.

    Raises
    ------
    HistoryError
        The history is empty.
    """
    if not len(history):
        raise HistoryError("The history is empty; give at least one item.")
    read, targets = torch.tensor([list(history)[-model.config.length :]]), torch.tensor([list(items)])
    output = model(read, newest=True)
    parts = split(model, anatomy, output, targets)[0]
    effects = knock_out_families(model, anatomy, read, targets, draws).effect[0]
    return [Evidence(anatomy.families, parts[i].numpy(), effects[i].numpy()) for i in range(len(items))]
