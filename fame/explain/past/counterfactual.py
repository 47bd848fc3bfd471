"""Fewest changes of a history that change its recommendation, each found by running the model and run once more."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import torch
from torch import Tensor

from fame.explain.knockout import Runs
from fame.explain.question import Question, QuestionError, Watch, unwatched
from fame.model import Model, Output
from fame.ranking.recommend import HistoryError, recommend
from fame.runs.execute import execute
from fame.runs.outcomes import outcomes
from fame.runs.plan import histories as as_they_are
from fame.runs.plan import subsets, without_each_item

EXACT = 3  # removals of which every choice is tried
POSITIONS = 1_000_000  # as long as to run them all takes no more of these: about two seconds
BATCH = 2_000
WISHED_TOP = 10
ADDED = 3
NEAR_WISHED = 50  # candidates of each kind


@dataclass(frozen=True)
class Removal:
    """Without these items another item comes first."""

    removed: tuple[int, ...]  # positions in what the model reads, 0 = oldest
    old_top: int
    new_top: int
    exact: bool  # no smaller removal does it: all were tried. Otherwise found greedily


@dataclass(frozen=True)
class WishedRemoval:
    """Without these items the wished one comes first."""

    wished: int
    removed: (
        tuple[int, ...] | None
    )  # positions in what the model reads, 0 = oldest; None: nothing that was tried does it
    read: int  # items that the model reads
    every: int  # of so many items, and of fewer, every choice was tried and none does it

    @property
    def fewest(self) -> bool:
        """Whether it is known that no fewer do it."""
        return self.removed is not None and len(self.removed) == self.every + 1


@dataclass(frozen=True)
class Addition:
    """Items to be added as the newest, the last of them last, that bring the wished item into the first ten."""

    wished: int
    added: tuple[int, ...] | None  # catalog indices; None: not found
    rank: int  # of the wished item after the history as it is
    new_rank: int  # after the additions, or with the best that were tried
    tried: int  # candidates
    reason: str  # why nothing was found; empty where it was


def fewest_removals(
    model: Model, history: Sequence[int], positions: int = POSITIONS, watch: Watch = unwatched,
    hidden: Collection[int] | None = None,
) -> Removal | None:  # fmt: skip
    """Every removal of up to three items, then greedily the item without which the first one's lead is least.

    At least one item stays. What is removed stays hidden, unless `hidden`, as in `recommend`, is without it. None where
    nothing that was tried changes the first item.

    Raises
    ------
    HistoryError, QuestionError
        The history is empty or has one item.
    """
    old = int(recommend(model, history, 1, hidden=hidden).items[0])
    question = Question.of(model, history, old, hidden=hidden)
    gone, every = search(question, lambda output: -question.leads(output), positions, watch)
    return verified(question, gone, old, exact=len(gone) == every + 1) if gone else None


def wished_removals(question: Question, positions: int = POSITIONS, watch: Watch = unwatched) -> WishedRemoval:
    """What is to be left out so that the target, which is not first, comes first; found as by `fewest_removals`.

    Raises
    ------
    QuestionError
        The history has one item.
    """
    if question.length < 2:
        raise QuestionError("The history has one item, so that nothing can be left out of it.")
    gone, every = search(question, question.leads, positions, watch)
    removed = tuple(sorted(gone)) if gone else None
    return WishedRemoval(question.target, removed, question.length, every)


def search(
    question: Question, ahead: Callable[[Output], Tensor], positions: int, watch: Watch
) -> tuple[list[int], int]:  # fmt: skip
    """Positions without which a run is `ahead` by more than 0, if any; and of how many items every choice fails.

    `ahead` says of R runs by how much each is, (R,). Of several that are enough that which is furthest ahead.
    """
    T, every = question.length, 0
    for size in range(1, min(EXACT, T - 1) + 1):
        if comb(T, size) * T > positions:
            break
        choices, done = combinations(range(T), size), 0
        while some := list(islice(choices, BATCH)):
            watch(done / comb(T, size))
            done += len(some)
            keep = torch.ones(len(some), T, dtype=torch.bool)
            keep.scatter_(1, torch.tensor(some), False)
            found = ahead(execute(question.model, subsets(question.read, keep, "remove")))
            if (found > 0).any():
                return list(some[int(found.argmax())]), every
        every = size
    left, gone = list(range(T)), list[int]()
    while every < T - 1 and len(left) > 1:
        watch(1 - len(left) / T)
        found = ahead(execute(question.model, without_each_item(question.read[left], "remove")))
        gone.append(left.pop(int(found.argmax())))
        if float(found.max()) > 0:
            return gone, every
    return [], every


@torch.inference_mode()
def single_removal(model: Model, found: Runs, hidden: Collection[int] | None = None) -> Removal | None:
    """What `fewest_removals` finds where one item is enough, from runs that are at hand; None where it is not.

    Raises
    ------
    QuestionError
        The history has one item.
    """
    old = int(recommend(model, found.history, 1, hidden=hidden).items[0])
    question = Question.of(model, found.history, old, hidden=hidden)
    H = len(model.config.facets)
    lead = question.leads(found.output.only(range(1 + H, 1 + H + question.length)))
    if not (lead < 0).any():
        return None
    return verified(question, [int(lead.argmin())], old, exact=True)


def verified(question: Question, removed: Sequence[int], old: int, exact: bool) -> Removal:
    """Run the shorter history by itself and read off what comes first."""
    gone = set(removed)
    left = [int(item) for t, item in enumerate(question.read) if t not in gone]
    new = int(recommend(question.model, left, 1, hidden=question.hidden.tolist()).items[0])
    return Removal(tuple(sorted(gone)), old, new, exact)


def fewest_additions(
    model: Model,
    history: Sequence[int],
    wished: int,
    candidates: Sequence[int] | None = None,
    top: int = WISHED_TOP,
    watch: Watch = unwatched,
    hidden: Collection[int] | None = None,
) -> Addition:
    """Up to three items, each the one after which the wished item's log p is highest, until it is among the first ten.

    `hidden` as in `recommend`; what is added is hidden with it, but where nothing is.

    Without `candidates`, they are the wished item's nearest in the item table and what the model recommends after it.

    Raises
    ------
    HistoryError, QuestionError
        The history is empty, or the wished item is hidden or not in the catalog.
    """
    if not len(history):
        raise HistoryError("The history is empty; give at least one item.")
    out = sorted(set(history if hidden is None else hidden))
    if wished in out:
        raise QuestionError("The wished item is already in the history; choose one that is not.")
    if not 1 <= wished <= model.config.items:
        raise QuestionError(f"The wished item {wished} is not in the catalog of {model.config.items:,} items.")
    now = [int(item) for item in history]
    allowed = [int(v) for v in (related(model, wished) if candidates is None else candidates)]
    rank = int(after(model, [now], wished, out)[1][0])
    best, added = rank, []
    if rank <= top:
        return Addition(wished, (), rank, rank, 0, "")
    for place in range(ADDED):
        watch(place / ADDED)
        left = [v for v in dict.fromkeys(allowed) if v != wished and v not in now and v not in out]
        if not left:
            break
        log_p, ranks = after(model, [[*now, v] for v in left], wished, out)
        inside = torch.where(ranks <= top, log_p, -torch.inf)
        chosen = int(inside.argmax() if (ranks <= top).any() else log_p.argmax())
        now.append(left[chosen])
        added.append(left[chosen])
        best = min(best, int(ranks.min()))  # of all that was tried, also what was not kept
        if int(ranks[chosen]) <= top:
            again = int(after(model, [now], wished, out)[1][0])  # by itself, as a page would run it
            return Addition(wished, tuple(added), rank, again, len(allowed), "")
    tried = f"{len(allowed)} item{'s' * (len(allowed) != 1)} tried, up to {ADDED} together"
    reason = f"it comes to rank {best} at best, from {rank}, with {tried}"
    return Addition(wished, None, rank, best, len(allowed), reason)


@torch.inference_mode()
def related(model: Model, item: int) -> list[int]:
    """What is near an item in the item table, and what the model recommends after it."""
    table = torch.nn.functional.normalize(model.table()[1:], dim=1)
    likeness = table @ table[item - 1]
    likeness[item - 1] = -torch.inf
    V = model.config.items
    near = (likeness.topk(min(NEAR_WISHED, V - 1)).indices + 1).tolist()
    return list(dict.fromkeys([*near, *recommend(model, [item], NEAR_WISHED).items.tolist()]))


@torch.inference_mode()
def after(model: Model, histories: list[list[int]], wished: int, out: list[int]) -> tuple[Tensor, Tensor]:
    """Log p (B,) and rank (B,) of an item after histories of one length; what is `out` is hidden, and they with it."""
    items = torch.tensor(histories)
    output = execute(model, as_they_are(items[:, -model.config.length :]))
    hidden = torch.cat([torch.tensor(out).expand(len(items), -1), items], 1) if out else items[:, :0]
    found = outcomes(model, output, wished, hidden)
    return found.log_probability, found.rank
