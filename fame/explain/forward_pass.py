"""Every value of one forward pass, by name. Arrays only, no torch: it can be stored and shown at once."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from fame.ranking.recommendation import Recommendation


@dataclass(frozen=True)
class ForwardPass:
    """From the items that are read to the ranking. T items are read, H facets have N experts each.

    A model without facets has H = 0, and one without attention no `attention`; `heads` is H, or the number of attention
    heads of a model that has them without facets.
    """

    answer: Recommendation  # gate, router, reference, popularity, parts, scores and probabilities, as `recommend` gives
    facets: tuple[str, ...]  # names, H
    gate: np.ndarray  # (H,) at the newest position, as chosen where it was
    router: np.ndarray  # (H, N) the same
    item_norm: np.ndarray  # (T,) lengths of the embeddings that are read
    facet_norm: np.ndarray  # (H,) lengths of the facets' states F_h
    query_norm: float  # length of the one vector that items are multiplied with
    attention: np.ndarray | None  # (heads, N, T): how much each expert's newest position reads of each item
    start: np.ndarray | None  # (heads, N): how much it reads of the begin token; with the items it comes to 1
    own: np.ndarray | None  # (T, H, N) to which expert of each facet an item belongs, zeros where it is nobody's; None:
    # no facet's experts own items
    spread: np.ndarray  # (H,) standard deviation of the facet's part over the catalog
    alone: np.ndarray  # (H, k) the first k items by each facet's own score P_h, best first, none hidden

    @property
    def read(self) -> np.ndarray | None:
        """(heads, T): `sum_n router_n attention_n`, what a head reads of each item (identity 3)."""
        return None if self.attention is None else self._mixed(self.attention)

    @property
    def read_start(self) -> np.ndarray | None:
        """(heads,): what a head reads of the begin token."""
        return None if self.start is None else self._mixed(self.start)

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in found.items()}
        return plain | {"answer": self.answer.as_json()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "ForwardPass":
        """From the plain lists and numbers that `as_json` gives."""
        H = len(content["facets"])
        arrays = {
            name: None if content[name] is None else np.asarray(content[name], dtype=float)
            for name in ("gate", "item_norm", "facet_norm", "attention", "start", "own", "spread")
        }
        return cls(
            answer=Recommendation.from_json(content["answer"]),
            facets=tuple(content["facets"]),
            query_norm=float(content["query_norm"]),
            router=np.asarray(content["router"], dtype=float).reshape(H, -1 if H else 1),
            alone=np.asarray(content["alone"], dtype=np.int64).reshape(H, -1 if H else 0),
            **arrays,  # type: ignore[arg-type]
        )

    def _mixed(self, values: np.ndarray) -> np.ndarray:
        """(heads, N, …) -> (heads, …)."""
        if not self.facets:
            return values[:, 0]
        mixed: np.ndarray = np.einsum("hn,hn...->h...", self.router, values)
        return mixed

    def total(self, row: int) -> float:
        """What the parts of an item add up to; its score, where the head is additive."""
        parts = float(self.answer.contributions[row].sum())
        if not self.facets:
            parts = self.answer.above(row) or 0.0
        return self.answer.reference + float(self.answer.bias[row]) + parts
