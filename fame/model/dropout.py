"""Dropout at the price of few random numbers."""

import torch
from torch import Tensor, nn
from torch.nn import functional

LANES = 4  # numbers of 16 bits in one of 64


def dropout(x: Tensor, share: float, training: bool) -> Tensor:
    """Zero a random share of the elements and scale up the others (Srivastava et al. 2014); nothing outside training.

    On a CPU torch draws two numbers for every element, which was a tenth of a training step. Here one serves four: the
    share is exact to 1 / 65,536. They are torch's global generator's, as in its own dropout.
    """
    if not training or not share:
        return x
    if x.device.type != "cpu":
        return functional.dropout(x, share)
    drawn = torch.empty(-(-x.numel() // LANES), dtype=torch.int64).random_(-(2**63), None)
    kept = drawn.view(torch.int16)[: x.numel()] >= round(share * 2**16) - 2**15
    return x * kept.view(x.shape).to(x.dtype).mul_(1 / (1 - share))


class Dropout(nn.Module):
    """`dropout` as a layer."""

    def __init__(self, share: float):
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """Of any shape."""
        return dropout(x, self.share, self.training)
