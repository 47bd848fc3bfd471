"""What a search costs before it is begun: in runs of the model, and in seconds."""

import time
from math import comb

import torch

from fame.explain import counterfactual, deletion, faithfulness, occlusion, sensitivity, shapley
from fame.explain.attribution import METHODS, Method
from fame.explain.gradients import STEPS
from fame.explain.question import WAYS
from fame.model import Model

STAGES = 6  # of the randomisation check, about
BACKWARD = 2  # a backward pass, in forward passes
PROBE, TRIES = 32, 3


def method_runs(method: Method, length: int) -> int:
    """How often a method runs a history of that length."""
    match method:
        case "occlusion-remove" | "occlusion-mask":
            return length + 1
        case "greedy":
            return sum(range(length, max(0, length - occlusion.MOST - 1), -1)) + 2
        case "shapley":
            return int(2**length)
        case "integrated-gradients":
            return STEPS * (1 + BACKWARD)
        case "gradient-x-input":
            return 1 + BACKWARD
        case "attention" | "rollout":
            return 1
        case "recency" | "random":
            return 0


def removal_runs(length: int) -> int:
    """How many removals `fewest_removals` tries at most."""
    sizes = range(1, min(counterfactual.EXACT, length - 1) + 1)
    tried = [comb(length, size) for size in sizes if comb(length, size) * length <= counterfactual.POSITIONS]
    return sum(tried) + length * (length + 1) // 2


@torch.inference_mode()
def seconds_a_run(model: Model, length: int) -> float:
    """Of one history of that length among many; the fastest of a few tries on any items."""
    T = min(length, model.config.length)
    items = torch.arange(PROBE * T).view(PROBE, T) % model.config.items + 1
    took = []
    for _ in range(TRIES):
        begun = time.perf_counter()
        model(items, newest=True)
        took.append(time.perf_counter() - begun)
    return min(took) / PROBE


def judging_runs(length: int, users: int) -> int:
    """About how many runs it takes to mark every method on users with histories of that length."""
    methods: tuple[Method, ...] = tuple(m for m in METHODS if m != "shapley" or length <= shapley.MOST)
    once = sum(method_runs(method, length) for method in methods)
    marking = len(methods) * len(WAYS) * (deletion.STEPS + 2 * len(deletion.CUTS))
    again = STAGES + sensitivity.DRAWS + 1
    return users * (once + marking) + min(users, faithfulness.CHECKED) * again * once
