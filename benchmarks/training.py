"""Time an epoch and to a quality, beside RecBole and RecTools: `python -m benchmarks.training --data FOLDER`.

Every model trains on the same histories with the same number of threads, one after the other. The peers are installed
from their public packages into environments of their own (`benchmarks.peers.environment`). Quality is NDCG@10 on the
validation split over the whole catalog, ranked by the same code for every peer; the time to it is training alone.
`--only SECTION` repeats one of epochs, peers, quality (the peers' on the way to it), own (ours) and keeps the rest.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import report
from benchmarks.data import argument, bring
from benchmarks.pace import Runner, pace
from benchmarks.peers.environment import python_of
from fame.data import DataSet, Split, leave_one_out
from fame.ranking.evaluation import ranks
from fame.ranking.metrics import means
from fame.training.presets import settings
from fame.training.settings import Settings

# What the peers can be as well: SASRec as it was published, so many targets a step.
SHAPE = {"width": 64, "layers": 2, "heads": 2, "length": 50, "dropout": 0.5}
TARGETS = 512
LIKE_PEERS = settings(
    model="sasrec",
    **SHAPE,
    attention_dropout=0.5,
    positions="absolute",
    begin=False,
    popularity=False,
    warmup=0.0,
    final_rate=1.0,
    batch=TARGETS,
)
OWN = {
    "SASRec": settings(model="sasrec"),
    "FAME, 4 facets, 4 experts as published": settings(anchor="none", experts=4, experts_form="published"),
    "the same, facets tied to families": settings(experts=4, experts_form="published"),
    "the same, as a mixture of softmaxes": settings(head="mixture", experts=4, experts_form="published"),
    "FAME, preset default": settings(),
    "SASRec, sampled softmax": settings(model="sasrec", loss="sampled"),
    "FAME, sampled softmax": settings(loss="sampled"),
}
PEERS = {"RecBole": "recbole", "RecTools": "rectools"}
SECTIONS = ("epochs", "peers", "quality", "own")


def main() -> None:
    """Measure, keep, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    argument(parser)
    parser.add_argument("--rounds", type=int, default=3, help="epochs of each own model")
    parser.add_argument("--probe", type=int, default=60, help="steps of RecBole that its epoch is judged by")
    parser.add_argument("--minutes", type=float, default=6.0, help="of training for each peer, on the way to a quality")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    chosen = parser.parse_args()
    data = bring(chosen.data)
    split, found = leave_one_out(data.histories), report.stored("training")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "histories.npz"
        write(file, data, split)
        if "epochs" in chosen.only:
            found["epochs"] = pace(OWN, split.train, data.catalog, chosen.rounds)
        if "quality" in chosen.only:
            found["quality"] = found.get("quality", {}) | to_quality(file, split, chosen.minutes)
        if "peers" in chosen.only and "quality" in found:
            found["peers"] = compare(file, data, split, chosen.rounds, chosen.probe, found["quality"])
    if "own" in chosen.only and "quality" in found:
        highest = max(line["NDCG@10"] for name in PEERS.values() for line in found["quality"][name])
        for model in ("sasrec", "fame"):
            found["quality"][model] = until(settings(model=model), data, split, highest)
    found |= {"data": data.name, "seed": 1}
    report.keep("training", found)
    report.publish("training", tables(found, split))


def write(file: Path, data: DataSet, split: Split) -> None:
    """What the peers read: training histories and validation targets; users without a target stay out."""
    history = split.validation.histories
    np.savez(
        file,
        items=history.items,
        offsets=history.offsets,
        targets=split.validation.targets,
        catalog=len(data.catalog),
    )


def peer(name: str, file: Path, *more: object) -> list[dict[str, Any]]:
    """The lines that a peer reports."""
    shape = [str(part) for key, value in SHAPE.items() for part in (f"--{key}", value)]
    command = [python_of(name), "-m", f"benchmarks.peers.{name}_sasrec", "--histories", file, *shape]
    command += ["--threads", torch.get_num_threads(), *more]
    run = subprocess.run(
        [str(part) for part in command], cwd=report.HERE.parent, capture_output=True, text=True, check=False
    )
    if run.returncode:
        sys.exit(f"{name} ended with an error:\n{run.stderr[-2000:]}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def batch(name: str, split: Split) -> int:
    """As many targets a step as `TARGETS`: RecBole counts examples, RecTools counts users."""
    if name == "recbole":
        return TARGETS
    return round(TARGETS / np.minimum(split.train.lengths - 1, SHAPE["length"]).mean())


def compare(
    file: Path, data: DataSet, split: Split, rounds: int, probe: int, trained: dict[str, Any]
) -> dict[str, Any]:
    """Seconds an epoch of SASRec in one shape; RecTools' are those of its way to a quality."""
    own = pace({"own": LIKE_PEERS}, split.train, data.catalog, rounds)["own"]
    recbole = peer("recbole", file, "--batch", batch("recbole", split), "--probe", probe)
    return {
        "own": {"seconds": own},
        "recbole": recbole[0] | {"seconds": [recbole[1]["seconds"]], "steps": recbole[1]["steps"]},
        "rectools": trained["about"]["rectools"] | {"seconds": [line["seconds"] for line in trained["rectools"]]},
    }


def to_quality(file: Path, split: Split, minutes: float) -> dict[str, Any]:
    """What each peer reaches in so many minutes, epoch by epoch."""
    found: dict[str, Any] = {"about": {}}
    for name in PEERS.values():
        more = ["--batch", batch(name, split), "--epochs", 10_000, "--seconds", 60 * minutes]
        found["about"][name], *lines = peer(name, file, *more)
        found[name] = [{"seconds": line["seconds"], "NDCG@10": line["NDCG@10"]} for line in lines]
    return found


def until(chosen: Settings, data: DataSet, split: Split, quality: float) -> list[dict[str, float]]:
    """Epochs until that quality is reached."""
    runner = Runner.of(chosen, split.train, data.catalog)
    lines: list[dict[str, float]] = []
    while not lines or (lines[-1]["NDCG@10"] < quality and len(lines) < chosen.epochs):
        seconds = runner.epoch()
        lines.append(
            {"seconds": seconds, "NDCG@10": means(ranks(runner.learner.model.eval(), split.validation))["NDCG@10"]}
        )
    return lines


def tables(found: dict[str, Any], split: Split) -> str:
    """All three."""
    targets = int(np.maximum(split.train.lengths - 1, 0).sum())
    text = [f"{found['data']}, {targets:,} targets an epoch, seed {found['seed']}. {report.on()}"]
    if "epochs" in found:
        base = statistics.median(found["epochs"]["SASRec"])
        rows = [
            [name, *times(seconds), f"{statistics.median(seconds) / base:.2f} ×"]
            for name, seconds in found["epochs"].items()
        ]
        text.append(report.table(["width 64, preset default", "s/epoch", "from", "to", "n", "SASRec = 1"], rows))
    if "peers" in found:
        own = statistics.median(found["peers"]["own"]["seconds"])
        rows = [["this project", *times(found["peers"]["own"]["seconds"]), "1"]]
        for title, name in PEERS.items():
            seconds = found["peers"][name]["seconds"]
            label = f"{title} {found['peers'][name]['versions'][name]}"
            rows.append([label, *times(seconds), f"{statistics.median(seconds) / own:.1f} ×"])
        text.append(
            f"SASRec with full cross-entropy in one shape (width 64, two blocks, two heads, absolute positions, length "
            f"50, dropout .5), {TARGETS} targets a step. RecBole expands every prefix; its epoch is judged by "
            f"{found['peers']['recbole']['steps']} steps of it.\n\n"
            + report.table(["SASRec of", "s/epoch", "from", "to", "n", "this project = 1"], rows)
        )
    if "sasrec" in found.get("quality", {}):
        text.append(race(found["quality"]))
    return "\n\n".join(text)


def times(seconds: list[float]) -> list[str]:
    """Median, lowest, highest and number."""
    return [f"{statistics.median(seconds):.1f}", f"{min(seconds):.1f}", f"{max(seconds):.1f}", str(len(seconds))]


def race(found: dict[str, Any]) -> str:
    """Each peer's best, and when it and ours reached it."""
    rows = []
    for title, name in PEERS.items():
        best = max(line["NDCG@10"] for line in found[name])
        own = {model: reached(found[model], best) for model in ("sasrec", "fame")}
        its = reached(found[name], best)
        rows.append([title, f"{best:.4f}", len(found[name]), its, own["sasrec"], own["fame"]])
    head = ["peer", "its best validation NDCG@10", "in epochs", "its training, s", "our SASRec, s", "our FAME, s"]
    return (
        "Time to the same quality: the best that a peer reaches in the minutes it is given, and the training after "
        "which ours, with their default settings, are at least as good.\n\n" + report.table(head, rows)
    )


def reached(lines: list[dict[str, float]], quality: float) -> str:
    """Seconds of training until then."""
    spent = 0.0
    for line in lines:
        spent += line["seconds"]
        if line["NDCG@10"] >= quality:
            return f"{spent:.0f}"
    return "not reached"


if __name__ == "__main__":
    main()
