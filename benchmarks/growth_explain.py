"""How explaining grows with the catalog and the history: `python -m benchmarks.growth_explain`.

What Predict and Why work out when they are first opened on a history, and the fit of the anatomy, each in a process of
its own. Models have the shape of those that ship and weights that nobody trained, items have made-up attributes; time
is the processor's, of one thread, which is what a clock says on an idle machine.
"""

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
import torch

from benchmarks import report
from fame.checkpoint.store import load
from fame.data import Catalog, Family
from fame.explain.facets.effects import expert_effects, facet_shares
from fame.explain.families.anatomy import Anatomy, fit
from fame.explain.families.evidence import evidence
from fame.explain.knockout import Runs, effects, runs
from fame.explain.past.claim import claim
from fame.explain.past.methods import attribute
from fame.explain.question import Question
from fame.home import PROJECT
from fame.model import Model, build
from fame.ranking.recommend import recommend_and_take_apart

ITEMS = (1_682, 100_000, 1_000_000)
LENGTHS = (10, 50, 200, 300, 1_000)
FITS = (
    (1_682, 1_600, 1),
    (5_000, 4_000, 1),
    (100_000, 30_000, 1),
    (100_000, 3_000, 300),
)  # items, values, most an item
SEED, SHOWN, OFFERED = 1, 20, 50
MB = 1 / 1024  # of what a process held at most, as Linux says it


def main() -> None:
    """Measure every cell, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", nargs="+", type=int, default=ITEMS)
    parser.add_argument("--lengths", nargs="+", type=int, default=LENGTHS)
    parser.add_argument("--cell", nargs="+", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.cell:
        torch.set_num_threads(1)  # as in the app
        print(json.dumps(opened(*chosen.cell) if len(chosen.cell) == 2 else fitted(*chosen.cell)))
        return
    cells = [alone(items, length) for items in chosen.items for length in chosen.lengths]
    fits = [alone(*one) for one in FITS]
    report.keep("growth_explain", {"cells": cells, "fits": fits, "seed": SEED})
    report.publish("growth explain", text(cells, fits))


def alone(*cell: int) -> dict[str, Any]:
    """A cell in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth_explain", "--cell", *map(str, cell)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    print(cell, run.stdout.strip(), file=sys.stderr)
    return json.loads(run.stdout)


def peak() -> float:
    """MB that this process held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MB


def opened(items: int, length: int) -> dict[str, Any]:
    """Predict, and then Why."""
    config = load(PROJECT / "pretrained" / "planted-cinema-fame").model.config
    torch.manual_seed(SEED)
    model = build(config.model_copy(update={"items": items, "length": length})).eval().requires_grad_(False)
    anatomy = made_up(items, config.width)
    history = (np.random.default_rng(SEED).permutation(items)[:length] + 1).tolist()
    why(model, history[:3], predict(model, history[:3], anatomy))  # brings what the first call brings
    before = peak()
    at = process_time()
    found = predict(model, history, anatomy)
    between = process_time()
    why(model, history, found)
    return {
        "items": items, "length": length, "predict": between - at, "why": process_time() - between,
        "peak_mb": peak(), "above_mb": peak() - before,
    }  # fmt: skip


def predict(model: Model, history: list[int], anatomy: Anatomy) -> Runs:
    """What Predict asks for."""
    target = int(recommend_and_take_apart(model, history, SHOWN)[1].items[0])
    found = runs(model, history)
    effects(model, found, target)
    evidence(model, anatomy, history, [target])
    return found


def why(model: Model, history: list[int], found: Runs) -> None:
    """What Why asks for, by the method that all models can be asked."""
    target = int(recommend_and_take_apart(model, history, OFFERED)[1].items[0])
    effects(model, found, target)
    question = Question.of(model, history, target)
    claim(question, attribute(question, "occlusion-remove", at_hand=found), at_hand=found)
    facet_shares(question, "renormalised")
    expert_effects(question)


def made_up(items: int, width: int) -> Anatomy:
    """Three families of 20 values, an item has one of each; nothing is fitted."""
    values = tuple(torch.randint(20, (items,)) for _ in range(3))
    starts = torch.cat([torch.zeros(1, dtype=torch.long), torch.arange(items + 1)])
    weights = tuple(0.1 * torch.randn(20, width) for _ in range(3))
    nothing = torch.zeros(3, width)
    return Anatomy(("a", "b", "c"), 3, (1.0,) * 3, 0.0, values, (starts,) * 3, weights, nothing, nothing[0])


def fitted(items: int, values: int, most: int) -> dict[str, Any]:
    """The anatomy of a catalog with two families of so many values together, and one item that has `most` of one."""
    rng, half = np.random.default_rng(SEED), values // 2
    known = {name: [(f"{v}",) for v in rng.integers(0, half, items)] for name in ("brand", "people")}
    known["people"][0] = tuple(f"{v}" for v in range(most))
    families = [Family("brand", "brand", False), Family("people", "people", True)]
    catalog = Catalog([f"i{n}" for n in range(items)], families=families, values=known)
    config = load(PROJECT / "pretrained" / "planted-cinema-fame").model.config
    torch.manual_seed(SEED)
    model = build(config.model_copy(update={"items": items})).eval().requires_grad_(False)
    before, seconds = peak(), taken(lambda: fit(model, catalog))
    return {
        "items": items, "values": values, "most": most, "seconds": seconds,
        "peak_mb": peak(), "above_mb": peak() - before,
    }  # fmt: skip


def taken(work: Callable[[], object]) -> float:
    """The processor's seconds."""
    at = process_time()
    work()
    return process_time() - at


def text(cells: list[dict[str, Any]], fits: list[dict[str, Any]]) -> str:
    """Two tables."""
    first = [
        [f"{c['items']:,}", f"{c['length']:,}", f"{c['predict']:.2f}", f"{c['why']:.2f}", f"{c['above_mb']:,.0f}",
         f"{c['peak_mb']:,.0f}"] for c in cells
    ]  # fmt: skip
    second = [
        [f"{c['items']:,}", f"{c['values']:,}", f"{c['most']:,}", f"{c['seconds']:.1f}", f"{c['above_mb']:,.0f}",
         f"{c['peak_mb']:,.0f}"] for c in fits
    ]  # fmt: skip
    return (
        "Predict and Why opened on a history, FAME of two layers and width 64, 4 facets of 4 experts. Peak memory is "
        "above what the process held before, libraries, model and items, and then with it.\n\n"
        + report.table(["items", "history", "Predict, s", "Why, s", "above, MB", "peak, MB"], first)
        + "\n\nThe anatomy of the item table, by values of two families and the most values that an item has:\n\n"
        + report.table(["items", "values", "most an item", "s", "above, MB", "peak, MB"], second)
        + f"\n\nOne thread. {report.on()}"
    )


if __name__ == "__main__":
    main()
