"""What is to be explained: why this item after this history, or why this and not that; and its history in part."""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fame.errors import InputError
from fame.heads.registry import head
from fame.model import Model, Output
from fame.runs.budget import runs_at_once
from fame.runs.execute import execute
from fame.runs.outcomes import Outcomes, leads, outcomes
from fame.runs.plan import subsets, with_and_without_each_item
from fame.runs.ways import Way

# Is told the share of a long search that is done, now and then; the search ends where it raises.
Watch = Callable[[float], None]


def unwatched(share: float) -> None:
    """Nobody asks how far a search is."""


class QuestionError(InputError):
    """Something about a recommendation that cannot be asked, or not of this model, or not in this way."""


@dataclass(frozen=True)
class Question:
    """Why the target; with a rival, why the target rather than the rival."""

    model: Model
    read: Tensor  # (T,) catalog indices that the model reads, oldest first
    hidden: Tensor  # (E,) what is never recommended: what was seen, also where it is too old to be read; or nothing
    target: int
    rival: int | None = None

    @classmethod
    def of(
        cls, model: Model, history: Sequence[int], target: int, rival: int | None = None,
        hidden: Collection[int] | None = None,
    ) -> "Question":  # fmt: skip
        """About a history of catalog indices, oldest first, whose items are to be weighed against one another.

        `hidden` is never recommended, as in `recommend`; None = the items of the history.

        Raises
        ------
        QuestionError
            The history has fewer than two items, or an item asked about is hidden or not in the catalog.
        """
        if len(history) < 2:
            raise QuestionError(
                f"The history has {'one item' if len(history) else 'no items'}, so there is nothing to weigh against "
                "one another; give at least two."
            )
        return cls.about(model, history, target, rival, hidden)

    @classmethod
    def about(
        cls, model: Model, history: Sequence[int], target: int, rival: int | None = None,
        hidden: Collection[int] | None = None,
    ) -> "Question":  # fmt: skip
        """About a history of which one item is enough, since it is taken as a whole.

        Raises
        ------
        QuestionError
            The history is empty, or an item asked about is hidden or not in the catalog.
        """
        if not len(history):
            raise QuestionError("The history is empty; give at least one item.")
        out = {int(item) for item in (history if hidden is None else hidden)}
        for name, item in (("target", target), ("rival", rival)):
            if item is None:
                continue
            if not 1 <= item <= model.config.items:
                raise QuestionError(f"The {name} {item} is not in the catalog of {model.config.items:,} items.")
            if item in out:
                where = "already in the history" if item in history else "among the items seen before"
                raise QuestionError(f"The {name} is {where}; choose an item that is not.")
        if rival == target:
            raise QuestionError("The rival is the target itself; choose another item.")
        read = torch.tensor([int(item) for item in history[-model.config.length :]])
        return cls(model, read, torch.tensor(sorted(out), dtype=torch.long), int(target), rival)

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What tells it from other questions to the same model."""
        return tuple(self.read.tolist()), tuple(self.hidden.tolist()), self.target, self.rival

    @property
    def length(self) -> int:
        """T."""
        return len(self.read)

    @property
    def at_once(self) -> int:
        """Runs of a block."""
        return runs_at_once(self.model.config, self.length)

    def value(self, output: Output) -> Tensor:
        """What is explained, (B,): log p of the target, less that of a rival; with a gradient where one is wanted."""
        by, B = head(self.model, output), len(output.query)
        less = by.log_normaliser() if self.rival is None else by.at(torch.full((B, 1), self.rival))[:, 0]
        return by.at(torch.full((B, 1), self.target))[:, 0] - less

    @torch.inference_mode()
    def values(self, keep: Tensor, way: Way) -> Tensor:
        """What is explained with only some items of the history: (B, T) bool -> (B,) nats."""
        return self.value(execute(self.model, subsets(self.read, keep, way)))

    @torch.inference_mode()
    def values_without_each(self, way: Way) -> Tensor:
        """What is explained with the whole history, and without each item, the oldest first: (1 + T,)."""
        return self.value(execute(self.model, with_and_without_each_item(self.read, way)))

    def outcomes(self, keep: Tensor, way: Way) -> Outcomes:
        """What becomes of the target with only some items of the history, (B, T) bool."""
        return self.outcome(execute(self.model, subsets(self.read, keep, way)))

    def outcome(self, output: Output) -> Outcomes:
        """What becomes of the target in runs that are made."""
        return outcomes(self.model, output, self.target, self.hidden)

    def leads(self, output: Output) -> Tensor:
        """By how much the target is ahead of the best other item in runs that are made, (B,)."""
        return leads(self.model, output, self.target, self.hidden)

    def whole(self) -> Tensor:
        """(1, T): everything is kept."""
        return torch.ones(1, self.length, dtype=torch.bool)

    def nothing(self, way: Way) -> str:
        """What is left when no item is, in words."""
        gone = "every item removed" if way == "remove" else "every item masked in place"
        return gone + (": the begin token alone" if self.model.config.begin else ": an empty place, never trained on")
