"""Occlusion: run the model again without a past item; its value is by how much log p falls."""

import numpy as np
import torch
from torch import Tensor

from fame.explain.knockout import Runs
from fame.explain.past.kinds import GREEDY_STEPS, Method
from fame.explain.past.records import Attribution, most_first
from fame.explain.question import Question, Watch, unwatched
from fame.runs.cost import Measure, one_by_one_seconds
from fame.runs.execute import execute
from fame.runs.plan import without_each_item
from fame.runs.ways import Way


def occlusion_remove(question: Question, at_hand: Runs | None = None) -> Attribution:
    """Each item removed by itself, the later ones moving up: see `occlusion`. What is at hand is not run again."""
    return occlusion(question, "remove", at_hand)


def occlusion_mask(question: Question) -> Attribution:
    """Each item masked in place by itself: see `occlusion`."""
    return occlusion(question, "mask")


def occlusion(question: Question, way: Way, removed: Runs | None = None) -> Attribution:
    """Each item left out by itself, T + 1 runs, or none with those of items `removed`.

    `f(history) - f(history without t)`.
    """
    if removed is None:
        found = question.values_without_each(way)
    else:
        found = log_p_without_each(question, removed, question.target)
        found = found if question.rival is None else found - log_p_without_each(question, removed, question.rival)
    values = (found[0] - found[1:]).double().numpy()
    method: Method = "occlusion-remove" if way == "remove" else "occlusion-mask"
    gone = "the history without the item" if way == "remove" else "the history with the item masked in place"
    return _attribution(question, method, values, most_first(values), gone, None)


def log_p_without_each(question: Question, removed: Runs, item: int) -> Tensor:
    """Of an item with the whole history and without each past item, the oldest first, (1 + T,)."""
    found = removed.outcomes(question.model, item, question.hidden.tolist()).log_probability
    return torch.cat([found[:1], found[1 + len(question.model.config.facets) :]])


@torch.inference_mode()
def greedy(question: Question, most: int = GREEDY_STEPS, watch: Watch = unwatched) -> Attribution:
    """Remove the item without which log p falls furthest, run every further removal again, and so on.

    A value is how far log p fell when the item's turn came: they add up to what the whole history does, unless it has
    more than `most` items, of which the last are valued by removing each by itself from what is then left.
    """
    T = question.length
    read, left = question.read, np.arange(T)
    first = before = float(question.values(question.whole(), "remove")[0])
    values, order = np.zeros(T), list[int]()
    for step in range(T):
        watch(step / min(T, most))
        ran = execute(question.model, without_each_item(read[left], "remove"))
        found = question.value(ran).double().numpy()
        if step == most:
            values[left] = before - found
            order += left[most_first(values[left])].tolist()
            break
        best = len(left) - 1 - int(found[::-1].argmin())  # of equals the newest
        values[left[best]] = before - found[best]
        order.append(int(left[best]))
        left, before = np.delete(left, best), float(found[best])
    nothing = float(question.values(~question.whole(), "remove")[0])
    gap = float(values.sum() - (first - nothing))
    return _attribution(question, "greedy", values, np.array(order), question.nothing("remove"), gap)


def greedy_seconds(question: Question, measure: Measure) -> float:
    """What `greedy` takes."""
    steps = min(question.length, GREEDY_STEPS + 1)
    return one_by_one_seconds(question.model, question.read, steps, question.value, measure)


def _attribution(
    question: Question, method: Method, values: np.ndarray, order: np.ndarray, baseline: str, gap: float | None
) -> Attribution:
    return Attribution(method, question.target, question.rival, question.read.numpy(), values, order, baseline, gap)
