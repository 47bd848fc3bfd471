"""What stands beside a gate or router weight, because the weight alone says little."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fame.model import Faceted
from fame.runs.execute import execute
from fame.runs.plan import histories


@torch.inference_mode()
def facet_spread(model: Faceted, history: Sequence[int]) -> np.ndarray:
    """(H,): standard deviation over the catalog's items of each facet's part `g_h <F_h, W_f^(h) x_v>` after a history.

    A facet with a large gate weight and a small spread moves no ranking: it gives every item the same. Where
    the head is not additive these are the facet's logits under the gate, no part of a sum.
    """
    output = execute(model, histories(torch.tensor([list(history)])))
    return spread_of_parts(model, output.at_last(output.gate[..., None] * output.facets)[0])


@torch.inference_mode()
def spread_of_parts(model: Faceted, gated: Tensor) -> np.ndarray:
    """What `facet_spread` gives, of facets times their gate weights (H, K) -> (H,)."""
    parts = model.facet_queries(gated) @ model.table()[1:].T  # (H, V)
    return parts.std(1, correction=0).numpy()


def divergence(rows: Tensor) -> Tensor:
    """Jensen-Shannon divergence in bits, 0 = alike, 1 = apart, between attention rows: (…, N, T) -> (…, N, N)."""
    p, q = rows[..., :, None, :], rows[..., None, :, :]
    middle = (p + q) / 2

    def relative_entropy(a: Tensor) -> Tensor:
        return (torch.special.xlogy(a, a) - torch.special.xlogy(a, middle)).sum(-1) / math.log(2)

    return ((relative_entropy(p) + relative_entropy(q)) / 2).clamp(0, 1)


def entropy(weights: Tensor) -> Tensor:
    """Entropy of weights that sum to 1, over its maximum: 1 = uniform, 0 = one takes all. (…, n) -> (…)."""
    n = weights.shape[-1]
    return -torch.special.xlogy(weights, weights).sum(-1) / math.log(n) if n > 1 else torch.zeros(weights.shape[:-1])
