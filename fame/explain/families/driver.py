"""What drove a recommendation: a family with its probability and its evidence, or nothing.

The evidence is a reading and an intervention. The reading is the score anatomy: by how much each family lifts the item.
The intervention is the input knock-out: by how much the item falls with that family's component of the past replaced.
`probability` weighs both; a driver is the family that is likelier than all else together. Where the two disagree, or
one is too small to be told from none, `objection` says so: it stays beside the number. The gate is never asked.

Arrays only, no torch: evidence can be stored and shown at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fame.data.derived.records import AUDIENCE
from fame.explain.families.probability import Chances, judged

BY = "anatomy and input knock-out, weighed on planted data"
NAMED = 0.5  # probability from which a family is named
LEAST = 0.1  # by which log p must fall, a tenth of the probability: what moves less drives nothing, however surely
ERRORS = 2.0  # standard errors beyond which an effect is told from none, or from another
FEWEST = 2  # draws that have an error


def may_drive(families: Sequence[str], given: int) -> int:
    """How many families, the first, can be a driver: the given ones, and the audience, which stands behind them.

    That the probability is right among these is marked on planted data; how often or when an item is taken is planted
    nowhere, so that nobody knows what such a probability would be worth.
    """
    return given + (len(families) > given and families[given].startswith(AUDIENCE))


@dataclass(frozen=True)
class Evidence:
    """For one item; A families in the order of `families`, those that were given for the items first.

    Which families the probability is asked of, `may_drive` says. What another lifts an item by, and what becomes of the
    item without it, stand beside it as they were measured.
    """

    families: tuple[str, ...]
    parts: np.ndarray  # (A,) of the score, centred over the catalog
    effect: np.ndarray  # (A, R) by how much log p falls when the past says nothing of the family, draw by draw
    usual: tuple[float, float] = (1.0, 1.0)  # parts and falls of those, of items at random after the same history
    derived: int = 0  # how many of the families, the last, follow from what users took

    @property
    def asked(self) -> "Evidence":
        """Of the families alone of which one may be a driver."""
        given = len(self.families) - self.derived
        A = may_drive(self.families, given)
        return Evidence(self.families[:A], self.parts[:A], self.effect[:A], self.usual, A - given)

    @property
    def chances(self) -> Chances | None:
        """With what probability each that may have driven it did; None where there is none, or no evidence to weigh."""
        told = self.asked
        if not len(told.families) or _nothing_known(told):
            return None
        found = judged(told.parts, told.mean, np.array(told.usual))
        return Chances(told.families, found[:-1], float(found[-1]))

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
        return {
            "families": list(self.families),
            "parts": self.parts.tolist(),
            "effect": self.effect.tolist(),
            "usual": list(self.usual),
            "derived": self.derived,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Evidence":
        """From the plain lists and numbers that `as_json` gives; raises KeyError where one is missing."""
        families = tuple(content["families"])
        effect = np.asarray(content["effect"], dtype=float).reshape(len(families), -1 if families else 0)
        part, fall = content["usual"]
        return cls(
            families,
            np.asarray(content["parts"], dtype=float),
            effect,
            (float(part), float(fall)),
            int(content.get("derived", 0)),
        )


@dataclass(frozen=True)
class Driver:
    """A family that drove an item."""

    name: str
    kind: str
    by: str
    evidence: dict[str, float]


def name_driver(found: Evidence, least: float = NAMED) -> Driver | None:
    """The likeliest of the families that may drive; None where its probability is below `least`."""
    found = found.asked
    chances = found.chances
    if chances is None or chances.of.max() < least:
        return None
    likeliest = int(chances.of.argmax())
    return Driver(
        name=found.families[likeliest],
        kind="family",
        by=BY,
        evidence={
            "probability": float(chances.of[likeliest]),
            "part": float(found.parts[likeliest]),
            "margin": found.margin,
            "effect": float(found.mean[likeliest]),
            "error": float(found.error[likeliest]),
        },
    )


def objection(found: Evidence) -> str:
    """What in the evidence speaks against the family that lifts it most; empty where nothing does."""
    found = found.asked
    if not len(found.families):
        return "nothing is known about the items"
    if unknown := _nothing_known(found):
        return unknown
    proposed = int(found.parts.argmax())
    name = found.families[proposed]
    its = "families" if found.derived else "attributes"
    most = f"of its {its} {name} lifts it most,"
    if found.parts[proposed] <= 0:
        return f"none of its {its} lifts it above the average item"
    if found.margin <= 0:
        return f"{name} does not lift it far enough above its other {its}"
    if found.mean[proposed] <= ERRORS * found.error[proposed]:
        return f"{most} but it does not fall when the past says nothing of {name}"
    if found.mean[proposed] < LEAST:
        return f"{most} but it hardly falls when the past says nothing of {name}"
    for other in range(len(found.families)):
        further = found.effect[other] - found.effect[proposed]
        if other != proposed and further.mean() > ERRORS * _error(further):
            return f"{most} but it falls further when the past says nothing of {found.families[other]}"
    return ""


def _nothing_known(found: Evidence) -> str:
    """Why what it has cannot be weighed; empty where it can."""
    if found.effect.shape[1] < FEWEST:
        return f"{FEWEST} draws or more are needed to tell what its fall owes to chance"
    if not (np.isfinite(found.parts).all() and np.isfinite(found.effect).all()):
        return "what the families do for it is not a finite number"
    return ""


def _error(effect: np.ndarray) -> np.ndarray:
    """Standard error of the mean over draws, (…, R) -> (…)."""
    R = effect.shape[-1]
    return effect.std(-1, ddof=1) / np.sqrt(R) if R >= FEWEST else np.full(effect.shape[:-1], np.inf)
