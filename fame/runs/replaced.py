"""A model with some of its weights replaced, which shares all others with the one that it was made of."""

import copy
from collections.abc import Mapping

from torch import Tensor, nn

from fame.model import Model


def replaced(model: Model, weights: Mapping[str, Tensor]) -> Model:
    """Weights by the names that `named_parameters` gives them; the model itself is as it was.

    What is not replaced is not copied: so of a large catalog there is one table, unless it is the one to be replaced.
    """
    own = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    taken = {name: nn.Parameter(value, requires_grad=False) for name, value in weights.items()}
    return copy.deepcopy(model, {id(value): taken.get(name, value) for name, value in own.items()})
