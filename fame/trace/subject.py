"""What every block of a trace asks of the model, worked out once."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from fame.data import Catalog, DataSet, leave_one_out
from fame.explain.families.anatomy import Anatomy, fit
from fame.heads.contract import ItemSide
from fame.heads.item_side import item_side
from fame.model import Model
from fame.ranking.evaluation import Repeats


@dataclass(frozen=True)
class Subject:
    """A model with its catalog; V items."""

    model: Model
    catalog: Catalog
    repeats: Repeats
    anatomy: Anatomy
    side: ItemSide
    unpopular: ItemSide | None  # the same without popularity; None where the model has none
    counts: np.ndarray  # (V + 1,) int32 interactions with each item in training
    norms: Tensor  # (V + 1,) of the item vectors
    ids: np.ndarray  # (V + 1,) objects; index 0 is None

    @classmethod
    def of(cls, model: Model, data: DataSet, repeats: Repeats, anatomy: Anatomy | None = None) -> "Subject":
        """Of a model and the data that it was trained on; the anatomy is fitted where it is not at hand."""
        side, train = item_side(model), leave_one_out(data.histories).train
        ids = np.empty(len(data.catalog) + 1, dtype=object)
        ids[1:] = data.catalog.ids
        return cls(
            model=model,
            catalog=data.catalog,
            repeats=repeats,
            anatomy=anatomy or fit(model, data.catalog),
            side=side,
            unpopular=replace(side, bias=torch.zeros_like(side.bias)) if model.config.popularity else None,
            counts=np.bincount(train.items, minlength=len(ids)).astype(np.int32),
            norms=side.table.norm(dim=1).clamp_min(torch.finfo(side.table.dtype).tiny),
            ids=ids,
        )
