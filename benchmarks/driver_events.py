"""What models make of events whose driver is known: `python -m benchmarks.driver_events [--processes 2]`.

A model is trained on each of `benchmarks.shapes`, architectures in turn, and asked what `fame.explain.families` knows
of users' last interactions; and, to compare with, of items drawn at random that these users did not take. One file a
shape in `--into`; a shape whose file is there is not trained on again. `driver_probability` fits and judges on them.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import report
from benchmarks.shapes import make, shape
from fame.data import DataSet, Events, leave_one_out
from fame.data.batches import batches, pad
from fame.data.oracle import oracle
from fame.explain.families.anatomy import Anatomy, fit, split
from fame.explain.families.knockout import knock_out_families
from fame.explain.trust.scorecard import drivers
from fame.heads.registry import head
from fame.model import Model
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

KEPT = report.HERE / ".driver"
MODELS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fame", {}), ("sasrec", {"model": "sasrec"}), ("mixture", {"head": "mixture"})
)  # fmt: skip
EPOCHS = (12, 18, 26)  # some models are trained for less than they could be, some for more
POSITIONS = 8_192  # of histories, run at a time
EVENTS = 1_000  # of a shape at most
OTHERS = 16  # items that the user did not take

Found = dict[str, np.ndarray]


def main() -> None:
    """Ask of shapes 1 to n, in processes, until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=int, default=41)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--into", type=Path, default=KEPT)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after which no shape is started")
    chosen = parser.parse_args()
    chosen.into.mkdir(exist_ok=True, parents=True)
    end = time.time() + chosen.seconds
    with multiprocessing.get_context("spawn").Pool(chosen.processes) as pool:
        work = [(seed, chosen.into, end) for seed in range(1, chosen.shapes + 1)]
        for line in pool.imap_unordered(one, work, chunksize=1):
            print(line, file=sys.stderr, flush=True)


def one(work: tuple[int, Path, float]) -> str:
    """Ask of a shape, unless its file is there or it is too late; what was done."""
    seed, into, end = work
    torch.set_num_threads(1)
    name, _ = model_of(seed)
    file, began = into / f"{seed:03d}-{name}.npz", time.time()
    if file.exists():
        return f"shape {seed}: is there"
    if began > end:
        return f"shape {seed}: too late"
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = ask(seed, Path(folder))
        except Exception as error:  # the other shapes are still worth having
            return f"shape {seed}: {error!r}"
    part = file.with_suffix(".part")
    with part.open("wb") as stream:
        np.savez_compressed(stream, **found)  # type: ignore[arg-type]
    part.replace(file)
    return f"shape {seed}: {name}, {len(found['truth'])} events, {time.time() - began:.0f} s"


def model_of(seed: int) -> tuple[str, dict[str, Any]]:
    """Name and settings of what is trained on a shape."""
    return MODELS[seed % len(MODELS)]


def known(into: Path = KEPT) -> dict[int, Found]:
    """What is known of each shape whose file is there."""
    found: dict[int, Found] = {}
    for file in sorted(into.glob("*.npz")):
        with np.load(file, allow_pickle=False) as stored:
            found[int(file.name[:3])] = {
                name: values.astype(np.float64) if values.dtype.kind == "f" else values
                for name, values in stored.items()
            }
    return found


@torch.inference_mode(False)
def ask(seed: int, folder: Path) -> Found:
    """Train a model on a shape, and ask what it makes of users' last interactions; column 0 is what they took."""
    data = make(folder / f"shape{seed}", shape(seed))
    epochs = EPOCHS[seed // len(MODELS) % len(EPOCHS)]
    run = Run.start(folder / "run", settings(**model_of(seed)[1], seed=seed, epochs=epochs), data)
    model = train(run, data).model.eval().requires_grad_(False)
    rng = np.random.default_rng(seed)
    events = last(data, rng)
    anatomy = fit(model, data.catalog)
    popularity = np.log(np.bincount(data.histories.items, minlength=len(data.catalog) + 1)[1:] + 1.0)
    items = np.concatenate([events.targets[:, None], others(events, len(data.catalog), rng)], 1).astype(np.int64)
    found = answers(model, anatomy, events, items) | shared(data, anatomy, events)
    found["popularity"] = popularity[items - 1] - np.log(np.exp(popularity).sum())
    names = [family.name for family in data.catalog.families]
    place = {names.index(name): a for a, name in enumerate(anatomy.families)}
    small = {name: values.astype(np.float16) for name, values in found.items()}
    truth = np.array([place.get(int(family), -1) for family in drivers(data, events.users)])
    best = oracle(data)
    whole = {"oracle": best["oracle"], "explained": anatomy.explained, "items": len(data.catalog), "epochs": epochs}
    return small | {"truth": truth} | {name: np.array(value) for name, value in whole.items()}


def last(data: DataSet, rng: np.random.Generator) -> Events:
    """Users' last interactions, at most so many."""
    events = leave_one_out(data.histories).test
    return events.only(np.sort(rng.permutation(len(events.targets))[:EVENTS]))


def others(events: Events, items: int, rng: np.random.Generator) -> np.ndarray:
    """(n, OTHERS) items drawn at random, none of the history and not what was taken."""
    found = np.zeros((len(events.targets), OTHERS), np.int64)
    for n, target in enumerate(events.targets):
        found[n] = rng.choice(np.setdiff1d(np.arange(1, items + 1), np.append(events.histories[n], target)), OTHERS)
    return found


def answers(model: Model, anatomy: Anatomy, events: Events, items: np.ndarray) -> Found:
    """What the model and its knock-outs say of items (n, k)."""
    lengths = np.minimum(events.histories.lengths, model.config.length)
    n, k, A = *items.shape, len(anatomy.families)
    found: Found = {name: np.zeros((n, k)) for name in ("whole", "bias", "logp")}
    found |= {name: np.zeros((n, k, A)) for name in ("parts", "fall", "error")}
    found |= {name: np.zeros(n) for name in ("entropy", "best", "left")}
    for rows in batches(lengths, POSITIONS):
        read, targets = (
            torch.from_numpy(pad(events.histories, rows, model.config.length)),
            torch.from_numpy(items[rows]),
        )
        output = model(read, newest=True)
        by = head(model, output)
        found["parts"][rows] = split(model, anatomy, output, targets)
        found["whole"][rows] = (by.slope(targets) * (by.side.table[targets] - by.side.average)).sum(-1)
        found["bias"][rows], found["logp"][rows] = by.side.bias[targets], by.log_p(targets)
        fall = knock_out_families(model, anatomy, read, targets).effect
        found["fall"][rows], found["error"][rows] = fall.mean(-1), fall.std(-1) / fall.shape[-1] ** 0.5
        every = by.log_p(torch.arange(1, model.config.items + 1).expand(len(rows), -1))
        found["entropy"][rows], found["best"][rows] = -(every.exp() * every).sum(-1), every.max(-1).values
        gone = torch.zeros(len(rows), model.config.items + 1, dtype=torch.bool).scatter_(1, read, True)
        found["left"][rows] = every.masked_fill(gone[:, 1:], -torch.inf).logsumexp(-1)  # for what was not yet taken
    return found


def shared(data: DataSet, anatomy: Anatomy, events: Events) -> Found:
    """(n, A): shares the item a value with the newest of the history, with how much of the history does it."""
    newest, of_all = np.zeros((2, len(events.targets), len(anatomy.families)))
    for a, name in enumerate(anatomy.families):
        values = [set(), *(set(data.catalog.values(name, v)) for v in range(1, len(data.catalog) + 1))]
        for n, target in enumerate(events.targets):
            hits = [bool(values[int(item)] & values[int(target)]) for item in events.histories[n]]
            newest[n, a], of_all[n, a] = hits[-1], np.mean(hits)
    return {"newest": newest, "shared": of_all}


if __name__ == "__main__":
    main()
