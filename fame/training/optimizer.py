"""What a step changes: every weight, or with a sampled softmax only the rows of the item table that it read."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from fame.model import Model
from fame.training.settings import Settings

BETAS = (0.9, 0.98)


class Optimizer:
    """AdamW on the model; with a sampled softmax, Adam on the rows of the item table and bias that have a gradient.

    AdamW on a table of a million items would read and write it three times over in every step. A row's moments here
    wait until the row is read again (`torch.optim.SparseAdam`), so that a step costs the same at any size of catalog.
    """

    def __init__(self, model: Model, settings: Settings):
        self.settings = settings
        sparse = settings.loss == "sampled"
        self.table = [w for w in (model.table(), model.bias.weight) if w.requires_grad] if sparse else []
        apart = {id(weight) for weight in self.table}
        self.dense = [w for w in model.parameters() if w.requires_grad and id(w) not in apart]
        rate = settings.learning_rate
        self.parts: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(self.dense, lr=rate, betas=BETAS, weight_decay=settings.weight_decay, fused=True)
        ]
        if sparse:
            self.parts.append(torch.optim.SparseAdam(self.table, lr=rate, betas=BETAS))

    def step(self, done: float, rows: Tensor | None = None, gradients: list[Tensor] | None = None) -> None:
        """One step, clipped.

        Parameters
        ----------
        done : share of the whole training that is done, on which the rate depends
        rows, gradients : with a sampled softmax, the rows that were read, (r,), and the gradients of each of `table`
        """
        found = [weight.grad for weight in self.dense if weight.grad is not None] + (gradients or [])
        norm = nn.utils.get_total_norm(found)
        scale = (self.settings.clip / (norm + 1e-6)).clamp(max=1.0)
        torch._foreach_mul_(found, scale)
        for weight, gradient in zip(self.table, gradients or [], strict=True):
            assert rows is not None
            weight.grad = torch.sparse_coo_tensor(
                rows[None], gradient, weight.shape, is_coalesced=True, check_invariants=False
            )
        rate = self.settings.learning_rate * schedule(done, self.settings.warmup, self.settings.final_rate)
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate
            part.step()
            part.zero_grad()

    def state(self) -> Iterator[tuple[str, Tensor]]:
        """Everything it remembers, by name."""
        for p, part in enumerate(self.parts):
            for i, entry in part.state_dict()["state"].items():
                for key, value in entry.items():
                    yield f"{p}.{i}.{key}", torch.as_tensor(value)

    def restore(self, stored: dict[str, Tensor]) -> None:
        """Remember what `state` gave."""
        for p, part in enumerate(self.parts):
            state: dict[int, dict[str, Tensor | int]] = {}
            for name, value in stored.items():
                of, i, key = name.split(".", 2)
                if int(of) == p:
                    # SparseAdam counts its steps in a plain number.
                    count = key == "step" and isinstance(part, torch.optim.SparseAdam)
                    state.setdefault(int(i), {})[key] = int(value) if count else value
            part.load_state_dict(part.state_dict() | {"state": state})


def schedule(done: float, warmup: float, final: float) -> float:
    """Share of the highest rate: a straight rise over `warmup` of the training, then a cosine down to `final`."""
    if done < warmup:
        return (done + 1e-3) / (warmup + 1e-3)
    fallen = (1 - math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2
    return 1 - (1 - final) * fallen
