"""What tying a facet to the audience costs and gains: `python -m benchmarks.audience_tie --data FOLDER [--train]`.

Facets tied to what was given alone, and one more to the audience, which is derived: the ranking, how alike facets come
out from one seed to another, which facets are confirmed on items kept out of all tying, and which share of the positive
parts of the first items' scores is in confirmed facets. Runs that have ended are kept in benchmarks/.runs.
"""

import argparse
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.data import argument, bring
from fame.checkpoint.store import Checkpoint, load
from fame.data import DataSet, leave_one_out
from fame.data.attributes import telling
from fame.data.derived.records import AUDIENCE
from fame.data.derived.store import attached
from fame.explain.meaning.measure import compare_seeds, measure
from fame.ranking.recommend import recommend
from fame.training.run import Run

RUNS = report.HERE / ".runs" / "audience_tie"
USERS, SEED = 300, 1

Row = dict[str, Any]


def main() -> None:
    """Train what is missing, measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    argument(parser)
    parser.add_argument("--train", action="store_true", help="train the runs that are missing")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    chosen = parser.parse_args()
    data = bring(chosen.data)
    folder = chosen.data if (chosen.data / "dataset.json").exists() else report.HERE / ".data" / data.name
    given = telling(data.catalog).families[:3]
    found: dict[str, list[Row]] = {}
    for anchor in (",".join(given) or "none", ",".join([*given, AUDIENCE])):
        trained = []
        for seed in chosen.seeds:
            run = RUNS / data.name / f"{anchor}-s{seed}"
            if chosen.train and Run(run).state() != "finished":
                train(run, folder, seed, anchor)
            if Run(run).state() == "finished":
                trained.append(load(run / "best"))
        if trained:
            found[anchor] = measured(trained, data)
            kept = report.stored("audience_tie")
            report.keep("audience_tie", kept | {data.name: found})
    report.publish(f"audience tie {data.name}", text(data, found))


def train(run: Path, data: Path, seed: int, anchor: str) -> None:
    """Train to the end, or go on."""
    begun = ["--resume"] if (run / "config.json").exists() else []
    command = ["train", "--data", data, "--out", run, "--seed", str(seed), "--set", f"anchor={anchor}", *begun]
    subprocess.run([sys.executable, "-m", "fame", *map(str, command)], check=True, stdout=sys.stderr)


def measured(trained: list[Checkpoint], data: DataSet) -> list[Row]:
    """Of the models of one way of tying, a seed each."""
    rows = []
    alike: list[list[list[float]]] = [[] for _ in trained]
    for one, other in combinations(range(len(trained)), 2):
        for a, b in ((one, other), (other, one)):
            found = compare_seeds(trained[a].model, [(trained[b].description.name, trained[b].model)])
            alike[a].append(list(found.facets))
    for checkpoint, cka in zip(trained, alike, strict=True):
        meaning = measure(checkpoint.model, attached(checkpoint.description.folder, data))
        shares = first_items(checkpoint, data)
        confirmed = [h for h, facet in enumerate(meaning.facets) if facet.named]
        card = checkpoint.description.card
        rows.append({
            "seed": card["seed"],
            "epoch": card["epoch"],
            "validation": card["metrics"]["validation"]["NDCG@10"],
            "test": card["metrics"]["test"]["NDCG@10"],
            "facets": [facet.facet for facet in meaning.facets],
            "named": [facet.named for facet in meaning.facets],
            "share": np.median(shares, 0).tolist(),
            "confirmed": float(np.median(shares[:, confirmed].sum(1))) if confirmed else 0.0,
            "alike": np.mean(cka, 0).tolist() if cka else None,
        })  # fmt: skip
    return rows


def first_items(checkpoint: Checkpoint, data: DataSet) -> np.ndarray:
    """(n, H): shares of the positive parts of the first item's score, by facet, of users drawn at random."""
    events = leave_one_out(data.histories).test
    rows = np.sort(np.random.default_rng(SEED).permutation(len(events.targets))[:USERS])
    found = []
    for row in rows:
        parts = recommend(checkpoint.model, events.histories[int(row)].tolist(), 1).contributions[0].clip(min=0)
        if parts.sum() > 0:
            found.append(parts / parts.sum())
    return np.array(found)


def text(data: DataSet, found: dict[str, list[Row]]) -> str:
    """A row a way of tying."""
    rows = [
        [
            anchor.replace(",", ", "),
            len(runs),
            *(f"{np.mean([run[split] for run in runs]):.4f}" for split in ("validation", "test")),
            each(runs, "alike"),
            each(runs, "share"),
            "; ".join(told(run) for run in runs),
            f"{np.mean([run['confirmed'] for run in runs]):.2f}",
        ]
        for anchor, runs in found.items()
    ]
    head = [
        "facets tied to", "seeds", "validation NDCG@10", "NDCG@10", "CKA of seeds", "share of the positive parts",
        "confirmed, a seed each", "confirmed share",
    ]  # fmt: skip
    return (
        f"{data.name}. Means over seeds; CKA: of each facet with its counterpart of another seed; share: median over "
        f"{USERS} users' first items, by facet; confirmed share: the same, of the facets that a test on items kept out "
        f"of all tying gives a name. The audience follows from the interactions that the model was trained on, so that "
        f"to tell it says less than to tell an attribute. Users by seed {SEED}.\n\n{report.table(head, rows)}\n\n"
        f"{report.on()}"
    )


def each(runs: list[Row], what: str) -> str:
    """Facet by facet."""
    known = [run[what] for run in runs if run[what] is not None]
    if not known:
        return ""
    return ", ".join(f"{name} {x:.2f}" for name, x in zip(runs[0]["facets"], np.mean(known, 0), strict=True))


def told(run: Row) -> str:
    """Which facets have a name, and which."""
    names = zip(run["facets"], run["named"], strict=True)
    named = [name if name == facet else f"{facet}: {name}" for facet, name in names if name]
    return ", ".join(named) or "none"


if __name__ == "__main__":
    main()
