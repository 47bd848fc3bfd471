"""What runs take, in seconds, reckoned before they are made: some of the very same are made and timed now."""

import time
from collections.abc import Callable

import torch
from torch import Tensor

from fame.model import Model, Output
from fame.runs.budget import runs_at_once
from fame.runs.execute import execute
from fame.runs.plan import subsets, without_each_item
from fame.runs.ways import Way

TURN = 0.1  # seconds

Answer = Callable[[Output], object]  # what is asked of the runs that are made
Measure = Callable[[Callable[[], object]], float]  # of a call, in seconds


def taken(work: Callable[[], object]) -> float:
    """Seconds, the mean over as long as other programs need to have their turn: they slow the search as well."""
    begun, done = time.perf_counter(), 0
    while not done or time.perf_counter() - begun < TURN:
        work()
        done += 1
    return (time.perf_counter() - begun) / done


@torch.inference_mode()
def subsets_seconds(
    model: Model, read: Tensor, kept: int, way: Way, runs: int, answer: Answer, measure: Measure = taken
) -> float:
    """Of so many runs of `kept` items of a history (T,), one block of them measured: a small one has another pace."""
    T = len(read)
    block = min(runs, runs_at_once(model.config, T))
    keep = (torch.arange(T) >= T - kept).expand(block, T)
    return runs / block * measure(lambda: answer(execute(model, subsets(read, keep, way))))


@torch.inference_mode()
def one_by_one_seconds(model: Model, read: Tensor, steps: int, answer: Answer, measure: Measure = taken) -> float:
    """Of steps that each run a history (T,) without every item that is left, and then leave one out.

    The first, the middle and the last are measured and weighed by Simpson's rule, which is exact for a cost that grows
    with the square of the length.
    """

    def step(number: int) -> float:
        return measure(lambda: answer(execute(model, without_each_item(read[number:], "remove"))))

    first, middle, last = (step(number) for number in (0, (steps - 1) // 2, steps - 1))
    return steps * (first + 4 * middle + last) / 6
