"""What drove a recommendation: one rule, which names an attribute family with its evidence, or nothing.

A reading proposes and an intervention decides. The reading is the score anatomy: the family whose part lifts the item
most. The intervention is the input knock-out: with that family's component of the past replaced, the item must fall,
and for no other family may it fall further, beyond the error of the draws. The gate is never asked.

Arrays only, no torch: evidence can be stored and shown at once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

BY = "anatomy, confirmed by input knock-out"
LEAST = 0.1  # by which log p must fall, a tenth of the probability: what moves less drives nothing, however surely
ERRORS = 2.0  # standard errors beyond which an effect is told from none, or from another
FEWEST = 2  # draws that have an error


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
        """(A,): standard error of the mean; infinite where there are too few draws to tell it."""
        return _error(self.effect)

    @property
    def margin(self) -> float:
        """By how much the proposed family's part is above the next one's: what the name's certainty grows with."""
        if not len(self.parts):
            return 0.0
        ranked = np.sort(np.append(self.parts, 0.0))
        return float(ranked[-1] - ranked[-2])

    @property
    def measured(self) -> np.ndarray:
        """(A,) bool: the effect can be told from none."""
        return np.abs(self.mean) > ERRORS * self.error

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {"families": list(self.families), "parts": self.parts.tolist(), "effect": self.effect.tolist()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Evidence":
        """From the plain lists and numbers that `as_json` gives."""
        families = tuple(content["families"])
        effect = np.asarray(content["effect"], dtype=float).reshape(len(families), -1 if families else 0)
        return cls(families, np.asarray(content["parts"], dtype=float), effect)


@dataclass(frozen=True)
class Driver:
    """A family that drove an item."""

    name: str
    kind: str
    by: str
    evidence: dict[str, float]


def name_driver(found: Evidence, least: float = 0.0) -> Driver | None:
    """The rule; None where there is an objection."""
    if objection(found, least):
        return None
    proposed = int(found.parts.argmax())
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


def objection(found: Evidence, least: float = 0.0) -> str:
    """What speaks against naming a driver, as the rest of "no clear driver: …"; empty where nothing does.

    `least` is the margin that the proposed family's part must have.
    """
    if not len(found.families):
        return "nothing is known about the items"
    if found.effect.shape[1] < FEWEST:
        return f"{FEWEST} draws or more are needed to tell what its fall owes to chance"
    if not (np.isfinite(found.parts).all() and np.isfinite(found.effect).all()):
        return "what the families do for it is not a finite number"
    proposed = int(found.parts.argmax())
    name = found.families[proposed]
    most = f"of its attributes {name} lifts it most,"
    if found.parts[proposed] <= 0:
        return "none of its attributes lifts it above the average item"
    if found.margin <= least:
        return f"{name} does not lift it far enough above its other attributes"
    if found.mean[proposed] <= ERRORS * found.error[proposed]:
        return f"{most} but it does not fall when the past says nothing of {name}"
    if found.mean[proposed] < LEAST:
        return f"{most} but it hardly falls when the past says nothing of {name}"
    for other in range(len(found.families)):
        further = found.effect[other] - found.effect[proposed]
        if other != proposed and further.mean() > ERRORS * _error(further):
            return f"{most} but it falls further when the past says nothing of {found.families[other]}"
    return ""


def _error(effect: np.ndarray) -> np.ndarray:
    """Standard error of the mean over draws, (…, R) -> (…)."""
    R = effect.shape[-1]
    return effect.std(-1, ddof=1) / np.sqrt(R) if R >= FEWEST else np.full(effect.shape[:-1], np.inf)
