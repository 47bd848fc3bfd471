"""Why this and not that: two items after one history, part by part."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from fame.explain.families.anatomy import Anatomy, split
from fame.explain.knockout import Runs
from fame.explain.past.kinds import Method
from fame.explain.past.methods import attribute
from fame.explain.past.records import Attribution
from fame.explain.question import Question
from fame.heads.kinds import kind_of
from fame.model import Model
from fame.ranking.recommend import take_apart
from fame.runs.execute import execute
from fame.runs.plan import histories


@dataclass(frozen=True)
class Contrast:
    """What is different between two items, each number that of this less that of that; H and A as in the model.

    With an additive head `score = bias + contributions.sum() = bias + anatomy.sum() + rest`. With another one
    contributions and anatomy are readings of the score that do not add up.
    """

    this: int
    that: int
    score: float
    bias: float
    contributions: np.ndarray  # (H,)
    responsibilities: np.ndarray | None  # (H,), each item's sum to 1; None where the head is additive
    families: tuple[str, ...]
    anatomy: np.ndarray  # (A,)
    rest: float | None  # of the anatomy; None where the head is not additive
    attribution: Attribution  # of log p of this less log p of that, to the past items


def contrast(
    model: Model,
    history: Sequence[int],
    this: int,
    that: int,
    anatomy: Anatomy,
    method: Method = "occlusion-remove",
    hidden: Collection[int] | None = None,
) -> Contrast:
    """Contributions, anatomy and attributions between two items after a history, neither of them `hidden`.

    Raises
    ------
    QuestionError
        As `Question.of` and `attribute`.
    """
    question = Question.of(model, history, this, that, hidden)
    return compare(question, anatomy, attribute(question, method))


def contrast_runs(
    model: Model, found: Runs, this: int, that: int, anatomy: Anatomy, hidden: Collection[int] | None = None
) -> Contrast:
    """Compare two items by their parts, and by occlusion of past items from runs that are at hand; in nats.

    Raises
    ------
    QuestionError
        As `Question.of`.
    """
    question = Question.of(model, found.history, this, that, hidden)
    return compare(question, anatomy, attribute(question, "occlusion-remove", at_hand=found))


@torch.inference_mode()
def compare(question: Question, anatomy: Anatomy, past: Attribution) -> Contrast:
    """The target of the question less its rival; `past` is what the past items are to both."""
    model, this, that = question.model, question.target, question.rival
    assert that is not None
    history = question.read.tolist()
    pair = take_apart(model, history, [this, that])
    output = execute(model, histories(question.read[None]))
    parts = split(model, anatomy, output, torch.tensor([[this, that]]))[0].double().numpy()
    shares = pair.responsibilities
    score, bias = (float(of[0] - of[1]) for of in (pair.score, pair.bias))
    families = parts[0] - parts[1]
    return Contrast(
        this=this,
        that=that,
        score=score,
        bias=bias,
        contributions=pair.contributions[0] - pair.contributions[1],
        responsibilities=None if shares is None else shares[0] - shares[1],
        families=anatomy.families,
        anatomy=families,
        rest=score - bias - float(families.sum()) if kind_of(model.config.head).additive else None,
        attribution=past,
    )
