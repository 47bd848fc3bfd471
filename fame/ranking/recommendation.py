"""One answer of a model, taken apart exactly. Arrays only, no torch: it can be stored and shown without loading it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Recommendation:
    """The next items after a history, best first, and the exact parts of their scores (identity 2).

    `score = reference + bias + contributions.sum(1)`. The reference is what the average item of the catalog scores
    after this history, the same for every item, so that a contribution says by how much a facet lifts an item above
    the average item, and the bias by how much the item's popularity does.

    With a head that is not additive (a mixture of softmaxes, whose score is log p) the reference is 0, the
    contributions are still the facets' centred logits under the gate, but do not add up to it, and the
    `responsibilities` take their place: whose probability it is, facet by facet, in shares that sum to 1.
    """

    history: np.ndarray  # (T,) catalog indices that the model read, oldest first
    items: np.ndarray  # (k,) catalog indices
    score: np.ndarray  # (k,)
    probability: np.ndarray  # (k,) softmax over the whole catalog
    reference: float
    bias: np.ndarray  # (k,) popularity, centred over the catalog
    contributions: np.ndarray  # (k, H) g_h <F_h, W_f^(h) x_v>, centred over the catalog
    gate: np.ndarray  # (T, H) at every position of the history; the last row made this answer
    router: np.ndarray  # (T, H, N)
    responsibilities: np.ndarray | None = (
        None  # (k, H) g_h p_h(v) / p(v), each row sums to 1; None: the head is additive
    )

    def above(self, row: int) -> float | None:
        """By how much an item's score is above the average item's, popularity aside; None where it is no sum.

        The sum of its contributions, where the model has facets.
        """
        return None if self.responsibilities is not None else float(self.score[row] - self.reference - self.bias[row])

    def only(self, rows: Sequence[int]) -> "Recommendation":
        """The answer with these rows alone, in this order."""
        kept = list(rows)
        names = ("items", "score", "probability", "bias", "contributions")
        cut = {name: getattr(self, name)[kept] for name in names}
        shares = None if self.responsibilities is None else self.responsibilities[kept]
        return replace(self, **cut, responsibilities=shares)

    def first(self, k: int) -> "Recommendation":
        """The answer with its first k items."""
        return self.only(range(len(self.items))[:k])

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Recommendation":
        """From the plain lists and numbers that `as_json` gives."""
        gate = np.asarray(content["gate"], dtype=float)
        T, H, k = len(content["history"]), gate.shape[1], len(content["items"])
        shares = content.get("responsibilities")  # answers stored before there were mixtures have none
        return cls(
            history=np.asarray(content["history"], dtype=np.int64),
            items=np.asarray(content["items"], dtype=np.int64),
            score=np.asarray(content["score"], dtype=float),
            probability=np.asarray(content["probability"], dtype=float),
            reference=float(content["reference"]),
            bias=np.asarray(content["bias"], dtype=float),
            contributions=np.asarray(content["contributions"], dtype=float).reshape(k, H),
            gate=gate.reshape(T, H),
            router=np.asarray(content["router"], dtype=float).reshape(T, H, -1 if H else 1),
            responsibilities=None if shares is None else np.asarray(shares, dtype=float).reshape(k, H),
        )
