"""History -> the next items with their exact parts."""

from collections.abc import Sequence

import torch
from torch import Tensor

from fame.errors import InputError
from fame.model import FAME, Intervention, Model, Output
from fame.ranking.recommendation import Recommendation
from fame.ranking.topk import top_k


class HistoryError(InputError):
    """A history from which nothing can be predicted."""


@torch.inference_mode()
def recommend(
    model: Model, history: Sequence[int], k: int = 20, intervention: Intervention | None = None
) -> Recommendation:
    """The k items most likely next, none of them in the history.

    Parameters
    ----------
    history : catalog indices, oldest first; only the newest `config.length` are read, all are left out of the answer
    k : at most; fewer come back where the catalog has fewer unseen items

    Raises
    ------
    HistoryError
        The history is empty, or holds every item of the catalog, or k is below 1.
    """
    V = model.config.items
    seen = sorted(set(history))
    if k < 1:
        raise HistoryError(f"k is {k}; ask for at least one item.")
    if len(seen) == V:
        raise HistoryError(
            f"The history holds all {V} items of the catalog; leave one out to have an item to recommend."
        )
    read, output = run(model, history, intervention)
    query, table, bias = output.at_last(output.query), model.table(), model.bias()
    ranked = top_k(query, table, bias, min(k, V - len(seen)), torch.tensor([seen]))
    return taken_apart(model, read, output, ranked.items[0], ranked.log_normaliser[0])


@torch.inference_mode()
def take_apart(
    model: Model, history: Sequence[int], items: Sequence[int], intervention: Intervention | None = None
) -> Recommendation:
    """The same for items that were chosen, in the order given.

    Raises
    ------
    HistoryError
        The history is empty.
    """
    read, output = run(model, history, intervention)
    everything = top_k(output.at_last(output.query), model.table(), model.bias(), 1)
    return taken_apart(model, read, output, torch.tensor(list(items)), everything.log_normaliser[0])


def run(model: Model, history: Sequence[int], intervention: Intervention | None) -> tuple[Tensor, Output]:
    """The part of the history that the model reads, (1, T), and what it computes from it."""
    if not len(history):
        raise HistoryError("The history is empty; give at least one item.")
    read = torch.tensor([list(history)[-model.config.length :]])
    return read, model(read, intervention)


def taken_apart(model: Model, read: Tensor, output: Output, items: Tensor, log_normaliser: Tensor) -> Recommendation:
    """The exact parts of these items' scores."""
    T = read.shape[1]
    query, table, bias = output.at_last(output.query)[0], model.table(), model.bias()
    average = table[1:].mean(0)
    score = table[items] @ query + bias[items]
    parts = query.new_zeros(len(items), 0)
    if isinstance(model, FAME):
        gated = output.at_last(output.gate[..., None] * output.facets)[0]
        parts = (table[items] - average) @ model.facet_queries(gated).T  # (k, H), centred over the catalog
    return Recommendation(
        history=read[0].numpy(),
        items=items.numpy(),
        score=score.double().numpy(),
        probability=(score - log_normaliser).exp().double().numpy(),
        reference=float(query @ average + bias[1:].mean()),
        bias=(bias[items] - bias[1:].mean()).double().numpy(),
        contributions=parts.double().numpy(),
        gate=output.gate[0, -T:].double().numpy(),
        router=output.router[0, -T:].double().numpy(),
    )
