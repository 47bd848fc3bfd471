"""Does a button say what a search takes? `python -m benchmarks.costs`.

Estimate and search follow one another in one process, on this machine under its present load, for the shipped model of
1,682 items and an untrained one of its shape with 100,000. Removals are of a model that nothing changes the mind of, as
the estimate is of a search that finds nothing.
"""

import argparse
from collections.abc import Callable
from time import perf_counter

import numpy as np
import torch

from benchmarks import report
from fame.checkpoint.store import load
from fame.explain.cost import addition_seconds, method_seconds, removal_seconds
from fame.explain.counterfactual import fewest_additions, fewest_removals
from fame.explain.methods import attribute
from fame.explain.question import Question
from fame.home import PROJECT
from fame.model import Model, build

LARGE = 100_000
SHORT, LONG = 8, 50  # items in the history
SEED = 1


def main() -> None:
    """Reckon, run, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    torch.set_num_threads(1)  # as in the app
    trained = load(PROJECT / "pretrained" / "movielens-100k-fame").model
    torch.manual_seed(SEED)
    large = build(trained.config.model_copy(update={"items": LARGE})).eval().requires_grad_(False)
    rows = [row for model in (trained, large) for row in measured(model)]
    report.keep("costs", {"seed": SEED, "rows": rows})
    told = [[*row[:3], f"{row[3]:.2g}", f"{row[4]:.2g}", f"{row[3] / row[4]:.2f}"] for row in rows]
    head = ["search", "items", "history", "estimate, s", "took, s", "estimate / took"]
    lead = f"Cost of a search as its button says it, and as it was; histories drawn by seed {SEED}, one search each."
    report.publish("costs", f"{lead}\n\n{report.table(head, told)}\n\n{report.on()}")


def measured(model: Model) -> list[tuple[str, int, int, float, float]]:
    """Search, items, length, estimate and truth in seconds."""
    stubborn = build(model.config).eval().requires_grad_(False)
    for parameter in stubborn.parameters():
        parameter.zero_()
    stubborn.bias.weight[1:] = (
        -torch.arange(1.0, model.config.items + 1).log()[:, None].view_as(stubborn.bias.weight[1:])
    )
    rng, found = np.random.default_rng(SEED), []
    for length in (SHORT, LONG):
        history = (rng.permutation(model.config.items - 1)[:length] + 2).tolist()
        last = next(v for v in range(model.config.items, 0, -1) if v not in history)
        question = Question.of(model, history, last)
        searches: dict[str, tuple[Callable[[], float], Callable[[], object]]] = {
            "greedy": (lambda q=question: method_seconds(q, "greedy"), lambda q=question: attribute(q, "greedy")),
            "shapley": (lambda q=question: method_seconds(q, "shapley"), lambda q=question: attribute(q, "shapley")),
            "removals": (
                lambda h=history: removal_seconds(stubborn, h),
                lambda h=history: fewest_removals(stubborn, h),
            ),
            "additions": (
                lambda h=history: addition_seconds(model, h),
                lambda h=history, v=last: fewest_additions(model, h, v, top=0),
            ),
        }
        for name, (reckon, search) in searches.items():
            if name == "shapley" and length == LONG:
                continue
            estimate, begun = reckon(), perf_counter()
            search()
            found.append((name, model.config.items, length, estimate, perf_counter() - begun))
            print(*found[-1], flush=True)
    return found


if __name__ == "__main__":
    main()
