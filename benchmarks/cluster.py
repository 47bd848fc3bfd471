"""How fast a trace is made by one and by two workers of a Ray cluster here: `python -m benchmarks.cluster trace`;
and whether a model that two workers train is as good as one process's: `python -m benchmarks.cluster train`.

Needs `requirements-cluster.txt`. A planted cinema, an untrained model of the default shape, every held-out event: by
this process, by one worker and by two, in turns, a core each. A rate leaves out each worker's first block, before which
it starts and reads the model; the whole time has all. Seconds of a worker's core stand beside those on the clock: only
they are the same whatever else the machine does.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks import report
from fame.checkpoint import store
from fame.cluster.trace import on
from fame.cluster.train import on as shared
from fame.data import leave_one_out, planted, read
from fame.home import data_folder
from fame.ranking.evaluation import EVENTS
from fame.trace.make import Engine, here, trace
from fame.trace.whereabouts import alone_in
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import begin, train

SEED, USERS, ITEMS = 1, 6 * EVENTS, 5_000
WAYS = ("local", "1 worker", "2 workers")
SEEDS, EPOCHS = (1, 2, 3), 8  # of trainings


def main() -> None:
    """Trace or train in each way, in turns, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("trace", "train"))
    parser.add_argument("--rounds", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 (it is called so): Ray's workers give way to all others
    with tempfile.TemporaryDirectory() as place:
        rows = traced(Path(place), chosen.rounds) if chosen.what == "trace" else trained(Path(place))
    found = report.stored("cluster") | {"users": USERS, "items": ITEMS, "seed": SEED, chosen.what: rows}
    report.keep("cluster", found)
    report.publish("cluster", text(found))


def traced(folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Every way in every round."""
    planted.make(folder / "data", planted.options(users=USERS, items=ITEMS, seed=SEED))
    data, rows = read(folder / "data"), []
    model = begin(settings(seed=SEED), leave_one_out(data.histories).train, data.catalog, torch.device("cpu")).model
    store.save(folder / "model", model.eval(), data, {})
    checkpoint = store.load(folder / "model")
    for turn in range(rounds):
        for way in WAYS:
            workers = 0 if way == "local" else int(way[0])
            engine = on(workers=workers) if workers else here
            found = timed(checkpoint, data, folder, f"{turn}-{workers}", engine, max(1, workers))
            rows.append({"way": way, "round": turn, **found})
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def trained(folder: Path) -> list[dict[str, Any]]:
    """Test measures of each seed, by this process and by two workers."""
    data, rows = read(data_folder("planted-cinema")), []
    for seed in SEEDS:
        for way, engine in (("local", None), ("2 workers", shared(workers=2))):
            run = Run.start(folder / f"{way}-{seed}", settings(seed=seed, epochs=EPOCHS), data)
            begun = time.perf_counter()
            card = train(run, data, engine=engine).description.card
            test = {name: card["metrics"]["test"][name] for name in ("NDCG@10", "HR@10")}
            rows.append({"way": way, "seed": seed, "seconds": time.perf_counter() - begun, **test})
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def timed(
    checkpoint: store.Checkpoint, data: object, folder: Path, name: str, engine: Engine, workers: int
) -> dict[str, Any]:
    """One trace: seconds in all, events a second once every worker has made a block, and the workers' core seconds."""
    blocks: list[tuple[float, int]] = []
    spent: dict[int, float] = {}
    load, begun = os.getloadavg()[0], time.perf_counter()

    def watch(done: int, of: int) -> None:
        if done and (done % EVENTS == 0 or done == of):
            blocks.append((time.perf_counter(), done))
            spent.update(core_seconds())

    before = time.process_time()
    about = trace(checkpoint, data, folder / "data", alone_in(folder / name), watch=watch, engine=engine)  # type: ignore[arg-type]
    whole = time.perf_counter() - begun
    (first, done), (last, all_done) = blocks[workers - 1], blocks[-1]
    core = sum(spent.values()) or time.process_time() - before
    return {
        "events": about.events, "seconds": whole, "rate": (all_done - done) / (last - first),
        "core_ms": 1000 * core / about.events, "load": load, "load_after": os.getloadavg()[0],
    }  # fmt: skip


def core_seconds() -> dict[int, float]:
    """Of every worker that makes blocks, by its process."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"Tracer" in (process / "cmdline").read_bytes():
                told = (process / "stat").read_text().rpartition(")")[2].split()
                found[int(process.name)] = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:  # it has ended meanwhile
            continue
    return found


def text(found: dict[str, Any]) -> str:
    """Of traces every round, of trainings every seed."""
    parts = [of_trace(found["trace"])] if "trace" in found else []
    if "train" in found:
        cells = {(row["way"], row["seed"]): f"{row['NDCG@10']:.4f}" for row in found["train"]}
        lines = [(way, *(cells[way, seed] for seed in SEEDS)) for way in ("local", "2 workers")]
        table = report.table(("NDCG@10, trained by", *(f"seed {seed}" for seed in SEEDS)), lines)
        parts.append(f"FAME of the default shape on the planted cinema, {EPOCHS} epochs, on its test items:\n\n{table}")
    return "\n\n".join([*parts, report.on()])


def of_trace(rows: list[dict[str, Any]]) -> str:
    """Every round: on the clock, which other programs slow, and by what a core does for an event."""
    lines = []
    for turn in sorted({row["round"] for row in rows}):
        local, one, two = (row for way in WAYS for row in rows if (row["way"], row["round"]) == (way, turn))
        rates = [f"{row['rate']:.0f}" for row in (local, one, two)]
        cores = [f"{row['core_ms']:.1f}" for row in (local, one, two)]
        loads = " to ".join(f"{load:.0f}" for load in sorted((local["load"], one["load"], two["load"]))[::2])
        clock, core = two["rate"] / one["rate"] / 2, one["core_ms"] / two["core_ms"]
        lines.append((turn + 1, *rates, f"{clock:.2f}", *cores, f"{core:.2f}", loads))
    ways = ("local", "1 worker", "2 workers")
    head = ("round", *(f"{way}, events/s" for way in ways), "efficiency", *(f"{way}, core ms" for way in ways))
    return (
        f"{USERS:,} events of a planted cinema of {ITEMS:,} films. Efficiency is the rate of a worker of two against "
        f"that of one alone; in core time, what an event takes of a core.\n\n"
        f"{report.table((*head, 'efficiency in core time', 'load before'), lines)}"
    )


if __name__ == "__main__":
    main()
