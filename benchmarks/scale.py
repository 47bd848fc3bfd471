"""What an item, an interaction and an event cost, and what follows for far more of them: `python -m benchmarks.scale`.

Made-up interactions, ten a user, items drawn by Zipf's law, each item with two attributes. FAME of the default shape
with a sampled softmax, one thread. Every cell in a process of its own: it reads the data, trains for some seconds,
and traces some events; core seconds, which are the same whatever else the machine does. Straight lines are fitted on
all sizes but the largest catalog, which the lines never saw and which says how far they are to be believed.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from benchmarks import growth, report
from fame.checkpoint import store
from fame.data import DataSet, leave_one_out, read
from fame.data.split import sample
from fame.explain.families.anatomy import fit
from fame.explain.meaning.measure import measure
from fame.explain.trust.faithfulness import USERS as JUDGED
from fame.explain.trust.faithfulness import judge
from fame.home import PROJECT
from fame.model import Model
from fame.trace.block import Block, parquet_of
from fame.trace.subject import Subject
from fame.training.buffers import keep_large_buffers
from fame.training.presets import settings
from fame.training.trainer import Step, begin, train_epoch

CELLS = ((10_000, 1_000_000), (30_000, 1_000_000), (100_000, 1_000_000), (300_000, 1_000_000),
         (30_000, 300_000), (30_000, 3_000_000))  # fmt: skip
CHECK = (1_000_000, 5_000_000)  # items and interactions that no line is fitted on
WANTED = (10_000_000, 1_000_000_000)  # 100 million users
USERS, EPOCHS, SEED, BATCH, EVENTS = 10, 30, 1, 4_096, 256
MACHINE = (64, 512)  # cores and GB, to reckon with
EXPLAINED = 3  # users, of the JUDGED that `verify explanations` takes
TESTED = 30_000  # items at most, of which it is measured what `verify meaning` takes: minutes, of more
HOUR, GB = 3600, 2**30
PAGE = PROJECT / "docs" / "scale.md"


def main() -> None:
    """Measure every cell, fit, check, print; or tell again what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="write the tables of what was found before")
    parser.add_argument("--seconds", type=float, default=12.0, help="that a training is timed for")
    parser.add_argument("--cell", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.cell:
        print(json.dumps(cell(Path(chosen.cell), chosen.seconds)))
        return
    cells = report.stored("scale")["cells"] if chosen.again else []
    with tempfile.TemporaryDirectory() as place:
        for items, interactions in () if chosen.again else (*CELLS, CHECK):
            folder = Path(place) / f"{items}-{interactions}"
            made(folder, items, interactions)
            command = [sys.executable, "-m", "benchmarks.scale", "--cell", str(folder)]
            command += ["--seconds", str(chosen.seconds)]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            cells.append({"items": items, "interactions": interactions} | json.loads(run.stdout.splitlines()[-1]))
            print(cells[-1], file=sys.stderr, flush=True)
    if not chosen.again:
        report.keep("scale", {"cells": cells, "seed": SEED, "batch": BATCH, "events": EVENTS})
    publish(text(cells))


def made(folder: Path, items: int, interactions: int) -> None:
    """A data-set folder whose items have attributes."""
    growth.make(folder, items, interactions)
    rng, table = np.random.default_rng(SEED), pq.read_table(folder / "items.parquet")
    for name, values in (("kind", 20), ("maker", 50)):
        table = table.append_column(name, pa.array(np.char.add(f"{name} ", rng.integers(0, values, items).astype(str))))
    pq.write_table(table, folder / "items.parquet", compression="zstd")
    families = [{"name": name, "column": name, "multi": False} for name in ("kind", "maker")]
    (folder / "dataset.json").write_text(json.dumps({"name": folder.name, "families": families}), encoding="utf-8")


def cell(folder: Path, seconds: float) -> dict[str, Any]:
    """Read, train, trace, save; in core seconds, and bytes that the process held at most until then."""
    torch.set_num_threads(1)
    keep_large_buffers()
    found: dict[str, Any] = {"bytes_before": peak()}
    begun = time.process_time()
    data = read(folder)
    split = leave_one_out(data.histories)
    found |= {"read": time.process_time() - begun, "bytes_data": peak()}
    chosen = settings(loss="sampled", batch=BATCH, seed=SEED, anchor="none")
    learner = begin(chosen, split.train, data.catalog, torch.device("cpu"))
    steps: list[tuple[float, float]] = []

    def watch(step: Step) -> None:
        steps.append((time.process_time(), step.done))
        if steps[-1][0] - steps[0][0] > seconds:
            raise growth.EnoughError

    with contextlib.suppress(growth.EnoughError):
        train_epoch(learner, split.train, chosen, 1, watch)
    (first, done), (last, all_done) = steps[2], steps[-1]
    trained = (all_done - done) * len(split.train.items)
    found |= {"train": (last - first) / trained, "bytes_train": peak()}
    model = learner.model.eval()
    begun = time.process_time()
    of = Subject.of(model, data, "drop", fit(model, data.catalog))
    found["anatomy"] = time.process_time() - begun
    if len(data.catalog) <= TESTED:
        begun = time.process_time()
        measure(model, data)
        found["meaning"] = time.process_time() - begun
    found["explain"] = explaining(model, data)
    events = sample(split.test, EVENTS, SEED)
    block = Block(0, 0, True, events, tuple(data.users[user] for user in events.users), np.full(len(events.users), 1.0))
    begun = time.process_time()
    rows = parquet_of(of, block)
    found |= {"trace": (time.process_time() - begun) / len(events.users), "row": len(rows) / len(events.users)}
    found["bytes_trace"] = peak()
    with tempfile.TemporaryDirectory() as place:
        store.save(Path(place) / "model", model, data, {})
        found["disk"] = sum(file.stat().st_size for file in Path(place).rglob("*") if file.is_file())
    return found


def explaining(model: Model, data: DataSet) -> float:
    """Core seconds a user of `verify explanations`, by a few of them."""
    begun = time.process_time()
    judge(model, data, EXPLAINED)
    return (time.process_time() - begun) / EXPLAINED


def peak() -> int:
    """Bytes that this process held at most, as Linux says it: without what the one held that started it."""
    told = Path("/proc/self/status").read_text(encoding="utf-8")
    return 1024 * int(told.partition("VmHWM:")[2].split()[0])


# What is told: its name, where it stands in a cell, and on what it depends in a straight line.
LINES = (
    ("training, core s a million interactions", "train", ("items",), 1e6),
    ("tracing, core s an event", "trace", ("items",), 1.0),
    ("fitting the anatomy, core s", "anatomy", ("items",), 1.0),
    ("verify explanations, core s a user", "explain", ("items",), 1.0),
    ("verify meaning, core s", "meaning", ("items", "interactions"), 1.0),
    ("reading the data, core s", "read", ("items", "interactions"), 1.0),
    ("memory after reading, GB", "bytes_data", ("items", "interactions"), 1 / GB),
    ("memory of a training process, GB", "bytes_train", ("items", "interactions"), 1 / GB),
    ("memory of training and tracing, GB", "bytes_trace", ("items", "interactions"), 1 / GB),
    ("trace on disk, bytes an event", "row", (), 1.0),
    ("model on disk, GB", "disk", ("items",), 1 / GB),
)


def line(cells: list[dict[str, Any]], name: str, on: tuple[str, ...]) -> np.ndarray:
    """Start and slopes, none below 0, of which the relative errors are smallest in squares."""
    from scipy.optimize import nnls

    cells = [cell for cell in cells if name in cell]
    found = np.array([float(cell[name]) for cell in cells])
    sizes = np.array([[1.0, *(cell[one] / 1e6 for one in on)] for cell in cells])
    return nnls(sizes / found[:, None], np.ones(len(found)))[0]


def reckon(cells: list[dict[str, Any]], name: str, items: int, interactions: int) -> float:
    """What the line of a figure says of a size; a process never holds less than it held when it had read the data."""
    on = next(on for _, one, on, _ in LINES if one == name)
    sizes = {"items": items / 1e6, "interactions": interactions / 1e6}
    said = float(line(cells, name, on) @ np.array([1.0, *(sizes[one] for one in on)]))
    reads = name.startswith("bytes") and name != "bytes_data"
    return max(said, reckon(cells, "bytes_data", items, interactions)) if reads else said


def text(cells: list[dict[str, Any]]) -> str:
    """Measured, checked and extrapolated."""
    seen = [cell for cell in cells if (cell["items"], cell["interactions"]) != CHECK]
    (check,) = [cell for cell in cells if (cell["items"], cell["interactions"]) == CHECK]
    small, rows = seen[0], []
    for told, name, _, unit in LINES:
        said, far = (reckon(seen, name, *size) * unit for size in (CHECK, WANTED))
        checked = ("not measured", number(said))
        if name in check:
            is_so = check[name] * unit
            checked = (number(is_so), f"{number(said)} ({said / is_so - 1:+.0%})")
        rows.append((told, number(small[name] * unit), *checked, number(far)))
    head = [
        "", f"measured, {small['items']:,} items, {small['interactions']:,} interactions",
        f"measured, {CHECK[0]:,} and {CHECK[1]:,}", "the line there, which never saw it",
        f"extrapolated, {WANTED[0]:,} and {WANTED[1]:,}",
    ]  # fmt: skip
    _, item, interaction = line(seen, "bytes_train", ("items", "interactions")) / 1e6
    most = MACHINE[1] * GB / item / 1e6
    return (
        f"{report.table(head, rows)}\n\n{report.on()}\n\n{report.table(*reckoned(seen))}\n\n"
        f"Of the memory of a training process an item takes {item / 1024:.1f} KB and an interaction "
        f"{interaction:.0f} bytes: with no history at all, {MACHINE[1]} GB hold one process with {most:,.0f} million "
        "items."
    )


def reckoned(seen: list[dict[str, Any]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """What the work takes at the wanted size, where every worker of a cluster is as busy as one alone."""
    items, interactions = WANTED
    users, (cores, memory) = interactions // USERS, MACHINE
    cost = {name: reckon(seen, name, *WANTED) for _, name, _, _ in LINES}
    worker = reckon(seen, "bytes_trace", items, 0)  # has the model and no data; this much if it also trained it

    def step(told: str, seconds: float, held: float, alone: bool = False) -> tuple[str, ...]:
        workers = 1 if alone else max(1, min(cores, int(memory * GB / held)))
        hours = seconds / HOUR
        return told, number(hours), f"{held / GB:,.0f} GB", str(workers), number(hours / workers)

    rows = [
        step("read the data", cost["read"], cost["bytes_data"], alone=True),
        step(f"train, {EPOCHS} epochs", cost["train"] * interactions * EPOCHS, cost["bytes_train"]),
        step("fit the anatomy", cost["anatomy"], cost["bytes_trace"], alone=True),
        step("trace a million users", cost["trace"] * 1e6, worker),
        step(f"trace all {users:,} users", cost["trace"] * users, worker),
        step(f"verify explanations of {JUDGED} users", cost["explain"] * JUDGED, cost["bytes_trace"], alone=True),
        step("verify meaning", cost["meaning"], cost["bytes_trace"], alone=True),
    ]
    where = f"a machine of {cores} cores and {memory} GB"
    head = [f"{items:,} items, {users:,} users", "core hours", "memory of a process", f"processes on {where}"]
    return [*head, "hours of such a machine"], rows


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def publish(told: str) -> None:
    """Print, write results/scale.md, and the tables of docs/scale.md."""
    print(told)
    (report.RESULTS / "scale.md").write_text(f"# Scale\n\n{told}\n", encoding="utf-8")
    before, opening, rest = PAGE.read_text(encoding="utf-8").partition("<!-- scale -->\n")
    _, closing, after = rest.partition("<!-- /scale -->")
    PAGE.write_text(f"{before}{opening}{told}\n{closing}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
