"""Train the models that ship, or evaluate those that do: `python -m benchmarks.pretrained [NAME …] [--train]`.

Each model comes from the commands run here, and from nothing else. A FAME is trained with other seeds, too, by which it
is told how alike its facets come out; `--seeds` does that alone for models that are there. The cards and the table in
pretrained/README.md are written from what evaluating the shipped folders then finds.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from string import Template

import numpy as np

from fame.checkpoint.description import Description, describe
from fame.checkpoint.store import load
from fame.data import leave_one_out, read
from fame.home import PROJECT, data_folder
from fame.ranking.evaluation import counted, popularity_ranks, ranks
from fame.ranking.metrics import per_user

MODELS = {
    f"{data}-{model}": (data, extra)
    for data in ("planted-cinema", "movielens-100k")
    for model, extra in (
        ("fame", []),
        ("fame-published", ["--preset", "published"]),
        ("sasrec", ["--model", "sasrec"]),
    )
} | {"planted-preferences-fame": ("planted-preferences", [])}
SEEDS = (2, 3)  # beside the first, which ships
SHOWN = ("HR@10", "NDCG@10", "MRR@10")
PAGE = """# Models that ship

From `python -m benchmarks.pretrained`; with `--train` it trains them anew. One seed each. In brackets the standard
error over users: differences smaller than about three of them mean nothing.

{table}
Leave-one-out, the whole catalog ranked, seen items left out. Seconds an epoch on the machine that the card names.
"""


def fame(*arguments: str) -> None:
    """Run `python -m fame`, its progress on this terminal."""
    print("$ python -m fame", shlex.join(arguments))
    subprocess.run([sys.executable, "-m", "fame", *arguments], cwd=PROJECT, check=True)


def train(name: str) -> None:
    """Train a model from nothing, draw its maps, test what it means and says, and put it where it ships."""
    data, extra = MODELS[name]
    run, ships = PROJECT / "runs" / name, PROJECT / "pretrained" / name
    shutil.rmtree(run, ignore_errors=True)
    fame("train", "--data", f"data/{data}", "--out", f"runs/{name}", *extra)
    fame("map", "--model", f"runs/{name}/best")
    fame("derive", "--model", f"runs/{name}/best", "--data", f"data/{data}")
    if describe(PROJECT / "runs" / name / "best").architecture.facets:
        meaning(name, f"runs/{name}/best")
        fame("verify", "ablation", "--model", f"runs/{name}/best", "--data", f"data/{data}")
    if data.startswith("planted"):
        fame("verify", "planted", "--model", f"runs/{name}/best", "--data", f"data/{data}")
    fame("verify", "explanations", "--model", f"runs/{name}/best", "--data", f"data/{data}")
    shutil.rmtree(ships, ignore_errors=True)
    shutil.move(run / "best", ships)
    shutil.rmtree(run)


def meaning(name: str, folder: str) -> None:
    """Test what the facets and experts of a model mean, and how alike they come out with other seeds."""
    data, extra = MODELS[name]
    runs = [f"runs/{name}-seed-{seed}" for seed in SEEDS]
    for seed, run in zip(SEEDS, runs, strict=True):
        shutil.rmtree(PROJECT / run, ignore_errors=True)
        fame("train", "--data", f"data/{data}", "--out", run, "--seed", str(seed), *extra)
    others = [part for run in runs for part in ("--seeds", f"{run}/best")]
    fame("verify", "meaning", "--model", folder, "--data", f"data/{data}", *others)
    for run in runs:
        shutil.rmtree(PROJECT / run)


def evaluate(name: str) -> tuple[Description, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A model that ships, with its measures and popularity's on the test split, a number a user."""
    data, checkpoint = read(data_folder(MODELS[name][0])), load(PROJECT / "pretrained" / name)
    split = leave_one_out(data.histories)
    events = counted(split.test)
    floor = popularity_ranks(split.train, events, len(checkpoint.catalog(data)))
    return checkpoint.description, per_user(ranks(checkpoint.model, events)), per_user(floor)


def card(model: Description, measured: dict[str, np.ndarray], floor: dict[str, np.ndarray]) -> str:
    """The model card, as Markdown."""
    about, made = model.config, model.card
    facets = len(about["facets"])
    tied = about["families"]
    if tied:
        terms = (
            "Beyond the paper: order is known by learned terms of distance, a begin token stands before a history, a "
            "facet sees its slice of an item's embedding and is added to its slice of the layer's input, items have a "
            f"popularity bias, a term balances the gate, and a second loss ties the facets {', '.join(tied)} to the "
            "attribute families of these names, on nine tenths of the items. The other facets are free. An expert is "
            "also a prototype, near which are the items that it reads; a filter of whose items came routes to it."
        )
    elif facets:
        terms = (
            "The architecture is the paper's, the training is not: W_f starts at H times the identity, not at random, "
            "and a batch is so many positions, not histories. Nothing ties its facets to a meaning, so they are "
            "numbered."
        )
    else:
        terms = "Positions, begin token and popularity bias are as in the FAME beside it."
    shape = f"width {about['width']}, {about['layers']} layers, {about['heads']} heads"
    return Template((PROJECT / "benchmarks" / "model_card.md").read_text(encoding="utf-8")).substitute(
        name=model.name,
        kind=f"{model.architecture.title} ({model.architecture.source})" + ("" if facets else ", the baseline"),
        shape=f"{shape} that are facets in the last layer, {about['experts']} experts in each" if facets else shape,
        length=about["length"],
        parameters=f"{made['parameters']:,}",
        terms=terms,
        dataset=model.dataset,
        dataset_fingerprint=about["dataset_fingerprint"][:12],
        seed=made["seed"],
        epoch=made["epoch"],
        seconds_per_epoch=f"{made['seconds_per_epoch']:.1f}",
        minutes=f"{made['seconds'] / 60:.1f}",
        machine=made["machine"],
        torch=made["versions"]["torch"],
        users=len(measured["HR@10"]),
        figures="\n".join(
            f"| {m} | {measured[m].mean():.4f} | {error(measured[m]):.4f} | {floor[m].mean():.4f} |" for m in SHOWN
        ),
        learning_rate=made["settings"]["learning_rate"],
        dropout=made["settings"]["dropout"],
        batch=made["settings"]["batch"],
        licence="The folder holds weights and item ids, no titles and no ratings; MovieLens-100K itself is fetched, "
        "for research use under GroupLens' terms."
        if model.dataset == "movielens-100k"
        else "The films are made up; model and data are under this project's licence.",
    )


def error(values: np.ndarray) -> float:
    """Standard error of the mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def row(model: Description, measured: dict[str, np.ndarray], floor: dict[str, np.ndarray]) -> str:
    """A line of the table."""
    figures = [f"{measured[m].mean():.4f} ({error(measured[m]):.4f})" for m in ("HR@10", "NDCG@10")]
    figures += [f"{floor[m].mean():.4f}" for m in ("HR@10", "NDCG@10")]
    cells = [f"[{model.name}]({model.name}/README.md)", *figures, model.card["epoch"]]
    return f"| {' | '.join(map(str, cells))} | {model.card['seconds_per_epoch']:.1f} |"


def main() -> None:
    """Train what is asked for, evaluate everything whose data is here, and write cards and table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(MODELS)}; all if left out")
    parser.add_argument("--train", action="store_true", help="train them anew first")
    parser.add_argument("--seeds", action="store_true", help="only compare those that are there with other seeds")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(MODELS)
    if unknown:
        parser.error(f"there is no model {min(unknown)!r}; choose of {', '.join(MODELS)}")
    for name in chosen.names or MODELS:
        if chosen.train:
            train(name)
        elif chosen.seeds and describe(PROJECT / "pretrained" / name).architecture.facets:
            meaning(name, f"pretrained/{name}")
    lines = [
        "| model | HR@10 | NDCG@10 | popularity HR@10 | popularity NDCG@10 | best epoch | s/epoch |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, (data, _) in MODELS.items():
        folder = PROJECT / "pretrained" / name
        if not folder.exists() or not data_folder(data).exists():
            sys.exit(f"{name} or its data {data} is not here; train it with --train, fetch the data with `make data`.")
        found = evaluate(name)
        Path(folder / "README.md").write_text(card(*found), encoding="utf-8")
        lines.append(row(*found))
    table = "\n".join(lines) + "\n"
    (PROJECT / "pretrained" / "README.md").write_text(PAGE.format(table=table), encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
