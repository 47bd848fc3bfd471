"""The items' half of a score, worked out once a model instead of once an answer."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from fame.model import FAME, Model


@dataclass(frozen=True)
class ItemSide:
    """What a query meets; row 0 is padding."""

    table: Tensor  # (V + 1, D)
    bias: Tensor  # (V + 1,), centred over the catalog
    average: Tensor  # (D,), the average item
    keys: Tensor | None = None  # (H, V + 1, K), what the facets of a mixture of softmaxes meet, each by itself


_known: WeakKeyDictionary[Model, tuple[tuple[int, ...], ItemSide]] = WeakKeyDictionary()


@torch.inference_mode()
def item_side(model: Model) -> ItemSide:
    """A model's, remembered until its weights change: the average alone reads as much memory as a ranking does.

    Of a model that may still train it is worked out anew: a fused optimiser changes weights without leaving a trace.
    """
    if model.table().requires_grad:
        return worked_out(model)
    read = [model.table(), model.bias.weight]
    if isinstance(model, FAME) and model.item_facets.weight is not None:
        read.append(model.item_facets.weight)
    state = tuple(number for tensor in read for number in (tensor.data_ptr(), tensor._version))
    known = _known.get(model)
    if known is None or known[0] != state:
        known = state, worked_out(model)
        _known[model] = known
    return known[1]


def worked_out(model: Model) -> ItemSide:
    """From the weights as they are now."""
    table, keys = model.table().detach(), None
    if isinstance(model, FAME) and model.config.head == "mixture":
        keys = model.facet_keys(table).transpose(0, 1)
    return ItemSide(table, model.bias(), table[1:].mean(0), keys)
