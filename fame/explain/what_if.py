"""What would be recommended if the gate or a router weighed otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from fame.errors import InputError
from fame.model import Edit, Intervention, Model
from fame.ranking.recommend import recommend
from fame.ranking.recommendation import Recommendation


class WeightError(InputError):
    """A weight that the model does not have, or cannot have."""


@dataclass(frozen=True)
class Weight:
    """A change of one weight: of the gate, or of a facet's router where an expert is named.

    First `set`, then `scale`: 0 switches off. Only weights at the newest position reach the recommendation, since
    nothing comes after the layer that has them; elsewhere they change what is shown of that position.
    """

    facet: int
    expert: int | None = None
    set: float | None = None
    scale: float = 1.0
    position: int | None = None  # in what the model reads, 0 = oldest; None = everywhere


def what_if(
    model: Model, history: Sequence[int], changes: Sequence[Weight], k: int = 20, renormalise: bool = True
) -> Recommendation:
    """The recommendation with these changes; with `renormalise` the changed weights are brought back to sum 1.

    Raises
    ------
    WeightError
        There is no such facet, expert or position, or a weight is negative or no number.
    HistoryError
        As `recommend`.
    """
    return recommend(model, history, k, intervention(model, len(history), changes, renormalise))


def intervention(model: Model, items: int, changes: Sequence[Weight], renormalise: bool = True) -> Intervention:
    """The same as an intervention, for a history of so many items."""
    H, N = len(model.config.facets), model.config.experts
    T = min(items, model.config.length)
    S = T + model.config.begin
    gate, router = (
        (torch.full((1, S, H), torch.nan), torch.ones(1, S, H)),
        (
            torch.full((1, S, H, N), torch.nan),
            torch.ones(1, S, H, N),
        ),
    )
    for change in changes:
        if not 0 <= change.facet < H:
            raise WeightError(f"There is no facet {change.facet}; the model has {H}, counted from 0.")
        if change.expert is not None and not 0 <= change.expert < N:
            raise WeightError(f"There is no expert {change.expert}; a facet has {N}, counted from 0.")
        if change.position is not None and not 0 <= change.position < T:
            raise WeightError(f"There is no position {change.position}; the model reads {T} items, counted from 0.")
        for number in (change.set, change.scale):
            if number is not None and not 0 <= number < float("inf"):
                raise WeightError(f"The weight {number} is negative or not finite; give a number from 0.")
        where = slice(None) if change.position is None else S - T + change.position
        values, scales = gate if change.expert is None else router
        place = (0, where, change.facet) if change.expert is None else (0, where, change.facet, change.expert)
        if change.set is not None:
            values[place] = change.set
        scales[place] *= change.scale
    edits = [Edit(set=values, scale=scales, renormalise=renormalise) for values, scales in (gate, router)]
    return Intervention(gate=edits[0], router=edits[1])
