"""What a step changes: every weight, or with a sampled softmax only the rows of the item table that it read."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

from fame.model import Model
from fame.training.settings import Settings

BETA1, BETA2 = 0.9, 0.98
EPS = 1e-8


@dataclass
class Moments:
    """What is remembered of a weight's gradients."""

    step: Tensor
    exp_avg: Tensor
    exp_avg_sq: Tensor

    @classmethod
    def none_yet(cls, weight: Tensor) -> "Moments":
        """Of a weight that has had no gradient."""
        return cls(torch.zeros((), device=weight.device), torch.zeros_like(weight), torch.zeros_like(weight))


class Optimizer:
    """AdamW on the model; with a sampled softmax, Adam on the rows of the item table and bias that have a gradient.

    AdamW on a table of a million items would read and write it three times over in every step. A row's moments here
    wait until the row is read again (as in `torch.optim.SparseAdam`), so that a step costs the same at any size of
    catalog. The steps are torch's functions: its classes import its compiler, for seconds, before the first of them.
    """

    def __init__(self, model: Model, settings: Settings):
        self.settings = settings
        sparse = settings.loss == "sampled"
        self.table = [w for w in (model.table(), model.bias.weight) if w.requires_grad] if sparse else []
        apart = {id(weight) for weight in self.table}
        self.dense = [w for w in model.parameters() if w.requires_grad and id(w) not in apart]
        self.moments = [[Moments.none_yet(w.detach()) for w in part] for part in (self.dense, self.table)]

    @torch.no_grad()
    def step(self, done: float, rows: Tensor | None = None, gradients: list[Tensor] | None = None) -> None:
        """One step, clipped.

        Parameters
        ----------
        done : share of the whole training that is done, on which the rate depends
        rows, gradients : with a sampled softmax, the rows that were read, (r,), and the gradients of each of `table`
        """
        of_dense, of_table = self.moments
        moved = [(w, w.grad, seen) for w, seen in zip(self.dense, of_dense, strict=True) if w.grad is not None]
        found = [gradient for _, gradient, _ in moved] + (gradients or [])
        norm = nn.utils.get_total_norm(found)
        scale = (self.settings.clip / (norm + 1e-6)).clamp(max=1.0)
        torch._foreach_mul_(found, scale)
        rate = self.settings.learning_rate * schedule(done, self.settings.warmup, self.settings.final_rate)
        adamw(
            [weight for weight, _, _ in moved],
            [gradient for _, gradient, _ in moved],
            [seen.exp_avg for _, _, seen in moved],
            [seen.exp_avg_sq for _, _, seen in moved],
            [],
            [seen.step for _, _, seen in moved],
            fused=True,
            amsgrad=False,
            beta1=BETA1,
            beta2=BETA2,
            lr=rate,
            weight_decay=self.settings.weight_decay,
            eps=EPS,
            maximize=False,
        )
        for weight in self.dense:
            weight.grad = None
        for table, gradient, seen in zip(self.table, gradients or [], of_table, strict=True):
            assert rows is not None
            _step_of_rows(table, rows, gradient, seen, rate)

    def state(self) -> Iterator[tuple[str, Tensor]]:
        """Everything it remembers, by name."""
        for p, part in enumerate(self.moments):
            for i, seen in enumerate(part):
                yield from ((f"{p}.{i}.{name}", value) for name, value in vars(seen).items())

    def restore(self, stored: dict[str, Tensor]) -> None:
        """Remember what `state` gave."""
        for name, value in self.state():
            value.copy_(stored.get(name, value))


def _step_of_rows(weight: Tensor, rows: Tensor, gradient: Tensor, seen: Moments, rate: float) -> None:
    """Adam's step (Kingma & Ba 2015) on some rows (r,) of a table, each named once; gradient (r, …)."""
    seen.step += 1
    first = seen.exp_avg[rows].lerp_(gradient, 1 - BETA1)
    second = seen.exp_avg_sq[rows].lerp_(gradient.square(), 1 - BETA2)
    seen.exp_avg[rows], seen.exp_avg_sq[rows] = first, second
    steps = int(seen.step)
    rate *= math.sqrt(1 - BETA2**steps) / (1 - BETA1**steps)
    weight.index_add_(0, rows, first / (second.sqrt() + EPS), alpha=-rate)


def schedule(done: float, warmup: float, final: float) -> float:
    """Share of the highest rate: a straight rise over `warmup` of the training, then a cosine down to `final`."""
    if done < warmup:
        return (done + 1e-3) / (warmup + 1e-3)
    fallen = (1 - math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2
    return 1 - (1 - final) * fallen
