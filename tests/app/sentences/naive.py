"""What is true of a model and a history, found the slow way: every run by itself, with none of `fame.explain`."""

from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
import torch

from fame.heads.registry import scores
from fame.model import Edit, Intervention, Model
from fame.ranking.recommend import take_apart

TIE = 1e-4  # scores nearer than this may stand in either order


class Naive:
    """Brute force for one item after one history of catalog indices; T, H and N as in what is read and the model."""

    def __init__(
        self, model: Model, history: Sequence[int], target: int, hidden: Collection[int] | None = None
    ) -> None:
        self.model, self.history, self.target = model, list(history), target
        self.hidden = set(history if hidden is None else hidden)  # is never recommended
        self.read = self.history[-model.config.length :]
        self.facets = model.config.facets

    def run(self, read: Sequence[int], change: Intervention | None = None) -> np.ndarray:
        """(V,) scores after these items."""
        with torch.inference_mode():
            return (
                scores(self.model, self.model(torch.tensor([list(read)], dtype=torch.long), change, newest=True))[0]
                .double()
                .numpy()
            )

    @cached_property
    def whole(self) -> np.ndarray:
        """(V,) with everything."""
        return self.run(self.read)

    @cached_property
    def parts(self):
        """Every item of the catalog taken apart."""
        return take_apart(self.model, self.history, range(1, self.model.config.items + 1))

    @cached_property
    def without_item(self) -> list[np.ndarray]:
        """(V,) each, without one past item; none where the only one is all that can be read."""
        if len(self.read) == 1 and not self.model.config.begin:
            return []
        return [self.run(self.read[:t] + self.read[t + 1 :]) for t in range(len(self.read))]

    def without_items(self, places: Sequence[int]) -> np.ndarray:
        """(V,) without several."""
        return self.run([item for t, item in enumerate(self.read) if t not in places])

    def without_facet(self, h: int, renormalised: bool) -> np.ndarray:
        """(V,) by taking its part away from those of all the others."""
        apart, others = self.parts, [k for k in range(len(self.facets)) if k != h]
        if apart.responsibilities is not None:
            return np.log((apart.responsibilities[:, others].sum(1) * apart.probability).clip(1e-300))
        grown = 1 / (1 - apart.gate[-1, h]) if renormalised else 1.0
        return apart.bias + grown * apart.contributions[:, others].sum(1)

    @cached_property
    def without_expert(self) -> list[list[np.ndarray]]:
        """(V,) each: its router weight is 0, its siblings' are brought back to sum 1."""
        with torch.inference_mode():
            own = self.model(torch.tensor([self.read])).router[:, -1:]  # experts are in the last layer alone
        found = []
        for h in range(own.shape[2]):
            found.append([])
            for n in range(own.shape[3]):
                router = own.clone()
                router[..., h, n] = 0
                router[..., h, :] /= router[..., h, :].sum(-1, keepdim=True).clamp_min(1e-30)
                found[h].append(self.run(self.read, Intervention(router=Edit(set=router))))
        return found

    def places(self, found: np.ndarray, item: int | None = None) -> range:
        """The ranks that an item may have among what is not hidden, near ties being in either order."""
        fresh = np.ones(len(found), dtype=bool)
        fresh[np.array(sorted(self.hidden), dtype=int) - 1] = False
        own = found[(item or self.target) - 1]
        return range(1 + int((found[fresh] > own + TIE).sum()), 1 + int((found[fresh] >= own - TIE).sum()) + 1)

    def lowered(self, found: np.ndarray) -> bool:
        """Whether the item surely comes later than with everything."""
        return min(self.places(found)) > max(self.places(self.whole))

    def log_p(self, found: np.ndarray, item: int | None = None) -> float:
        """Of the softmax over the whole catalog."""
        return float(found[(item or self.target) - 1] - np.logaddexp.reduce(found))

    def firsts(self, found: np.ndarray) -> set[int]:
        """The items that may come first."""
        return {item for item in range(1, len(found) + 1) if item not in self.hidden and 1 in self.places(found, item)}

    def top(self, found: np.ndarray, k: int = 10) -> list[int]:
        """The first of what is not hidden."""
        order = [int(v) + 1 for v in np.argsort(-found, kind="stable")]
        return [item for item in order if item not in self.hidden][:k]

    def clear_top(self, found: np.ndarray, k: int = 10) -> bool:
        """Whether no near tie leaves the order of the first in doubt."""
        ranked = np.sort(np.delete(found, np.array(sorted(self.hidden), dtype=int) - 1))[::-1][: k + 1]
        return bool((np.diff(ranked) < -TIE).all())
