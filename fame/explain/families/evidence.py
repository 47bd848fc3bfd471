"""The evidence for what drove items after a history; `driver` judges it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fame.explain.families.anatomy import Anatomy, split
from fame.explain.families.driver import Evidence, may_drive
from fame.explain.families.knockout import FAMILY_DRAWS, knock_out_families
from fame.model import Model
from fame.ranking.recommend import HistoryError
from fame.runs.execute import execute
from fame.runs.plan import histories

USUAL = 16  # items drawn at random, the same after every history


@dataclass(frozen=True)
class FamilyEvidence:
    """Of B histories with k targets each; A families, R draws."""

    parts: Tensor  # (B, k, A)
    effect: Tensor  # (B, k, A, R)
    usual: Tensor  # (B, 2) root mean square of parts, and of mean falls, of what may drive, over items drawn at random


@torch.inference_mode()
def ask(
    model: Model, anatomy: Anatomy, read: Tensor, targets: Tensor, draws: int = FAMILY_DRAWS, usual: int = USUAL
) -> FamilyEvidence:
    """Parts and knock-outs of targets (B, k) after histories (B, T), padded on the left, and what is usual there."""
    k, generator = targets.shape[1], torch.Generator().manual_seed(0)
    others = torch.randint(1, model.config.items + 1, (usual,), generator=generator).expand(len(read), -1)
    every = torch.cat([targets, others], 1)
    whole = execute(model, histories(read))
    parts = split(model, anatomy, whole, every)
    effect = knock_out_families(model, anatomy, read, every, draws, at_hand=whole).effect
    A = may_drive(anatomy.families, anatomy.given)
    found = [of[:, k:, :A].square().mean((1, 2)).sqrt() for of in (parts, effect.mean(-1))]
    return FamilyEvidence(
        parts[:, :k], effect[:, :k], torch.stack(found, 1).nan_to_num()
    )  # of no families there is no mean


def evidence(
    model: Model, anatomy: Anatomy, history: Sequence[int], items: Sequence[int], draws: int = FAMILY_DRAWS
) -> list[Evidence]:
    """For items after a history of catalog indices.

    Raises
    ------
    HistoryError
        The history is empty.
    """
    if not len(history):
        raise HistoryError("The history is empty; give at least one item.")
    read, targets = torch.tensor([list(history)[-model.config.length :]]), torch.tensor([list(items)])
    found = ask(model, anatomy, read, targets, draws)
    part, fall = found.usual[0].tolist()
    derived = len(anatomy.families) - anatomy.given
    return [
        Evidence(anatomy.families, found.parts[0, i].numpy(), found.effect[0, i].numpy(), (part, fall), derived)
        for i in range(len(items))
    ]
