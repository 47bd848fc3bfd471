"""Occlusion: run the model again without a past item; its value is by how much log p falls."""

import numpy as np
import torch

from fame.explain.past.records import Attribution, Method, most_first
from fame.explain.question import Question, Watch, unwatched
from fame.explain.records import Way

MOST = 20  # items that greedy occlusion removes one by one; then it takes the rest as they stand


def occlusion(question: Question, way: Way) -> Attribution:
    """Each item left out by itself, T + 1 runs in one batch; `f(history) - f(history without t)`."""
    T = question.length
    found = question.values(torch.cat([question.whole(), ~torch.eye(T, dtype=torch.bool)]), way)
    values = (found[0] - found[1:]).double().numpy()
    method: Method = "occlusion-remove" if way == "remove" else "occlusion-mask"
    gone = "the history without the item" if way == "remove" else "the history with the item masked in place"
    return _attribution(question, method, values, most_first(values), gone, None)


def greedy(question: Question, most: int = MOST, watch: Watch = unwatched) -> Attribution:
    """Remove the item without which log p falls furthest, run every further removal again, and so on.

    A value is how far log p fell when the item's turn came: they add up to what the whole history does, unless it has
    more than `most` items, of which the last are valued by removing each by itself from what is then left.
    """
    T = question.length
    keep = question.whole()
    before = question.values(keep, "remove")[0]
    first = before
    values, order = np.zeros(T), []
    for step in range(T):
        watch(step / min(T, most))
        left = keep[0].nonzero()[:, 0]
        tried = keep.expand(len(left), T) & ~torch.eye(T, dtype=torch.bool)[left]
        found = question.values(tried, "remove")
        if step == most:
            rest = left.numpy()  # a tensor of one place would be read as a number
            values[rest] = (before - found).double().numpy()
            order += rest[most_first(values[rest])].tolist()
            break
        best = len(left) - 1 - int(found.flip(0).argmin())  # of equals the newest
        values[left[best]] = float(before - found[best])
        order.append(int(left[best]))
        keep, before = tried[best : best + 1], found[best]
    nothing = question.values(~question.whole(), "remove")[0]
    gap = float(values.sum() - (first - nothing))
    return _attribution(question, "greedy", values, np.array(order), question.nothing("remove"), gap)


def _attribution(
    question: Question, method: Method, values: np.ndarray, order: np.ndarray, baseline: str, gap: float | None
) -> Attribution:
    return Attribution(method, question.target, question.rival, question.read.numpy(), values, order, baseline, gap)
