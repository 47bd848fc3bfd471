"""Runs a plan: reads once what its runs share, and holds no more of them at a time than the budget allows."""

from collections.abc import Iterator
from dataclasses import fields

import torch
from torch import Tensor

from fame.model import Intervention, Model, Output
from fame.model.attentive import Attentive
from fame.model.without_each import without_each
from fame.runs import budget
from fame.runs.plan import Plan

SHORT = 32  # items up to which runs without each of them are quicker by themselves


@torch.inference_mode()
def execute(model: Model, plan: Plan) -> Output:
    """What every run comes to where it predicts the next item, (R, 1, …), without attention."""
    return joined([without_attention(part) for part in blocks(model, plan)])


@torch.inference_mode()
def blocks(model: Model, plan: Plan) -> Iterator[Output]:
    """Runs in their order, a block at a time, (n, 1, …)."""
    if plan.each and isinstance(model, Attentive) and shares_attention(model, plan.longest):
        if plan.runs > plan.longest:
            yield model(plan.items, newest=True)
        for x, keep, ahead in without_each(model, plan.items[0], plan.way == "mask", budget.BUDGET):
            yield model.finish(x, keep, Intervention(), newest=True, ahead=ahead)
        return
    size = budget.runs_at_once(model.config, 1 if plan.read_once else plan.longest)
    apart = isinstance(model, Attentive) and not plan.read_once
    together = max(size, budget.finished_at_once(model.config, plan.longest)) if apart else size
    for start in range(0, plan.runs, together):
        items, change = plan.some(slice(start, start + together)).read()
        if isinstance(model, Attentive) and len(items) > size:
            yield model.finish(*encoded(model, items, change, size), change, newest=True)
        else:
            yield model(items, change, newest=True)


def encoded(model: Attentive, items: Tensor, change: Intervention, at_once: int) -> tuple[Tensor, Tensor]:
    """What the last layer reads (R, S, D), and which positions hold something (R, S), of so many runs `at_once`."""
    parts = []
    for start in range(0, len(items), at_once):
        some = slice(start, start + at_once)
        keep, shift = (None if of is None else of[some] for of in (change.keep, change.shift))
        parts.append(model.encode(items[some], Intervention(keep=keep, shift=shift)))
    return torch.cat([x for x, _ in parts]), torch.cat([keep for _, keep in parts])


@torch.inference_mode()
def along(model: Model, plan: Plan, attention: bool = False) -> Output:
    """What every run comes to at every position, (R, S, …), all at once; its attention has R S² numbers a head."""
    items, change = plan.read()
    return model(items, change, attention=attention)


@torch.inference_mode()
def attention_by_layer(model: Model, plan: Plan) -> list[Tensor]:
    """What each position of runs with nothing changed reads of each, (R, S, S) a layer, at once: of few runs."""
    items, _ = plan.read()
    return model.attention_by_layer(items)


def differentiable(model: Model, plan: Plan) -> Output:
    """What every run comes to where it predicts the next item, (R, 1, …), at once, with gradients where they are on."""
    items, change = plan.read()
    return model(items, change, newest=True, attention=False)


def shares_attention(model: Attentive, length: int) -> bool:
    """Whether the runs without each of so many items share the first layer's attention."""
    return len(model.lower) == 1 and length > SHORT and 2 * model.lower[0].heads * (length + 1) ** 2 <= budget.BUDGET


def without_attention(output: Output) -> Output:
    """Which would be the largest part of what is kept."""
    return Output(**{of.name: getattr(output, of.name) for of in fields(Output) if of.name != "attention"})


def joined(parts: list[Output]) -> Output:
    """One after another; of attention nothing."""
    held = [of.name for of in fields(Output) if of.name != "attention"]
    names = [name for name in held if getattr(parts[0], name) is not None]
    return Output(**{name: torch.cat([getattr(part, name) for part in parts]) for name in names})
