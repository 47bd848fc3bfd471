"""Changes made to a model's inner values while it runs: what would have happened if …"""

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Edit:
    """A change of one inner value; the empty edit changes nothing.

    Applied in this order: replace, multiply, renormalise. Tensors broadcast to the value's own shape.
    """

    set: Tensor | None = None  # replaces the value; NaN keeps the model's own
    scale: Tensor | None = None  # multiplies it; 0 knocks out, 1 keeps
    renormalise: bool = False  # rescale to sum 1 over the last axis: what was taken goes to the others in proportion

    def __call__(self, value: Tensor) -> Tensor:
        """`value` after the change, of the same shape."""
        if self.set is not None:
            value = torch.where(self.set.isnan(), value, self.set)
        if self.scale is not None:
            value = value * self.scale
        if self.renormalise:
            value = value / value.sum(-1, keepdim=True).clamp_min(torch.finfo(value.dtype).tiny)
        return value


@dataclass(frozen=True)
class Intervention:
    """What to change in a forward pass. Everything after a changed value is computed from the change.

    So an edit of the router reaches the facets, the gate and the score; an edit of the facets reaches the gate and the
    score; an edit of the gate reaches the score only, whose parts then stay an exact sum.
    """

    router: Edit = field(default_factory=Edit)  # of (B, T, H, N)
    facets: Edit = field(default_factory=Edit)  # of (B, T, H, K), before the gate reads them
    gate: Edit = field(default_factory=Edit)  # of (B, T, H)
    shift: Tensor | None = None  # (B, T, D), added to the item embeddings that are read; scores keep theirs
    keep: Tensor | None = None  # (B, T) bool; False masks that item in place: read by nobody, other positions unmoved
