"""How training grows with catalog and data: `python -m benchmarks.growth`.

Made-up interactions, ten a user, items drawn by Zipf's law. FAME of the default shape trains one epoch on each, read
from its Parquet files, in a process of its own, whose peak memory is taken at the end, after 1,000 users were ranked
and a checkpoint was written. An epoch that takes longer than `--seconds` is cut there and its time scaled up.
"""

import argparse
import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import report
from fame.checkpoint import store
from fame.data import leave_one_out, read
from fame.data.split import sample
from fame.model.device import choose_device
from fame.ranking.evaluation import ranks
from fame.training.buffers import keep_large_buffers
from fame.training.presets import settings
from fame.training.trainer import Step, begin, train_epoch

ITEMS = (10_000, 100_000, 1_000_000)
INTERACTIONS = (100_000, 1_000_000, 10_000_000)
SEED = 1
BATCH = 4_096  # positions of a step
USERS = 1_000  # ranked against the catalog


class EnoughError(Exception):
    """The epoch has been timed for long enough."""


def main() -> None:
    """Measure every cell, keep, print, plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", nargs="+", type=int, default=ITEMS)
    parser.add_argument("--interactions", nargs="+", type=int, default=INTERACTIONS)
    parser.add_argument("--seconds", type=float, default=120.0, help="that an epoch is timed for at most")
    parser.add_argument("--cell", nargs=2, metavar=("FOLDER", "LOSS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.cell:
        print(json.dumps(cell(Path(chosen.cell[0]), chosen.cell[1], chosen.seconds)))
        return
    cells = []
    with tempfile.TemporaryDirectory() as folder:
        for items in chosen.items:
            for interactions in chosen.interactions:
                data = Path(folder) / f"{items}-{interactions}"
                make(data, items, interactions)
                # The full softmax, which grows with the catalog, is there to compare with.
                for loss in ("sampled", "full") if interactions == min(chosen.interactions) else ("sampled",):
                    found = alone(data, loss, chosen.seconds)
                    cells.append({"items": items, "interactions": interactions, "loss": loss} | found)
                    print(cells[-1], file=sys.stderr)
    report.keep("growth", {"cells": cells, "seed": SEED, "batch": BATCH})
    plot(cells)
    report.publish("growth", text(cells))


def make(folder: Path, items: int, interactions: int) -> None:
    """A data-set folder."""
    folder.mkdir()
    rng = np.random.default_rng(SEED)
    share = np.cumsum(1 / np.arange(1, items + 1))
    drawn = np.searchsorted(share, rng.random(interactions) * share[-1])
    users = np.sort(rng.integers(0, interactions // 10, interactions))
    pq.write_table(
        pa.table(
            {
                "user_id": pa.array(users).cast(pa.string()),
                "item_id": pa.array(drawn).cast(pa.string()),
                "timestamp": np.arange(interactions),
            }
        ),
        folder / "interactions.parquet",
        compression="zstd",
    )
    ids = pa.array(np.arange(items)).cast(pa.string())
    pq.write_table(pa.table({"item_id": ids, "title": ids}), folder / "items.parquet", compression="zstd")
    (folder / "dataset.json").write_text(json.dumps({"name": folder.name, "families": []}), encoding="utf-8")


def alone(data: Path, loss: str, seconds: float) -> dict[str, Any]:
    """`cell` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", "--cell", data, loss, "--seconds", seconds]
    run = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def cell(folder: Path, loss: str, seconds: float) -> dict[str, Any]:
    """Read, train an epoch, rank some users, save."""
    keep_large_buffers()
    started = time.perf_counter()
    data = read(folder)
    reading = time.perf_counter() - started
    split = leave_one_out(data.histories)
    chosen = settings(loss=loss, batch=BATCH, seed=SEED)
    learner = begin(chosen, split.train, data.catalog, choose_device("auto"))
    steps, done, started = 0, 0.0, time.perf_counter()

    def watch(step: Step) -> None:
        nonlocal steps, done
        steps, done = steps + 1, step.done
        if time.perf_counter() - started > seconds:
            raise EnoughError

    with contextlib.suppress(EnoughError):
        train_epoch(learner, split.train, chosen, 1, watch)
    spent = time.perf_counter() - started
    started = time.perf_counter()
    ranks(learner.model.eval(), sample(split.validation, USERS, SEED))
    ranking = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as made:
        store.save(Path(made) / "model", learner.model, data, {})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "epoch_seconds": spent / done,
        "timed": done,
        "step_ms": 1000 * spent / steps,
        "read_seconds": reading,
        "ranking_seconds": ranking,
        "peak_gb": peak / 2**30,
    }


def text(cells: list[dict[str, Any]]) -> str:
    """The table, and the plot under it."""
    rows = [
        [
            f"{cell['items']:,}",
            f"{cell['interactions']:,}",
            cell["loss"],
            f"{'' if cell['timed'] == 1 else '≈ '}{cell['epoch_seconds']:,.0f}",
            f"{cell['step_ms']:,.0f}",
            f"{cell['peak_gb']:.1f}",
            f"{cell['read_seconds']:.1f}",
            f"{cell['ranking_seconds']:.1f}",
        ]
        for cell in cells
    ]
    head = ["items", "interactions", "softmax", "s/epoch", "ms/step", "peak memory, GB", "reading, s"]
    return (
        f"FAME, width 64, {BATCH:,} positions a step, softmax sampled over 1,024 items or full, seed {SEED}; "
        f"≈ is scaled from a part of the epoch. {report.on()}\n\n"
        + report.table([*head, f"ranking {USERS:,} users, s"], rows)
        + "\n\n![A step with a sampled softmax costs as much in any catalog, with the full one it grows](../growth.png)"
    )


def plot(cells: list[dict[str, Any]]) -> None:
    """A step's time by catalog, an epoch's by interactions, memory by catalog."""
    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    fewest = min(cell["interactions"] for cell in cells)
    by_loss = [[c for c in cells if c["loss"] == loss and c["interactions"] == fewest] for loss in ("sampled", "full")]
    for found, label in zip(by_loss, ("softmax sampled", "softmax full"), strict=True):
        axes[0].plot([c["items"] for c in found], [c["step_ms"] for c in found], "o-", label=label)
    axes[0].set(title="A step", xlabel="items", ylabel="ms")
    sampled = [cell for cell in cells if cell["loss"] == "sampled"]
    for items in sorted({cell["items"] for cell in sampled}):
        found = [c for c in sampled if c["items"] == items]
        label = f"{items:,} items"
        axes[1].plot([c["interactions"] for c in found], [c["epoch_seconds"] for c in found], "o-", label=label)
    axes[1].set(title="An epoch, softmax sampled", xlabel="interactions", ylabel="s")
    for interactions in sorted({cell["interactions"] for cell in sampled}):
        found = [c for c in sampled if c["interactions"] == interactions]
        label = f"{interactions:,} interactions"
        axes[2].plot([c["items"] for c in found], [c["peak_gb"] for c in found], "o-", label=label)
    axes[2].axhline(8, color="0.6", linestyle=":")
    axes[2].set(title="Peak memory, softmax sampled", xlabel="items", ylabel="GB", ylim=(0, 9), xscale="log")
    for axis in axes:
        axis.legend(frameon=False, fontsize=8)
        axis.spines[["top", "right"]].set_visible(False)
        if axis is not axes[2]:
            axis.set(xscale="log", yscale="log")
    figure.savefig(report.HERE / "growth.png", dpi=110)


if __name__ == "__main__":
    main()
