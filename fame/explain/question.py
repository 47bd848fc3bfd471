"""What is to be explained: why this item after this history, or why this and not that; and its history in part."""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fame.errors import InputError
from fame.explain.records import Way
from fame.heads.registry import head, scores
from fame.model import Intervention, Model, Output

CELLS = 16_384  # history positions run at a time
SCORES = 4_000_000  # scores held at a time

# Is told the share of a long search that is done, now and then; the search ends where it raises.
Watch = Callable[[float], None]


def unwatched(share: float) -> None:
    """Nobody asks how far a search is."""


class QuestionError(InputError):
    """Something about a recommendation that cannot be asked, or not of this model, or not in this way."""


@dataclass(frozen=True)
class Outcomes:
    """What becomes of the target in B runs."""

    log_probability: Tensor  # (B,)
    rank: Tensor  # (B,) among the items that are not hidden; 1 = first


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
        """Runs of a batch, at most."""
        return max(1, min(CELLS // self.length, SCORES // self.model.config.items))

    def value(self, output: Output) -> Tensor:
        """What is explained, (B,): log p of the target, less that of a rival; with a gradient where one is wanted."""
        by, B = head(self.model, output), len(output.query)
        less = by.log_normaliser() if self.rival is None else by.at(torch.full((B, 1), self.rival))[:, 0]
        return by.at(torch.full((B, 1), self.target))[:, 0] - less

    @torch.inference_mode()
    def values(self, keep: Tensor, way: Way) -> Tensor:
        """What is explained with only some items of the history: (B, T) bool -> (B,) nats."""
        return torch.cat([self.value(output) for output in self.outputs(keep, way)])

    @torch.inference_mode()
    def outcomes(self, keep: Tensor, way: Way) -> Outcomes:
        """What becomes of the target with only some items of the history, (B, T) bool."""
        log_probability, rank = [], []
        for output in self.outputs(keep, way):
            found = scores(self.model, output)
            log_probability.append(found[:, self.target - 1] - found.logsumexp(1))
            rank.append(self.ranks(found))
        return Outcomes(torch.cat(log_probability), torch.cat(rank))

    def ranks(self, found: Tensor) -> Tensor:
        """The target's among the items that are not hidden, (B,), by scores (B, V), changed in place."""
        found[:, self.hidden - 1] = -torch.inf
        return (found > found[:, self.target - 1, None]).sum(1) + 1

    def outputs(self, keep: Tensor, way: Way) -> Iterator[Output]:
        """Batches of runs with only some items of the history, (B, T) bool."""
        for some in torch.split(keep, self.at_once):
            yield self.model(*partly(self.read, some, way), newest=True)

    def whole(self) -> Tensor:
        """(1, T): everything is kept."""
        return torch.ones(1, self.length, dtype=torch.bool)

    def nothing(self, way: Way) -> str:
        """What is left when no item is, in words."""
        gone = "every item removed" if way == "remove" else "every item masked in place"
        return gone + (": the begin token alone" if self.model.config.begin else ": an empty place, never trained on")


def partly(read: Tensor, keep: Tensor, way: Way) -> tuple[Tensor, Intervention]:
    """A history (T,) with only some of its items, (B, T) bool -> items (B, at most T) and what else is to be changed.

    Removed items leave padding on the left, which changes no other output.
    """
    if way == "mask":
        return read.expand(len(keep), -1), Intervention(keep=keep)
    order = keep.int().argsort(dim=1, stable=True)  # what is left out goes to the left, the rest stays in its order
    most = max(1, int(keep.sum(1).max()))
    return (read * keep).gather(1, order)[:, -most:], Intervention()
