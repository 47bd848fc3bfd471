"""The items' half of a score, worked out once a model instead of once an answer."""

from weakref import WeakKeyDictionary

import torch

from fame.heads.contract import ItemSide
from fame.heads.kinds import head_class
from fame.model import Model

_known: WeakKeyDictionary[Model, tuple[tuple[int, ...], ItemSide]] = WeakKeyDictionary()


@torch.inference_mode(False)  # what is remembered may be asked for with gradients later
@torch.no_grad()
def item_side(model: Model) -> ItemSide:
    """A model's, remembered until its weights change: the average alone reads as much memory as a ranking does.

    Of a model that may still train it is worked out anew: a fused optimiser changes weights without leaving a trace.
    """
    if model.table().requires_grad:
        return worked_out(model)
    state = tuple(number for tensor in model.scored_by() for number in (tensor.data_ptr(), tensor._version))
    known = _known.get(model)
    if known is None or known[0] != state:
        known = state, worked_out(model)
        _known[model] = known
    return known[1]


def worked_out(model: Model) -> ItemSide:
    """From the weights as they are now."""
    table = model.table().detach()
    return ItemSide(table, model.bias(), table[1:].mean(0), head_class(model).keys(model, table))
