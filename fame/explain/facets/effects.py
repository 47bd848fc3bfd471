"""What the facets and their experts do: fair shares of facets, and facets and experts left out one by one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from fame import architectures
from fame.explain.past.kinds import MOST_PLAYERS
from fame.explain.past.shapley import coalitions, shapley
from fame.explain.question import Question, QuestionError
from fame.heads.kinds import kind_of
from fame.model import Model
from fame.ranking.recommend import HistoryError
from fame.runs.execute import execute
from fame.runs.outcomes import first
from fame.runs.plan import gates, without_each_expert, without_each_facet

TOP = 10
PERSISTENCE = 0.9  # of rank-biased overlap

# Where the gate's mass goes that missing facets had: to the others in proportion, or nowhere.
Missing = Literal["renormalised", "dropped"]


@dataclass(frozen=True)
class FacetShares:
    """Exact Shapley values of the facets in log p of the target; H as in the model."""

    missing: Missing
    values: np.ndarray  # (H,) sums to log p with all facets less log p with none
    alone: np.ndarray  # (H,) log p with all facets less log p without that one
    nothing: float  # log p with none: popularity alone
    rank: int  # of the target with all
    rank_without: np.ndarray  # (H,) without that facet


@dataclass(frozen=True)
class FacetKnockouts:
    """What became of the first ten without each facet; k is ten, or all items that are left where they are fewer."""

    missing: Missing
    top: np.ndarray  # (k,) catalog indices with everything, best first
    top_without: np.ndarray  # (H, k)
    overlap: np.ndarray  # (H,) rank-biased overlap of the first ten with those without it; 1 = nothing changed


@dataclass(frozen=True)
class ExpertEffects:
    """What became of the target and of the first ten without an expert, whose router weight went to the others."""

    rank: int  # of the target with everything
    effect: np.ndarray  # (H, N) log p with everything less log p without: positive = the expert speaks for the target
    rank_without: np.ndarray  # (H, N)
    overlap: np.ndarray  # (H, N) rank-biased overlap of the first ten with those without it; 1 = nothing changed
    top: np.ndarray  # (k,) catalog indices of the first ten with everything, best first
    top_without: np.ndarray  # (H, N, k)


@torch.inference_mode()
def facet_shares(question: Question, missing: Missing) -> FacetShares:
    """Every coalition of facets: the history is read once, and 2^H gates weigh it.

    Raises
    ------
    QuestionError
        The model has no facets or too many, or its head lets no part of the gate go missing.
    """
    H = _facets(question.model)
    if H > MOST_PLAYERS:
        raise QuestionError(f"Exact shares of facets are worked out for up to {MOST_PLAYERS} facets, not {H}.")
    _allow(question.model, missing)
    output = execute(question.model, gates(question.read, coalitions(H), missing == "renormalised"))
    worth, without = question.value(output), 2**H - 1 - 2 ** torch.arange(H)
    rank = question.outcome(output.only([2**H - 1, *without.tolist()])).rank.numpy()
    return FacetShares(
        missing=missing,
        values=shapley(worth.double().numpy()),
        alone=(worth[-1] - worth[without]).double().numpy(),
        nothing=float(worth[0]),
        rank=int(rank[0]),
        rank_without=rank[1:],
    )


@torch.inference_mode()
def facet_knockouts(
    model: Model, history: Sequence[int], missing: Missing, hidden: Collection[int] | None = None
) -> FacetKnockouts:
    """Each facet's gate weight set to 0 by itself, for a history of catalog indices, which is read once.

    `hidden` as in `recommend`.

    Raises
    ------
    HistoryError
        The history is empty, or every item of the catalog is hidden.
    QuestionError
        The model has no facets, or its head lets no part of the gate go missing.
    """
    H, out = _facets(model), sorted(set(history if hidden is None else hidden))
    _allow(model, missing)
    if not len(history) or len(out) == model.config.items:
        raise HistoryError("The history is empty, or every item is hidden; there is nothing to rank.")
    read = torch.tensor(list(history)[-model.config.length :])
    output = execute(model, without_each_facet(read, H, missing == "renormalised"))
    top = first(model, output, TOP, torch.tensor(out, dtype=torch.long)).numpy()
    return FacetKnockouts(missing, top[0], top[1:], _overlaps(top))


@torch.inference_mode()
def expert_effects(question: Question) -> ExpertEffects:
    """Each expert of each facet left out by itself, the history read once; of a lone expert its facet's reads go too.

    Raises
    ------
    QuestionError
        The model has no facets.
    """
    H, N = _facets(question.model), question.model.config.experts
    output = execute(question.model, without_each_expert(question.read, H, N))
    worth, rank = question.value(output), question.outcome(output).rank.numpy()
    top = first(question.model, output, TOP, question.hidden).numpy()
    return ExpertEffects(
        rank=int(rank[0]),
        effect=(worth[0] - worth[1:]).view(H, N).double().numpy(),
        rank_without=rank[1:].reshape(H, N),
        overlap=_overlaps(top).reshape(H, N),
        top=top[0],
        top_without=top[1:].reshape(H, N, -1),
    )


def rank_biased_overlap(a: list[int], b: list[int], p: float = PERSISTENCE) -> float:
    """Of two rankings of one length, extrapolated from what is seen (Webber et al. 2010, eq. 30): 1 = the same."""
    if a == b:
        return 1.0  # whatever the rounding of the sum: "nothing changed" is read off it
    k = len(a)
    shared = np.array([len(set(a[:d]) & set(b[:d])) for d in range(1, k + 1)])
    depth = np.arange(1, k + 1)
    return float(shared[-1] / k * p**k + (1 - p) / p * (shared / depth * p**depth).sum())


def _overlaps(top: np.ndarray) -> np.ndarray:
    """Of the first of some rankings (B, k) with each of the others, (B - 1,)."""
    return np.array([rank_biased_overlap(top[0].tolist(), other.tolist()) for other in top[1:]])


def _facets(model: Model) -> int:
    facets = model.config.facets
    if not facets:
        title, wanted = model.architecture.title, architectures.titles(facets=True)
        raise QuestionError(f"The model is a {title}, which has no facets and experts; choose a {wanted}.")
    return len(facets)


def _allow(model: Model, missing: Missing) -> None:
    kind = kind_of(model.config.head)
    if missing == "dropped" and not kind.droppable:
        raise QuestionError(
            f"In a {kind.title} the weights have to sum to 1, so that none can be dropped; choose renormalised."
        )
