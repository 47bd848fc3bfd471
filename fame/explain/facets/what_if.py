"""What would be recommended if the gate or a router weighed otherwise, or past items were left out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from fame.errors import InputError
from fame.heads.kinds import kind_of
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


@dataclass(frozen=True)
class Answer:
    """What is recommended then, and the weights from which it is."""

    ranking: Recommendation
    gate: np.ndarray  # (H,) as chosen, where chosen; where none is droppable, their proportions count
    router: np.ndarray  # (H, N)


def reweigh(
    model: Model,
    history: Sequence[int],
    gate: Mapping[int, float],
    router: Mapping[tuple[int, int], float],
    without: Collection[int] = (),
    k: int = 20,
    hidden: Collection[int] | None = None,
) -> Answer:
    """The recommendation with weights of facets and of (facet, expert) chosen, each of the others staying as it is.

    So the weights of a gate or a router may come to more or less than 1; where the head cannot do without a part, their
    proportions count. Only what depends on a changed value changes with it: the gate reads what the routers made of the
    facets. `without` are places in the history, 0 = oldest, that are not read; their items stay out of the answer all
    the same, unless `hidden`, as in `recommend`, is without them. With nothing chosen it is `recommend`.

    Raises
    ------
    WeightError
        As `what_if`, or every facet is switched off and the head cannot do without all.
    HistoryError
        Nothing is left to read, or as `recommend`.
    """
    oldest = max(0, len(history) - model.config.length)  # no older one takes the place of what is left out
    read = [item for t, item in enumerate(history) if t >= oldest and t not in without]
    out = set(history) if hidden is None else hidden
    changes = [Weight(facet, n, set=share) for (facet, n), share in router.items()]
    changes += [Weight(facet, set=share) for facet, share in gate.items()]
    kind = kind_of(model.config.head)
    if not kind.droppable and len(gate) == len(model.config.facets) and not any(gate.values()):
        raise WeightError(f"With every facet switched off a {kind.title} has nothing to mix; leave one on.")
    asked = intervention(model, len(read), changes, renormalise=False) if changes else None
    if asked is None or kind.droppable:
        found = recommend(model, read, k, asked, hidden=out)
        return Answer(found, found.gate[-1], found.router[-1])
    weights = recommend(model, read, 1, asked, hidden=out).gate[-1]  # before they are brought to 1
    asked = replace(asked, gate=replace(asked.gate, renormalise=True))
    found = recommend(model, read, k, asked, hidden=out)
    return Answer(found, weights, found.router[-1])


def what_if(
    model: Model, history: Sequence[int], changes: Sequence[Weight], k: int = 20, renormalise: bool = True,
    hidden: Collection[int] | None = None,
) -> Recommendation:  # fmt: skip
    """The recommendation with these changes; with `renormalise` the changed weights are brought back to sum 1.

    Raises
    ------
    WeightError
        There is no such facet, expert or position, or a weight is negative or no number.
    HistoryError
        As `recommend`.
    """
    return recommend(model, history, k, intervention(model, len(history), changes, renormalise), hidden)


def intervention(model: Model, items: int, changes: Sequence[Weight], renormalise: bool = True) -> Intervention:
    """The intervention that makes these changes to the gate and the routers, for a history of so many items."""
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
