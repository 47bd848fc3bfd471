"""With what probability each family drove an item: a conditional logit over the families and "none of them".

The logit weighs what the anatomy reads and what the knock-out does, in nats, and beside what is usual after the same
history for items drawn at random: a part of half a nat tells much in a model whose parts are small. Fitted
by `python -m benchmarks.driver_probability` on planted data of many shapes, where the truth is known; `driver.json` has
the weights and how well they did on shapes that were kept aside. Arrays only, no torch.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from fame.files import read_json

FILE = Path(__file__).with_name("driver.json")
LEAST = 1e-3  # nats: what is usual is never less, so that noise of floats in a model that knows nothing tells nothing


class Kept(BaseModel):
    """How a logit does on shapes that it was not fitted on, means over them; shares of the oracle's."""

    model_config = ConfigDict(frozen=True)
    shapes: int
    events: int
    likeliest: float  # right if the likeliest family is always named, over the oracle's share
    named: float  # named and right, over the oracle's share
    right: float  # of those named
    error: float  # expected calibration error of the likeliest family's probability, a shape by itself
    pooled: float  # the same over the events of all these shapes together


class Spanned(BaseModel):
    """Between which of each the shapes lie."""

    model_config = ConfigDict(frozen=True)
    users: tuple[int, int]
    items: tuple[int, int]
    length: tuple[int, int]  # mean, of a history
    families: tuple[int, int]
    unknown: tuple[float, float]  # share of the items whose values of a family the catalog does not know
    noise: tuple[float, float]  # chance that a step follows no family


class Logit(BaseModel):
    """Weights of the evidence, and how they were made."""

    model_config = ConfigDict(frozen=True)
    command: str
    shapes: int  # fitted on
    events: int
    spanned: Spanned
    families: tuple[float, ...]  # of `evidence_for`
    none: tuple[float, ...]  # of `evidence_for_none`
    aside: Kept


@dataclass(frozen=True)
class Chances:
    """Of one item; A families. They and `none` sum to 1."""

    families: tuple[str, ...]
    of: np.ndarray  # (A,)
    none: float

    @property
    def ranked(self) -> list[tuple[str, float]]:
        """Families with their probabilities, the likeliest first."""
        order = np.argsort(-self.of, kind="stable")
        return [(self.families[a], float(self.of[a])) for a in order]

    def as_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"families": dict(zip(self.families, self.of.tolist(), strict=True)), "none": self.none}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Chances":
        """From what `as_json` gives."""
        families = content["families"]
        return cls(tuple(families), np.array(list(families.values()), float), float(content["none"]))


@cache
def shipped() -> Logit:
    """The logit that every page and command uses."""
    return Logit.model_validate(read_json(FILE, "install the package again"))


def evidence_for(parts: np.ndarray, falls: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Parts and mean falls (…, A) and what is usual of both (…, 2) -> (…, A, 5).

    Each in nats, ever less for more of them; each beside what is usual, bounded; and both of these at once.
    """
    nats = [np.sign(of) * np.log1p(np.abs(of)) for of in (parts, falls)]
    scales = np.moveaxis(np.maximum(np.asarray(usual, float), LEAST), -1, 0)
    part, fall = (np.tanh(of / many[..., None] / 2) for of, many in zip((parts, falls), scales, strict=True))
    return np.stack([*nats, part, fall, part * fall], -1)


def evidence_for_none(parts: np.ndarray, falls: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """(…, 1): as likely everywhere."""
    return np.ones((*parts.shape[:-1], 1))


def probabilities(families: np.ndarray, none: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Evidence (…, A, k) and (…, m), weights (k + m,) -> (…, A + 1), sums to 1; the last is none of the families."""
    k = families.shape[-1]
    utility = np.concatenate([families @ weights[:k], (none @ weights[k:])[..., None]], -1)
    utility = np.exp(utility - utility.max(-1, keepdims=True))
    return np.asarray(utility / utility.sum(-1, keepdims=True))


def judged(parts: np.ndarray, falls: np.ndarray, usual: np.ndarray, by: Logit | None = None) -> np.ndarray:
    """Parts and mean falls (…, A) and what is usual of both (…, 2) -> (…, A + 1), the last none of the families."""
    by = by or shipped()
    parts, falls = np.asarray(parts, float), np.asarray(falls, float)
    evidence = evidence_for(parts, falls, usual), evidence_for_none(parts, falls, usual)
    return probabilities(*evidence, np.array([*by.families, *by.none]))
