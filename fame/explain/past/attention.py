"""What the newest position reads of the past: attention. A weight, not an effect, and the same for every target."""

import torch
from torch import Tensor

from fame.explain.past.kinds import Method
from fame.explain.past.records import Attribution, most_first
from fame.explain.question import Question, QuestionError
from fame.runs.execute import attention_by_layer, blocks
from fame.runs.plan import histories

BASELINE = "none: a weight, the same for every target"


@torch.inference_mode()
def attention(question: Question) -> Attribution:
    """Exact effective attention of the last layer (identity 3): each head's row and their mean, of items only.

    Raises
    ------
    QuestionError
        The model has no attention.
    """
    need_attention(question)
    (newest,) = blocks(question.model, histories(question.read[None]))
    rows = newest.effective_attention()[0, :, 0, -question.length :]  # (H, T)
    return _attribution(question, "attention", rows.mean(0), rows)


@torch.inference_mode()
def rollout(question: Question) -> Attribution:
    """Attention rollout (Abnar and Zuidema 2020): the layers' mean attention, half of it residual, multiplied.

    Raises
    ------
    QuestionError
        The model has no attention.
    """
    need_attention(question)
    layers = attention_by_layer(question.model, histories(question.read[None]))
    through = torch.eye(layers[0].shape[1])
    for weights in layers:
        through = half(weights[0]) @ through
    return _attribution(question, "rollout", through[-1, -question.length :], None)


def need_attention(question: Question) -> None:
    """Refuse a model that has none."""
    kind = question.model.architecture
    if not kind.attention:
        raise QuestionError(f"{kind.title} has no attention that could be read; choose another method.")


def half(weights: Tensor) -> Tensor:
    """(S, S): half what is read, half what stays."""
    return (weights + torch.eye(len(weights))) / 2


def _attribution(question: Question, method: Method, row: Tensor, heads: Tensor | None) -> Attribution:
    values = row.double().numpy()
    each = None if heads is None else heads.double().numpy()
    read = question.read.numpy()
    return Attribution(method, question.target, question.rival, read, values, most_first(values), BASELINE, None, each)
