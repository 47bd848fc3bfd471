"""What a facet's experts read, and how far apart they are: a weight between two that read alike says nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from fame.explain.facets.weights import divergence
from fame.model import Faceted
from fame.runs.execute import along
from fame.runs.plan import histories

ALIKE_BITS = 0.01  # bits: below this two experts are said to read the history the same way


@dataclass(frozen=True)
class Pair:
    """Two experts of a facet and the divergence of their attention."""

    a: int
    b: int
    bits: float


@dataclass(frozen=True)
class Experts:
    """Router and attention along a history of T items."""

    gate: np.ndarray  # (T, H)
    router: np.ndarray  # (T, H, N)
    attention: np.ndarray  # (H, N, T, T): [h, n, i, j] = how much expert n of facet h reads of item j at position i
    start: np.ndarray  # (H, N, T): how much it reads of the begin token; 0 in a model without. All that it reads is 1

    def reads(self, facet: int, position: int) -> np.ndarray:
        """(N, 1 + position + 1): of the begin token, then of the items up to that position; each row sums to 1."""
        items = self.attention[facet, :, position, : position + 1]
        return np.concatenate([self.start[facet, :, position, None], items], 1)

    def pairs(self, facet: int, position: int) -> list[Pair]:
        """All pairs of a facet's experts at a position, the most alike first."""
        apart = divergence(torch.from_numpy(self.reads(facet, position)))
        N = len(apart)
        found = [Pair(a, b, float(apart[a, b])) for a in range(N) for b in range(a + 1, N)]
        return sorted(found, key=lambda pair: pair.bits)


@torch.inference_mode()
def read_by_experts(model: Faceted, history: Sequence[int]) -> Experts:
    """Run a history of catalog indices, at most `config.length` of them, and keep what its experts read."""
    T = len(history)
    output = along(model, histories(torch.tensor([list(history)])), attention=True)
    assert output.attention is not None
    gate, router, attention = output.gate[0, -T:], output.router[0, -T:], output.attention[0, ..., -T:, :]
    start = attention[..., :-T].sum(-1)
    return Experts(gate.numpy(), router.numpy(), attention[..., -T:].numpy(), start.numpy())
