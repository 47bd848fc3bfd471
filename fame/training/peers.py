"""Processes that train one model together: each takes its share of every batch, and all make the same step.

What is averaged is weighted by the positions of each share, so that the gradient is that of the whole batch where the
value is a mean over its positions. Two terms are not: the balance of the gate is of each share's mean gate, and with a
sampled softmax every process draws its own negatives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, distributed, nn

T = TypeVar("T")


@dataclass(frozen=True)
class Peers:
    """One of `size` processes, which `torch.distributed` has brought together where there are several."""

    rank: int = 0  # the first writes the run's folder
    size: int = 1

    def share(self, rows: np.ndarray) -> tuple[np.ndarray, bool]:
        """This process's rows of a batch, and whether they count: a batch too small for all is read by more than one.

        A process without rows would have no value, and the others would wait for it.
        """
        own = rows[self.rank :: self.size]
        return (own, True) if len(own) else (rows[:1], False)

    def average(self, weights: Sequence[nn.Parameter], positions: int) -> None:
        """Of the gradients of some weights, over the positions of all processes; a weight may have none in some."""
        if self.size == 1:
            return
        have = torch.tensor([weight.grad is not None for weight in weights] + [positions], dtype=torch.float32)
        grads = [torch.zeros_like(w) if w.grad is None else w.grad * positions for w in weights]
        flat = torch.cat([have, *(grad.flatten() for grad in grads)])
        distributed.all_reduce(flat)
        have, *found = torch.split(flat, [len(have), *(weight.numel() for weight in weights)])
        for weight, gradient, some in zip(weights, found, have.tolist(), strict=False):
            weight.grad = (gradient / have[-1]).view_as(weight) if some else None

    def average_rows(
        self, rows: Tensor | None, gradients: list[Tensor], positions: int
    ) -> tuple[Tensor | None, list[Tensor]]:
        """All rows (r,) of a table that any process read, ascending, and the averages of their gradients, (r, …)."""
        if self.size == 1 or rows is None:
            return rows, gradients
        most = torch.tensor([len(rows), positions])
        sizes = [torch.zeros_like(most) for _ in range(self.size)]
        distributed.all_gather(sizes, most)
        longest, total = max(int(n) for n, _ in sizes), sum(int(p) for _, p in sizes)

        def gathered(values: Tensor) -> Tensor:
            padded = values.new_zeros(longest, *values.shape[1:])
            padded[: len(values)] = values
            every = [torch.zeros_like(padded) for _ in range(self.size)]
            distributed.all_gather(every, padded)
            return torch.cat([one[: int(n)] for one, (n, _) in zip(every, sizes, strict=True)])

        union, place = torch.unique(gathered(rows), return_inverse=True)
        summed = []
        for gradient in gradients:
            found = gathered(gradient * (positions / total))
            summed.append(found.new_zeros(len(union), *found.shape[1:]).index_add_(0, place, found))
        return union, summed

    def sums(self, values: Sequence[Tensor]) -> list[Tensor]:
        """Of each value over all processes."""
        if self.size == 1:
            return list(values)
        flat = torch.cat([value.detach().double().flatten() for value in values])
        distributed.all_reduce(flat)
        found = torch.split(flat, [value.numel() for value in values])
        return [one.view_as(value).to(value.dtype) for value, one in zip(values, found, strict=True)]

    @torch.no_grad()
    def equal(self, model: nn.Module) -> None:
        """Give all processes the weights of the first, whatever their processors made of the same numbers."""
        if self.size > 1:
            for value in model.state_dict().values():
                distributed.broadcast(value, 0)

    def from_first(self, value: T) -> T:
        """What the first process has found."""
        told = [value]
        if self.size > 1:
            distributed.broadcast_object_list(told, 0)
        return told[0]


ALONE = Peers()
