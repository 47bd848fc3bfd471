"""What a model's ranking is worth, and each ingredient of it: `python -m benchmarks.quality --data FOLDER [--train]`.

Leave-one-out, the whole catalog ranked, seen items left out; the epoch is chosen on the validation split. A run that
has ended is kept in results/quality.json, and `--train` trains those that are not there yet; it can be stopped at any
time and goes on where it was. `--only NAME …` keeps to some rows. `--time` times the ingredients side by side, on an
idle machine.
"""

import argparse
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.data import argument, bring
from benchmarks.pace import pace, part
from fame.checkpoint.store import load
from fame.data import Catalog, DataSet, leave_one_out
from fame.ranking.evaluation import counted, popularity_ranks, ranks
from fame.ranking.metrics import per_user
from fame.training.anchoring import plan
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.settings import Settings

RUNS = report.HERE / ".runs"
MEASURES = ("HR@10", "NDCG@10")


@dataclass(frozen=True)
class QualityRow:
    """What is trained, and what it is compared with."""

    what: str
    preset: str = "default"
    changes: dict[str, Any] = field(default_factory=dict)

    def settings(self, seed: int, catalog: Catalog) -> Settings:
        """Of one run."""
        return plan(settings(self.preset, **self.changes, seed=seed), catalog).settings

    def command(self, seed: int) -> list[str]:
        """The options of `python -m fame train` that train with these settings."""
        chosen = [part for name, value in self.changes.items() for part in ("--set", f"{name}={value}")]
        return ["--preset", self.preset, "--seed", str(seed), *chosen]


# As the paper parts a facet's experts; most rows were measured before they owned items.
QUERIES: dict[str, Any] = {"experts": 4, "experts_form": "published"}
SHORT = QUERIES | {"epochs": 10}  # an ingredient is judged in a shorter training, its base's alike
MODELS = {
    "sasrec-64": QualityRow("SASRec, preset default (width 64)", changes={"model": "sasrec"}),
    "gru4rec-64": QualityRow("GRU4Rec, preset default (width 64, one layer)", changes={"model": "gru4rec"}),
    "own-64": QualityRow("**FAME, preset default (width 64)**"),
    "fame-64": QualityRow("4 experts as published", changes=QUERIES),
    "plain-64": QualityRow("the same, no facet tied to a family", changes=QUERIES | {"anchor": "none"}),
    "mixture-64": QualityRow(
        "a mixture of softmaxes, no facet tied to a family", changes=QUERIES | {"head": "mixture", "anchor": "none"}
    ),
    "both-64": QualityRow("a mixture of softmaxes, facets tied to families", changes=QUERIES | {"head": "mixture"}),
    "published-64": QualityRow("FAME as its paper has it, preset published (width 64)", "published"),
    "sasrec-256": QualityRow("SASRec, preset best (width 256)", "best", {"model": "sasrec"}),
    "fame-256": QualityRow("**FAME, preset best (width 256)**, 4 experts as published", "best", QUERIES),
    "plain-256": QualityRow("the same, no facet tied to a family", "best", QUERIES | {"anchor": "none"}),
    "no-facet-dropout-256": QualityRow(
        "no facet tied, no facet dropout", "best", QUERIES | {"anchor": "none", "facet_dropout": 0.0}
    ),
    "learned-256": QualityRow(
        "no facet tied, no facet dropout, what a facet sees of an item learned (W_f)",
        "best",
        QUERIES | {"anchor": "none", "facet_dropout": 0.0, "item_facets": "learned"},
    ),
}
INGREDIENTS = {
    "base": QualityRow("FAME as default but 4 experts as published, 10 epochs", changes=SHORT),
    "absolute": QualityRow("positions absolute instead of relative", changes=SHORT | {"positions": "absolute"}),
    "no-begin": QualityRow("no begin token", changes=SHORT | {"begin": False}),
    "no-popularity": QualityRow("no popularity bias", changes=SHORT | {"popularity": False}),
    "plain": QualityRow("no facet tied to a family", changes=SHORT | {"anchor": "none"}),
    "no-purity": QualityRow("other families not kept out of a tied facet", changes=SHORT | {"anchor_purity": 0.0}),
    "no-balance": QualityRow("no balance of the gate", changes=SHORT | {"gate_balance": 0.0}),
    "projection": QualityRow("facet residual a learned projection of X", changes=SHORT | {"residual": "projection"}),
    "learned": QualityRow("what a facet sees of an item learned (W_f)", changes=SHORT | {"item_facets": "learned"}),
    "attention-dropout-0": QualityRow("no dropout on attention", changes=SHORT | {"attention_dropout": 0.0}),
    "dropout-.2": QualityRow("dropout .2 everywhere", changes=SHORT | {"dropout": 0.2, "attention_dropout": 0.2}),
    "facet-dropout-.2": QualityRow("facet dropout .2", changes=SHORT | {"facet_dropout": 0.2}),
    "constant-rate": QualityRow(
        "learning rate constant: it pays in a training as short as this",
        changes=SHORT | {"warmup": 0.0, "final_rate": 1.0},
    ),
    "heads-2": QualityRow("two facets instead of four", changes=SHORT | {"heads": 2}),
    "experts-1": QualityRow("one expert a facet instead of four", changes=SHORT | {"experts": 1}),
    "sampled": QualityRow("softmax sampled (1,024 items)", changes=SHORT | {"loss": "sampled"}),
    "published": QualityRow("FAME as its paper has it (preset published)", "published", SHORT),
}
ROWS = MODELS | INGREDIENTS


def main() -> None:
    """Train what is asked for, take in what has ended, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    argument(parser)
    parser.add_argument("--train", action="store_true", help="train the runs that are missing")
    parser.add_argument("--only", nargs="+", metavar="ROW", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--time", action="store_true", help="time every ingredient's epochs on a tenth of the users")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    chosen = parser.parse_args()
    unknown = set(chosen.only or ()) - set(ROWS)
    if unknown:
        parser.error(f"there is no row {min(unknown)!r}; choose of {', '.join(ROWS)}")
    data = bring(chosen.data)
    found = report.stored("quality")
    known = found.setdefault(data.name, {})
    known["popularity"] = floor(data)
    for row in chosen.only or ROWS:
        for seed in chosen.seeds:
            folder = RUNS / data.name / f"{row}-s{seed}"
            if chosen.train and not is_in(known, row, ROWS[row].settings(seed, data.catalog)):
                train(row, seed, folder, data, chosen.data)
            if ended(folder, ROWS[row].settings(seed, data.catalog), data):
                known.setdefault(row, {})[str(seed)] = measure(folder, data)
                report.keep("quality", found)
    if chosen.time:
        tenth = part(leave_one_out(data.histories).train, 0.1)
        each = {row: ROWS[row].settings(1, data.catalog) for row in INGREDIENTS}
        known["seconds"] = pace(each, tenth, data.catalog, rounds=7)
    report.keep("quality", found)
    report.publish(f"quality {data.name}", tables(data.name, known))


def is_in(known: dict[str, Any], row: str, wanted: Settings) -> bool:
    """Whether this very run has ended before."""
    stored = known.get(row, {}).get(str(wanted.seed))
    return stored is not None and stored["settings"] == wanted.model_dump(mode="json")


def train(row: str, seed: int, folder: Path, data: DataSet, given: Path) -> None:
    """Train a row to its end, or go on with it."""
    print(f"{row}, seed {seed}", file=sys.stderr)
    where = given if (given / "dataset.json").exists() else report.HERE / ".data" / data.name
    begun = ["--resume"] if (folder / "config.json").exists() else []
    command = ["train", "--data", where, "--out", folder, *ROWS[row].command(seed), *begun]
    subprocess.run([sys.executable, "-m", "fame", *command], check=True, stdout=sys.stderr)


def ended(folder: Path, wanted: Settings, data: DataSet) -> bool:
    """Whether the run in the folder is finished; refuses one with other settings or data."""
    if not (folder / "best" / "card.json").exists():
        return False
    run = Run.open(folder)
    run.check(data)
    if run.settings() != wanted:
        sys.exit(f"{folder} was trained with other settings than this row has now; remove it and train it anew.")
    return run.state() == "finished"


def measure(folder: Path, data: DataSet) -> dict[str, Any]:
    """A run's validation and test measures, the latter also for targets that occur in the training part alone."""
    checkpoint, split = load(folder / "best"), leave_one_out(data.histories)
    card = checkpoint.description.card
    events = counted(split.test)
    test = per_user(ranks(checkpoint.model, events))
    known = np.isin(events.targets, split.train.items)
    return {
        "settings": card["settings"],
        "epoch": card["epoch"],
        "seconds_per_epoch": card["seconds_per_epoch"],
        "machine": card["machine"],
        "versions": card["versions"],
        "validation": {name: card["metrics"]["validation"][name] for name in MEASURES},
        "test": {name: float(test[name].mean()) for name in MEASURES},
        "error": {name: float(test[name].std(ddof=1) / np.sqrt(len(known))) for name in MEASURES},
        "trained_targets": {name: float(test[name][known].mean()) for name in MEASURES},
        "users": [len(known), int(known.sum())],
    }


def floor(data: DataSet) -> dict[str, float]:
    """What the most popular items give."""
    split = leave_one_out(data.histories)
    found = per_user(popularity_ranks(split.train, counted(split.test), len(data.catalog)))
    return {name: float(found[name].mean()) for name in MEASURES}


def tables(name: str, known: dict[str, Any]) -> str:
    """The models, then the ingredients."""
    popularity = known["popularity"]
    models = [
        [
            ROWS[row].what,
            len(runs),
            spread(runs, "validation", "NDCG@10"),
            *(spread(runs, users, measure) for users in ("test", "trained_targets") for measure in MEASURES),
            ", ".join(str(run["epoch"]) for run in runs),
        ]
        for row in MODELS
        if (runs := list(known.get(row, {}).values()))
    ]
    models.append(
        ["most popular items", "", "", f"{popularity['HR@10']:.4f}", f"{popularity['NDCG@10']:.4f}"] + [""] * 3
    )
    head = ["model", "seeds", "validation NDCG@10", "HR@10", "NDCG@10", "HR@10 *", "NDCG@10 *", "best epoch"]
    run = next(run for row in MODELS for run in known.get(row, {}).values())
    users, trained = run["users"]
    text = (
        f"{name}, {users:,} users. Means over seeds, and how far a seed lies from them at most. The standard "
        f"error over users is {run['error']['HR@10']:.4f} of HR@10 and {run['error']['NDCG@10']:.4f} of NDCG@10.\n\n"
        f"{report.table(head, models)}\n\n"
        f"\\* without the {users - trained} users whose target occurs in nobody's training part."
    )
    base = known.get("base")
    if not base:
        return text
    head = ["ingredient", "seeds", "validation NDCG@10", "against the base", "NDCG@10", "HR@10", "time an epoch"]
    seconds = {row: statistics.median(values) for row, values in known.get("seconds", {}).items()}
    rows = [
        [
            ROWS[row].what,
            len(runs),
            spread(list(runs.values()), "validation", "NDCG@10"),
            "" if row == "base" else difference(runs, base),
            spread(list(runs.values()), "test", "NDCG@10"),
            spread(list(runs.values()), "test", "HR@10"),
            f"{seconds[row] / seconds['base']:.2f} ×" if row in seconds else "",
        ]
        for row in INGREDIENTS
        if (runs := known.get(row))
    ]
    return f"{text}\n\n{report.table(head, rows)}"


def spread(runs: list[dict[str, Any]], users: str, measure: str) -> str:
    """The mean over seeds, and how far the farthest lies from it."""
    values = np.array([run[users][measure] for run in runs])
    return f"{values.mean():.4f}" + (f" ± {abs(values - values.mean()).max():.4f}" if len(values) > 1 else "")


def difference(runs: dict[str, Any], base: dict[str, Any]) -> str:
    """Of the mean over the seeds that both have."""
    both = sorted(set(runs) & set(base))
    values = [runs[seed]["validation"]["NDCG@10"] - base[seed]["validation"]["NDCG@10"] for seed in both]
    return f"{np.mean(values):+.4f}" if both else ""


if __name__ == "__main__":
    main()
