"""Input knock-out by family: what becomes of an item when the past says nothing of one attribute family any more.

In the items of the history the family's component (see `anatomy`) is replaced by that of items drawn at random, the
rest of each item is kept, and the model runs again. Several draws give the effect an interval.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from fame.explain.families.anatomy import Anatomy
from fame.heads.registry import head
from fame.model import Intervention, Model, Output
from fame.runs.budget import at_once
from fame.runs.execute import execute
from fame.runs.plan import Plan

FAMILY_DRAWS = 8


@dataclass(frozen=True)
class FamilyEffects:
    """By how much targets fall, draw by draw; B histories, k targets of each, A families, R draws."""

    log_probability: Tensor  # (B, k) with everything
    effect: Tensor  # (B, k, A, R) log p with everything minus log p without: positive = the family speaks for it

    @property
    def mean(self) -> Tensor:
        """(B, k, A)."""
        return self.effect.mean(-1)


@torch.inference_mode()
def knock_out_families(
    model: Model, anatomy: Anatomy, read: Tensor, targets: Tensor, draws: int = FAMILY_DRAWS, seed: int = 0,
    at_hand: Output | None = None,
) -> FamilyEffects:  # fmt: skip
    """Histories (B, T), padded with 0 on the left, and targets (B, k) of each.

    The same items are drawn for every family and every history, so that effects can be compared. What the histories
    come to as they are may be `at_hand`, (B, 1, …).
    """
    B, T = read.shape
    A, R, V, D = len(anatomy.families), draws, model.config.items, model.config.width
    own = log_probability(model, read, targets) if at_hand is None else head(model, at_hand).log_p(targets)
    drawn = torch.randint(1, V + 1, (R, T), generator=torch.Generator().manual_seed(seed))
    others = anatomy.components(drawn)  # (R, T, A, D)
    effect = own.new_zeros(B, targets.shape[1], A, R)
    if not A:
        return FamilyEffects(own, effect)
    size = at_once(A * R * T * D)
    for start in range(0, B, size):
        some = slice(start, start + size)
        b = len(read[some])
        shift = others - anatomy.components(read[some])[:, None]  # (b, R, T, A, D)
        shift = shift.permute(0, 3, 1, 2, 4).reshape(b * A * R, T, D)
        items = read[some, None].expand(b, A * R, T).reshape(b * A * R, T)
        wanted = targets[some, None].expand(b, A * R, -1).reshape(b * A * R, -1)
        without = log_probability(model, items, wanted, Intervention(shift=shift))
        effect[some] = own[some, :, None, None] - without.view(b, A, R, -1).permute(0, 3, 1, 2)
    return FamilyEffects(own, effect)


def log_probability(model: Model, read: Tensor, targets: Tensor, change: Intervention | None = None) -> Tensor:
    """(B, T) and (B, k) -> log p of each target after its history, (B, k)."""
    return head(model, execute(model, Plan(read, change=change))).log_p(targets)
