"""What drove a recommendation: one rule, which names an attribute family with its evidence, or nothing.

A reading proposes and an intervention decides. The reading is the score anatomy: the family whose part lifts the item
most. The intervention is the input knock-out: with that family's component of the past replaced, the item must fall,
and for no other family may it fall further, beyond the error of the draws. The gate is never asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from fame.explain.anatomy import Anatomy, split
from fame.explain.families import DRAWS, knock_out_families
from fame.model import Model
from fame.ranking.recommend import HistoryError

BY = "anatomy, confirmed by input knock-out"
ERRORS = 2.0  # standard errors beyond which an effect is told from none, or from another


@dataclass(frozen=True)
class Evidence:
    """For one item; A families in the order of `families`."""

    families: tuple[str, ...]
    parts: np.ndarray  # (A,) of the score, centred over the catalog
    effect: np.ndarray  # (A, R) by how much log p falls when the past says nothing of the family, draw by draw

    @property
    def mean(self) -> np.ndarray:
        """(A,) over draws."""
        return self.effect.mean(1)

    @property
    def error(self) -> np.ndarray:
        """(A,): standard error of the mean."""
        return self.effect.std(1, ddof=1) / np.sqrt(self.effect.shape[1])

    @property
    def margin(self) -> float:
        """By how much the proposed family's part is above the next one's: what the name's certainty grows with."""
        if not len(self.parts):
            return 0.0
        ranked = np.sort(np.append(self.parts, 0.0))
        return float(ranked[-1] - ranked[-2])


@dataclass(frozen=True)
class Driver:
    """A family that drove an item."""

    name: str
    kind: str
    by: str
    evidence: dict[str, float]


def name_driver(found: Evidence, least: float = 0.0) -> Driver | None:
    """The rule; None where the reading proposes nothing by `least` or the intervention does not confirm it."""
    if not len(found.families) or found.margin <= least:
        return None
    proposed = int(found.parts.argmax())
    if found.parts[proposed] <= 0 or found.mean[proposed] <= ERRORS * found.error[proposed]:
        return None
    for other in range(len(found.families)):
        further = found.effect[other] - found.effect[proposed]
        if other != proposed and further.mean() > ERRORS * further.std(ddof=1) / np.sqrt(len(further)):
            return None
    return Driver(
        name=found.families[proposed],
        kind="family",
        by=BY,
        evidence={
            "part": float(found.parts[proposed]),
            "margin": found.margin,
            "effect": float(found.mean[proposed]),
            "error": float(found.error[proposed]),
        },
    )


@torch.inference_mode()
def evidence(
    model: Model, anatomy: Anatomy, history: Sequence[int], items: Sequence[int], draws: int = DRAWS
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
    output = model(read)
    parts = split(model, anatomy, output, targets)[0]
    effects = knock_out_families(model, anatomy, read, targets, draws).effect[0]
    return [Evidence(anatomy.families, parts[i].numpy(), effects[i].numpy()) for i in range(len(items))]
