"""The items' half of a score, worked out once a model instead of once an answer."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from fame.model import Model


@dataclass(frozen=True)
class ItemSide:
    """What a query meets; row 0 is padding."""

    table: Tensor  # (V + 1, D)
    bias: Tensor  # (V + 1,), centred over the catalog
    average: Tensor  # (D,), the average item


_known: WeakKeyDictionary[Model, tuple[tuple[int, ...], ItemSide]] = WeakKeyDictionary()


@torch.inference_mode()
def item_side(model: Model) -> ItemSide:
    """A model's, remembered until its weights change: the average alone reads as much memory as a ranking does."""
    table, weight = model.table(), model.bias.weight
    state = (table.data_ptr(), table._version, weight.data_ptr(), weight._version)
    known = _known.get(model)
    if known is None or known[0] != state:
        known = state, ItemSide(table.detach(), model.bias(), table[1:].mean(0))
        _known[model] = known
    return known[1]
