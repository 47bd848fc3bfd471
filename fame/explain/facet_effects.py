"""What the facets and their experts do for an item: fair shares of facets, and experts left out one by one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from fame.explain.question import Question, QuestionError
from fame.explain.shapley import MOST, coalitions, shapley
from fame.model import Edit, Intervention
from fame.ranking.scores import scores

TOP = 10
PERSISTENCE = 0.9  # of rank-biased overlap

# Where the gate's mass goes that missing facets had: to the others in proportion, or nowhere.
Missing = Literal["renormalised", "dropped"]


@dataclass(frozen=True)
class FacetShares:
    """Exact Shapley values of the facets in log p of the target; H as in the model."""

    missing: Missing
    values: np.ndarray  # (H,) sums to log p with all facets less log p with none
    nothing: float  # log p with none: popularity alone


@dataclass(frozen=True)
class ExpertEffects:
    """What became of the target and of the first ten without an expert, whose router weight went to the others."""

    rank: int  # of the target with everything
    effect: np.ndarray  # (H, N) log p with everything less log p without: positive = the expert speaks for the target
    rank_without: np.ndarray  # (H, N)
    overlap: np.ndarray  # (H, N) rank-biased overlap of the first ten with those without it; 1 = nothing changed


@torch.inference_mode()
def facet_shares(question: Question, missing: Missing) -> FacetShares:
    """Every coalition of facets, 2^H gates in one batch.

    Raises
    ------
    QuestionError
        The model has no facets or too many, or is a mixture, in which no part of the gate can go missing.
    """
    H = _facets(question)
    if H > MOST:
        raise QuestionError(f"Exact shares of facets are worked out for up to {MOST} facets, not {H}.")
    if missing == "dropped" and question.model.config.head == "mixture":
        raise QuestionError(
            "In a mixture of softmaxes the weights have to sum to 1, so that none can be dropped; choose renormalised."
        )
    gate = Edit(scale=coalitions(H).float()[:, None], renormalise=missing == "renormalised")
    worth = question.value(question.model(question.read.expand(2**H, -1), Intervention(gate=gate)))
    return FacetShares(missing, shapley(worth.double().numpy()), float(worth[0]))


@torch.inference_mode()
def expert_effects(question: Question) -> ExpertEffects:
    """Each expert of each facet left out by itself, H x N runs in one batch; of a lone expert its facet's reads go too.

    Raises
    ------
    QuestionError
        The model has no facets.
    """
    H, N = _facets(question), question.model.config.experts
    without = 1 - torch.eye(H * N).view(H * N, 1, H, N)
    scale = torch.cat([torch.ones(1, 1, H, N), without])
    change = Intervention(router=Edit(scale=scale, renormalise=True))
    output = question.model(question.read.expand(H * N + 1, -1), change)
    worth = question.value(output)
    found = scores(question.model, output)
    found[:, question.seen - 1] = -torch.inf
    rank = ((found > found[:, question.target - 1, None]).sum(1) + 1).numpy()
    top = found.topk(min(TOP, found.shape[1] - len(question.seen))).indices.tolist()
    return ExpertEffects(
        rank=int(rank[0]),
        effect=(worth[0] - worth[1:]).view(H, N).double().numpy(),
        rank_without=rank[1:].reshape(H, N),
        overlap=np.array([rank_biased_overlap(top[0], one) for one in top[1:]]).reshape(H, N),
    )


def rank_biased_overlap(a: list[int], b: list[int], p: float = PERSISTENCE) -> float:
    """Of two rankings of one length, extrapolated from what is seen (Webber et al. 2010, eq. 30): 1 = the same."""
    k = len(a)
    shared = np.array([len(set(a[:d]) & set(b[:d])) for d in range(1, k + 1)])
    depth = np.arange(1, k + 1)
    return float(shared[-1] / k * p**k + (1 - p) / p * (shared / depth * p**depth).sum())


def _facets(question: Question) -> int:
    facets = question.model.config.facets
    if not facets:
        raise QuestionError("The model is a SASRec, which has no facets and experts; choose a FAME.")
    return len(facets)
