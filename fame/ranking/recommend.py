"""History -> the next items with their exact parts."""

from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from fame.errors import InputError
from fame.heads.contract import Head
from fame.heads.registry import head
from fame.model import Intervention, Model, Output
from fame.ranking.recommendation import Recommendation
from fame.runs.execute import along
from fame.runs.plan import changed


class HistoryError(InputError):
    """A history from which nothing can be predicted."""


@torch.inference_mode()
def recommend(
    model: Model, history: Sequence[int], k: int = 20, intervention: Intervention | None = None,
    hidden: Collection[int] | None = None,
) -> Recommendation:  # fmt: skip
    """The k items most likely next, none of them hidden.

    Parameters
    ----------
    history : catalog indices, oldest first; only the newest `config.length` are read
    k : at most; fewer come back where the catalog has fewer items that are not hidden
    hidden : catalog indices that are never recommended; None = all items of the history, also what is too old to be
        read. A user may have seen more, and where repeats are kept nothing is hidden

    Raises
    ------
    HistoryError
        The history is empty, or every item of the catalog is hidden, or k is below 1.
    """
    read, output = run(model, history, intervention)
    return most_likely(history, k, hidden, read, output, head(model, output))


@torch.inference_mode()
def recommend_and_take_apart(
    model: Model, history: Sequence[int], k: int, target: int | None = None, hidden: Collection[int] | None = None
) -> tuple[Recommendation, Recommendation]:
    """The k items most likely next, and an item taken apart, the first of them where none is named: of one pass.

    As `recommend` and `take_apart`, which raise what this does.
    """
    read, output = run(model, history, None)
    by = head(model, output)
    answer = most_likely(history, k, hidden, read, output, by)
    wanted = [[int(answer.items[0]) if target is None else target]]
    return answer, taken_apart(read, output, by, torch.tensor(wanted), by.log_normaliser())


@torch.inference_mode()
def take_apart(
    model: Model, history: Sequence[int], items: Sequence[int], intervention: Intervention | None = None
) -> Recommendation:
    """Score, probability and parts of items that were chosen, in the order given.

    Raises
    ------
    HistoryError
        The history is empty.
    """
    read, output = run(model, history, intervention)
    by = head(model, output)
    return taken_apart(read, output, by, torch.tensor([list(items)]), by.log_normaliser())


def run(model: Model, history: Sequence[int], intervention: Intervention | None) -> tuple[Tensor, Output]:
    """The part of the history that the model reads, (1, T), and what it computes from it."""
    if not len(history):
        raise HistoryError("The history is empty; give at least one item.")
    read = torch.tensor([list(history)[-model.config.length :]])
    return read, along(model, changed(read[0], intervention))


def taken_apart(read: Tensor, output: Output, by: Head, items: Tensor, log_normaliser: Tensor) -> Recommendation:
    """The exact parts of these items' scores, (1, k)."""
    T, chosen = read.shape[1], items[0]
    score, shares = by.at(items)[0], by.shares(items)
    return Recommendation(
        history=read[0].numpy(),
        items=chosen.numpy(),
        score=score.double().numpy(),
        probability=(score - log_normaliser).exp().double().numpy(),
        reference=float(by.reference()[0]),
        bias=by.side.bias[chosen].double().numpy(),
        contributions=by.parts(items)[0].double().numpy(),
        gate=output.gate[0, -T:].double().numpy(),
        router=output.router[0, -T:].double().numpy(),
        responsibilities=None if shares is None else shares[0].double().numpy(),
    )


def most_likely(
    history: Sequence[int], k: int, hidden: Collection[int] | None, read: Tensor, output: Output, by: Head
) -> Recommendation:
    """As `recommend`."""
    V = by.model.config.items
    out = sorted(set(history if hidden is None else hidden))
    if k < 1:
        raise HistoryError(f"k is {k}; ask for at least one item.")
    if len(out) == V:
        raise HistoryError(
            f"The history holds all {V} items of the catalog; leave one out to have an item to recommend."
            if hidden is None
            else f"All {V} items of the catalog were seen; keep repeats to have one recommended."
        )
    ranked = by.top_k(min(k, V - len(out)), torch.tensor([out]) if out else None)
    return taken_apart(read, output, by, ranked.items, ranked.log_normaliser)
