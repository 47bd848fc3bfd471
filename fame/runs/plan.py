"""What each of R runs of a model is without, or has changed; `execute` runs it."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fame.model import Edit, Intervention
from fame.runs.ways import Way


@dataclass(frozen=True)
class Plan:
    """R runs, each of which predicts what comes next."""

    items: Tensor  # (R, T) catalog indices, oldest first, 0 = padding on the left; (1, T) where all runs read the same
    keep: Tensor | None = None  # (R, T) bool: the past items that are left
    way: Way = "remove"  # in which the others are left out
    each: bool = False  # `keep` leaves out each item by itself, after nothing or at once
    change: Intervention | None = None  # its tensors of R rows, or of one

    @property
    def runs(self) -> int:
        """R."""
        change = self.change or Intervention()
        edits = [value for edit in (change.gate, change.router, change.facets) for value in (edit.set, edit.scale)]
        rows = [len(value) for value in (self.items, self.keep, change.shift, *edits) if value is not None]
        return max(rows)

    @property
    def longest(self) -> int:
        """T."""
        return self.items.shape[1]

    @property
    def read_once(self) -> bool:
        """Whether all runs read the same, so that it has to be read once only."""
        return len(self.items) == 1 and self.keep is None and (self.change is None or self.change.shift is None)

    def some(self, runs: slice) -> "Plan":
        """Some of the runs."""

        def of(value: Tensor | None) -> Tensor | None:
            return value if value is None or len(value) == 1 else value[runs]

        def edit(made: Edit) -> Edit:
            return replace(made, set=of(made.set), scale=of(made.scale))

        change = self.change and replace(
            self.change,
            router=edit(self.change.router), facets=edit(self.change.facets), gate=edit(self.change.gate),
            shift=of(self.change.shift),
        )  # fmt: skip
        items, keep = of(self.items), None if self.keep is None else self.keep[runs]
        assert items is not None
        return Plan(items, keep, self.way, change=change)

    def read(self) -> tuple[Tensor, Intervention]:
        """Items (R or 1, at most T) and what else is changed, as a model's `forward` takes them.

        Removed items leave padding on the left, which changes no other output.
        """
        change = self.change or Intervention()
        if self.keep is None:
            return self.items if self.read_once else self.items.expand(self.runs, -1), change
        if self.way == "mask":
            return self.items.expand(len(self.keep), -1), replace(change, keep=self.keep)
        order = self.keep.int().argsort(dim=1, stable=True)  # what is left out goes to the left
        most = max(1, int(self.keep.sum(1).max()))
        return (self.items * self.keep).gather(1, order)[:, -most:], change


def histories(items: Tensor) -> Plan:
    """(R, T) catalog indices, padded with 0 on the left: each as it is."""
    return Plan(items)


def changed(read: Tensor, change: Intervention | None) -> Plan:
    """A history (T,) with something changed, or as it is; shifts (R, T, D) are as many runs."""
    return Plan(read[None], change=change)


def subsets(read: Tensor, keep: Tensor, way: Way) -> Plan:
    """A history (T,) with only some of its items, (R, T) bool."""
    return Plan(read[None], keep, way)


def without_each_item(read: Tensor, way: Way) -> Plan:
    """A history (T,) without each of its items, the oldest first: R = T."""
    return Plan(read[None], ~torch.eye(len(read), dtype=torch.bool), way, each=True)


def with_and_without_each_item(read: Tensor, way: Way) -> Plan:
    """A history (T,) as it is, and without each of its items, the oldest first: R = 1 + T."""
    plan = without_each_item(read, way)
    assert plan.keep is not None
    return replace(plan, keep=torch.cat([torch.ones_like(plan.keep[:1]), plan.keep]))


def gates(read: Tensor, left: Tensor, renormalise: bool) -> Plan:
    """A history (T,) with only some of the facets, (R, H) bool: the others' gate weight is 0.

    Their weight goes to the others in proportion where it is to `renormalise`, else nowhere.
    """
    return Plan(read[None], change=Intervention(gate=Edit(scale=left.float()[:, None], renormalise=renormalise)))


def without_each_facet(read: Tensor, H: int, renormalise: bool) -> Plan:
    """A history (T,) with all facets, and without each of them: R = 1 + H."""
    return gates(read, torch.cat([torch.ones(1, H), 1 - torch.eye(H)]), renormalise)


def without_each_expert(read: Tensor, H: int, N: int) -> Plan:
    """A history (T,) with all experts, and without each of each facet: R = 1 + H N.

    Its router weight goes to its facet's other experts in proportion; of a lone expert nothing is left of the reads.
    """
    scale = torch.cat([torch.ones(1, 1, H, N), (1 - torch.eye(H * N)).view(H * N, 1, H, N)])
    return Plan(read[None], change=Intervention(router=Edit(scale=scale, renormalise=True)))


def each_expert_alone_at(read: Tensor, H: int, N: int, weight: float) -> Plan:
    """A history (T,) with each expert of each facet at that weight by itself, all others as they are: R = H N."""
    weights = torch.full((H * N, H * N), torch.nan).fill_diagonal_(weight)
    return Plan(read[None], change=Intervention(router=Edit(set=weights.view(H * N, 1, H, N))))
