"""Attributions by gradients with respect to the item embeddings that are read; those that are scored stay."""

import torch
from torch import Tensor

from fame.explain.past.kinds import INTEGRATION_STEPS, Method
from fame.explain.past.records import Attribution, most_first
from fame.explain.question import Question, QuestionError
from fame.model import Intervention
from fame.runs.execute import differentiable
from fame.runs.plan import changed


def integrated_gradients(question: Question, steps: int = INTEGRATION_STEPS) -> Attribution:
    """Integrated gradients (Sundararajan et al. 2017) from the mean item embedding at every position, by Captum.

    The path is a shift added to the embeddings that are read, from `mean - x` to 0: the same straight line.

    Raises
    ------
    QuestionError
        What the model reads cannot be shifted.
    """
    need_shifts(question)
    from captum.attr import IntegratedGradients

    with torch.inference_mode(False), torch.enable_grad():
        table = question.model.table().detach()
        away = (table[1:].mean(0) - table[question.read.clone()])[None]  # (1, T, D)
        here = torch.zeros_like(away)
        parts = IntegratedGradients(lambda shift: value(question, shift)).attribute(here, away, n_steps=steps)
        total = float((value(question, here) - value(question, away)).detach())
    values = parts[0].sum(-1)
    return _attribution(
        question, "integrated-gradients", values, "the mean item embedding", float(values.sum()) - total
    )


def gradient_x_input(question: Question) -> Attribution:
    """The gradient times the embedding, summed over D: one backward pass (Shrikumar et al. 2016).

    Raises
    ------
    QuestionError
        What the model reads cannot be shifted.
    """
    need_shifts(question)
    with torch.inference_mode(False), torch.enable_grad():
        x = question.model.table().detach()[question.read.clone()][None]  # (1, T, D)
        shift = torch.zeros_like(x, requires_grad=True)
        (slope,) = torch.autograd.grad(value(question, shift).sum(), shift)
        values = (slope * x)[0].sum(-1)
    return _attribution(question, "gradient-x-input", values, "none: the slope at the item as it is", None)


def need_shifts(question: Question) -> None:
    """Refuse a model that reads no embeddings from here."""
    kind = question.model.architecture
    if not kind.shifts:
        raise QuestionError(f"{kind.title} has no gradients that could be taken here; choose another method.")


def value(question: Question, shift: Tensor) -> Tensor:
    """What `Question.value` says when the embeddings that are read are shifted by (B, T, D), with a gradient: (B,)."""
    return question.value(differentiable(question.model, changed(question.read.clone(), Intervention(shift=shift))))


def _attribution(question: Question, method: Method, values: Tensor, baseline: str, gap: float | None) -> Attribution:
    found = values.detach().double().numpy()
    return Attribution(
        method, question.target, question.rival, question.read.numpy(), found, most_first(found), baseline, gap
    )
