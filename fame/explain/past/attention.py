"""What the newest position reads of the past: attention. A weight, not an effect, and the same for every target."""

import torch
from torch import Tensor

from fame.explain.past.records import Attribution, Method, most_first
from fame.explain.question import Question
from fame.model import Output
from fame.model.layers import visible

BASELINE = "none: a weight, the same for every target"


@torch.inference_mode()
def attention(question: Question) -> Attribution:
    """Exact effective attention of the last layer (identity 3): each head's row and their mean, of items only."""
    rows = effective(question.model(question.read[None]))[0, :, -1, -question.length :]  # (H, T)
    return _attribution(question, "attention", rows.mean(0), rows)


@torch.inference_mode()
def rollout(question: Question) -> Attribution:
    """Attention rollout (Abnar and Zuidema 2020): the layers' mean attention, half of it residual, multiplied."""
    model, items = question.model, question.read[None]
    x, keep = model.embedding(items)
    S = x.shape[1]
    through = torch.eye(S)
    for block in model.blocks:
        x, weights = block(x, visible(keep))
        through = half(weights[0].mean((0, 1))) @ through
    if question.model.config.architecture == "fame":  # whose last layer is none of the blocks
        through = half(effective(model(items))[0].mean(0)) @ through
    return _attribution(question, "rollout", through[-1, -question.length :], None)


def effective(output: Output) -> Tensor:
    """(B, H, S, S) of the last layer; in SASRec, which has no experts to mix, its attention."""
    return output.effective_attention() if output.router.shape[2] else output.attention[:, :, 0]


def half(weights: Tensor) -> Tensor:
    """(S, S): half what is read, half what stays."""
    return (weights + torch.eye(len(weights))) / 2


def _attribution(question: Question, method: Method, row: Tensor, heads: Tensor | None) -> Attribution:
    values = row.double().numpy()
    each = None if heads is None else heads.double().numpy()
    read = question.read.numpy()
    return Attribution(method, question.target, question.rival, read, values, most_first(values), BASELINE, None, each)
