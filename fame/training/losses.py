"""What is minimised."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from fame.model import Model, Output


def next_item_loss(model: Model, output: Output, targets: Tensor) -> Tensor:
    """Mean cross-entropy over the catalog of the next item (eqs 12-13), at the positions that have one.

    `targets` is (B, T), 0 where there is none; only the real positions reach the (positions, V) product.
    """
    real = targets > 0
    logits = torch.addmm(model.bias()[1:], output.query[real], model.table()[1:].T)
    return cross_entropy(logits, targets[real] - 1)


def gate_imbalance(output: Output, targets: Tensor) -> Tensor:
    """KL(mean gate of the batch || uniform): 0 when every facet gets its share on average, log H at most.

    The mean is balanced, not each gate: a single history may still be all one facet's. Without it one facet took the
    whole gate on MovieLens-100K.
    """
    mean = output.gate[targets > 0].mean(0)
    return (mean * (mean * len(mean)).clamp_min(1e-12).log()).sum()
