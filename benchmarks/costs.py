"""Does a button say what a search takes? `python -m benchmarks.costs`.

Estimate and search follow one another in one process, on this machine under its present load, for the shipped model of
1,682 items and an untrained one of its shape with 100,000, whose users have 50 items each. Removals and additions are
of a model that nothing changes the mind of, as the estimates are of searches that find nothing.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from benchmarks import report
from fame.checkpoint.store import load
from fame.data import DataSet, read
from fame.explain.meaning import records as meaning
from fame.explain.meaning.measure import measure
from fame.explain.past.counterfactual import fewest_additions, fewest_removals
from fame.explain.past.methods import attribute, method_seconds
from fame.explain.question import Question
from fame.explain.trust.cost import addition_seconds, judging_seconds, marking_seconds, removal_seconds
from fame.explain.trust.faithfulness import ask, judge
from fame.explain.trust.scorecard import scorecard
from fame.home import PROJECT
from fame.maps import store as maps
from fame.maps.compute import compute
from fame.model import Model, build
from fame.slowdown import slowdown
from fame.training.estimate import estimate
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

LARGE = 100_000
SHORT, LONG = 8, 50  # items in the history
USERS = 2  # that methods are tested on
SEED = 1
SURE = 1.0  # seconds below which a button says no more than that

Row = tuple[str, int, int, float, float]  # search, items, length of the history, estimate, truth in seconds
Pair = tuple[Callable[[], float], Callable[[], object]]  # estimate and search


def main() -> None:
    """Reckon, run, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    torch.set_num_threads(1)  # as in the app
    load_before = os.getloadavg()[0]
    trained = load(PROJECT / "pretrained" / "movielens-100k-fame").model
    torch.manual_seed(SEED)
    large = build(trained.config.model_copy(update={"items": LARGE})).eval().requires_grad_(False)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "large")
        for model, data in ((trained, PROJECT / "data" / "movielens-100k"), (large, Path(folder) / "large")):
            for row in measured(model, read(data), Path(folder)):
                rows.append(row)
                print(*row, flush=True)
        row = timed(*marking())
        rows.append(row)
        print(*row, flush=True)
    loads = [round(load_before, 1), round(os.getloadavg()[0], 1)]
    report.keep("costs", {"seed": SEED, "rows": rows, "load": loads})
    told = [[name, f"{items:,}", length, *told_of(said, took)] for name, items, length, said, took in rows]
    head = ["what", "items", "history", "estimate, s", "took, s", "estimate / took"]
    lead = f"What a button says that it takes, and what it took; histories drawn by seed {SEED}, n = 1 of each."
    foot = f"Load average {loads[0]} before, {loads[1]} after. {report.on()}"
    report.publish("costs", f"{lead}\n\n{report.table(head, told)}\n\n{foot}")


def told_of(said: float, took: float) -> list[str]:
    """As the button says it."""
    if said < SURE:
        return [f"under {SURE:.0f} ({said:.2f})", f"{took:.2f}", "as said" if took < SURE else f"{SURE / took:.2f}"]
    return [f"{said:.1f}", f"{took:.1f}", f"{said / took:.2f}"]


def make(folder: Path) -> None:
    """A data-set folder: every user has items that nobody else has, of one of twenty genres and eras."""
    folder.mkdir()
    items = np.random.default_rng(SEED).permutation(LARGE)
    ids = pa.array(np.arange(LARGE)).cast(pa.string())
    users = pa.array(np.arange(LARGE) // LONG).cast(pa.string())
    log = {"user_id": users, "item_id": pa.array(items).cast(pa.string()), "timestamp": np.arange(LARGE)}
    pq.write_table(pa.table(log), folder / "interactions.parquet")
    values = {name: pa.array(np.arange(LARGE) // n % 20).cast(pa.string()) for n, name in ((1, "genre"), (20, "era"))}
    pq.write_table(pa.table({"item_id": ids, "title": ids} | values), folder / "items.parquet")
    about = {"name": folder.name, "families": [{"name": name, "column": name, "multi": False} for name in values]}
    (folder / "dataset.json").write_text(json.dumps(about), encoding="utf-8")


def measured(model: Model, data: DataSet, folder: Path) -> Iterator[Row]:
    """Everything that is announced, on that model and data."""
    rng = np.random.default_rng(SEED)
    for length in (SHORT, LONG):
        history = (rng.permutation(model.config.items - 1)[:length] + 2).tolist()
        for name, pair in searches(model, history).items():
            yield timed(name, model, length, *pair)
    for name, pair in others(model, data, folder).items():
        yield timed(name, model, LONG, *pair)


def timed(name: str, model: Model, length: int, reckon: Callable[[], float], search: Callable[[], object]) -> Row:
    """Estimate, then search."""
    said, begun = reckon(), perf_counter()
    search()
    return name, model.config.items, length, said, perf_counter() - begun


def searches(model: Model, history: list[int]) -> dict[str, Pair]:
    """What Why offers for a history."""
    last = next(v for v in range(model.config.items, 0, -1) if v not in history)
    question, firm = Question.of(model, history, last), stubborn(model)
    found: dict[str, Pair] = {
        "greedy": (lambda: method_seconds(question, "greedy"), lambda: attribute(question, "greedy")),
        "removals": (lambda: removal_seconds(firm, history), lambda: fewest_removals(firm, history)),
        "additions": (lambda: addition_seconds(firm, history, last), lambda: fewest_additions(firm, history, last)),
    }
    if len(history) == SHORT:
        found["shapley"] = (lambda: method_seconds(question, "shapley"), lambda: attribute(question, "shapley"))
    return found


def marking() -> tuple[str, Model, int, Callable[[], float], Callable[[], object]]:
    """Of the drivers of planted data, whose users are fewer than a catalog has items."""
    model, data = load(PROJECT / "pretrained" / "planted-cinema-fame").model, read(PROJECT / "data" / "planted-cinema")
    length = round(data.histories.lengths.mean())
    return "marking of the drivers", model, length, lambda: marking_seconds(model, data), lambda: scorecard(model, data)


def stubborn(model: Model) -> Model:
    """A model of that shape whose ranking hangs on no history."""
    firm = build(model.config).eval().requires_grad_(False)
    for parameter in firm.parameters():
        parameter.zero_()
    rank = torch.arange(1.0, model.config.items + 1)
    firm.bias.weight[1:] = -rank.log().view_as(firm.bias.weight[1:])
    return firm


def others(model: Model, data: DataSet, folder: Path) -> dict[str, Pair]:
    """What other pages offer. Maps of the large catalog, which show 12,000 of its items, take too long here."""
    usual = round(np.mean([question.length for question in ask(model, data, USERS, SEED)]))
    question = Question.about(model, range(1, usual + 1), model.config.items)
    wanted, size = settings(epochs=1), (model.config.items, len(data.catalog.families))
    found: dict[str, Pair] = {
        f"test of the methods, {USERS} users": (
            lambda: judging_seconds(question, USERS),
            lambda: judge(model, data, USERS, SEED),
        ),
        "training, one epoch": (
            lambda: estimate(wanted, data).seconds,
            lambda: train(Run.start(folder / f"run-{data.name}", wanted, data), data),
        ),
        "meaning": (lambda: meaning.seconds(*size) * slowdown(), lambda: measure(model, data)),
    }
    if model.config.items < maps.MOST_MAPPED:
        facets = len(model.config.facets)
        found["maps"] = (
            lambda: maps.seconds(model.config.items, facets) * slowdown(),
            lambda: compute(model, "", SEED),
        )
    return found


if __name__ == "__main__":
    main()
