"""Which head answers for a model: nobody else needs to know."""

from torch import Tensor

from fame.heads.contract import Head, ItemSide
from fame.heads.item_side import item_side
from fame.heads.kinds import head_class
from fame.model import Model, Output


def head(model: Model, output: Output, side: ItemSide | None = None) -> Head:
    """What answers for the newest position of each history; `side` is the model's where it is at hand."""
    return head_class(model)(model, output, side or item_side(model))


def scores(model: Model, output: Output, side: ItemSide | None = None) -> Tensor:
    """(B, V): scores of all items, item v in column v - 1; `scores - scores.logsumexp(1)` are log-probabilities."""
    return head(model, output, side).scores()
