"""Why this and not that: two items after one history, part by part."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from fame.explain.anatomy import Anatomy, split
from fame.explain.attribution import Attribution, Method
from fame.explain.methods import attribute
from fame.explain.question import Question
from fame.model import Model
from fame.ranking.recommend import take_apart


@dataclass(frozen=True)
class Contrast:
    """What is different between two items, each number that of this less that of that; H and A as in the model.

    In a sum `score = bias + contributions.sum() = bias + anatomy.sum() + rest`. In a mixture the score is log p, and
    contributions and anatomy are readings of it that do not add up.
    """

    this: int
    that: int
    score: float
    bias: float
    contributions: np.ndarray  # (H,)
    responsibilities: np.ndarray | None  # (H,), each item's sum to 1; None but in a mixture
    families: tuple[str, ...]
    anatomy: np.ndarray  # (A,)
    rest: float | None  # of the anatomy; None in a mixture
    attribution: Attribution  # of log p of this less log p of that, to the past items


@torch.inference_mode()
def contrast(
    model: Model,
    history: Sequence[int],
    this: int,
    that: int,
    anatomy: Anatomy,
    method: Method = "occlusion-remove",
) -> Contrast:
    """Contributions, anatomy and attributions between two items outside a history of catalog indices.

    Raises
    ------
    QuestionError
        As `Question.of` and `attribute`.
    """
    question = Question.of(model, history, this, that)
    pair = take_apart(model, history, [this, that])
    parts = split(model, anatomy, model(question.read[None]), torch.tensor([[this, that]]))[0].double().numpy()
    shares = pair.responsibilities
    score, bias = (float(of[0] - of[1]) for of in (pair.score, pair.bias))
    families = parts[0] - parts[1]
    return Contrast(
        this=question.target,
        that=int(that),
        score=score,
        bias=bias,
        contributions=pair.contributions[0] - pair.contributions[1],
        responsibilities=None if shares is None else shares[0] - shares[1],
        families=anatomy.families,
        anatomy=families,
        rest=score - bias - float(families.sum()) if shares is None else None,
        attribution=attribute(question, method),
    )
