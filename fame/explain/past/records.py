"""How much each past item speaks for an item. Arrays only, no torch: it can be stored and shown at once."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fame.explain.past.kinds import Method


@dataclass(frozen=True)
class Attribution:
    """One method's answer for one item after one history; T read positions, H heads."""

    method: Method
    target: int
    rival: int | None  # the values then are about log p of the target less log p of the rival
    history: np.ndarray  # (T,) catalog indices that the model read, oldest first
    values: np.ndarray  # (T,) positive = speaks for the target
    order: np.ndarray  # (T,) positions, the most important first; of equal values the newer first
    baseline: str  # what an item is compared with
    completeness_gap: float | None  # sum of the values - (f(history) - f(baseline)); None: they are not meant to add up
    heads: np.ndarray | None = None  # (H, T) the same head by head, where a method has that

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Attribution":
        """From the plain lists and numbers that `as_json` gives."""
        kinds = {"history": np.int64, "values": float, "order": np.int64, "heads": float}
        arrays = {
            name: None if content[name] is None else np.array(content[name], kind) for name, kind in kinds.items()
        }
        return cls(**content | arrays)


def most_first(values: np.ndarray) -> np.ndarray:
    """Positions by falling value; of equal values the newer first."""
    return len(values) - 1 - np.argsort(-values[::-1], kind="stable")
