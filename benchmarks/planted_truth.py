"""Is the named driver true? On data whose truth is planted: `python -m benchmarks.planted_truth [--seeds 1 2 3]`.

For every seed the data are made and every model is trained anew, and `fame verify planted` marks each reading on every
user's last interaction. Besides the cinema that ships there is another of a different shape: values of very unequal
size, a seventh of them unknown to the catalog, three times the noise, less stickiness. Calibration is that of the
events that a family drove, among the facets tied to one; and of every event and the responsibilities as they are
shown: where noise drove an event, no family is right. What has been measured is kept in results/planted_truth.json;
`--shapes` and `--models` keep to some of it.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from benchmarks import report
from fame.data import DataSet, leave_one_out, planted
from fame.explain.families.anatomy import fit
from fame.explain.trust.driver_candidates import driver_candidates
from fame.explain.trust.scorecard import calibrate, drivers, scorecard
from fame.model import Model
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

SHAPES: dict[str, dict[str, Any]] = {
    "cinema": {},
    "other": {"users": 3000, "items": 600, "skew": 1.0, "unknown": 0.15, "noise": 0.15, "stickiness": 0.6},
}
MODELS: dict[str, dict[str, Any]] = {
    "FAME, preset default": {},
    "FAME, 4 experts as published": {"experts": 4, "experts_form": "published"},
    "FAME, a mixture of softmaxes": {"experts": 4, "experts_form": "published", "head": "mixture"},
    "FAME as published": {"preset": "published"},
    "SASRec": {"model": "sasrec"},
}
READINGS = ("gate", "contribution", "responsibility", "anatomy", "knock_out", "named")


def main() -> None:
    """Make, train, mark, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--again", action="store_true", help="measure what was measured before, too")
    chosen = parser.parse_args()
    found = report.stored("planted_truth")
    for seed in chosen.seeds:
        for shape in chosen.shapes:
            with tempfile.TemporaryDirectory() as folder:
                data = planted.make(Path(folder) / "data", planted.options(**SHAPES[shape], seed=seed))
                for model in chosen.models:
                    known = found.setdefault(shape, {}).setdefault(model, {})
                    if chosen.again or str(seed) not in known:
                        print(f"{shape}, seed {seed}: {model}", file=sys.stderr)
                        known[str(seed)] = mark(data, MODELS[model], seed, Path(folder) / model)
                        report.keep("planted_truth", found)
    plot(found)
    report.publish("planted truth", text(found))


def mark(data: DataSet, changes: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """Train a model and mark its readings."""
    trained = train(Run.start(folder, settings(**changes, seed=seed), data), data)
    found = scorecard(trained.model, data)
    shares = {**found.readings, "named": found.named}
    return {
        "events": found.events,
        "chance": found.chance,
        "oracle": found.oracle,
        "matched": found.matched,
        "unnamed": found.unnamed,
        "right": {name: share and share.right for name, share in shares.items()},
        "curve": [[point.coverage, point.accuracy] for point in found.curve],
        "calibration": None if found.calibration is None else vars(found.calibration),
        "ECE of every event": None if found.calibration is None else of_every_event(trained.model, data),
        "NDCG@10": trained.description.card["metrics"]["test"]["NDCG@10"],
        "epoch": trained.description.card["epoch"],
    }


def of_every_event(model: Model, data: DataSet) -> float:
    """Expected calibration error with the events that no family drove: none is right, whatever is said of it."""
    events = leave_one_out(data.histories).test
    responsible = driver_candidates(model, fit(model, data.catalog), events, draws=1).responsibility
    tied = [model.config.facets.index(name) for name in model.config.families]
    families = [family.name for family in data.catalog.families]
    numbers = np.array([families.index(name) for name in model.config.families])
    return calibrate(responsible[:, tied], numbers, drivers(data, events.users)).error


def text(found: dict[str, Any]) -> str:
    """A table a shape."""
    parts = []
    for shape, models in found.items():
        if shape not in SHAPES:
            continue
        runs = [run for by_seed in models.values() for run in by_seed.values()]
        oracle = np.mean([run["oracle"] for run in runs])
        options = ", ".join(f"{name} {value}" for name, value in SHAPES[shape].items()) or "the defaults"
        rows = [
            [model, len(by_seed), *(share(list(by_seed.values()), name) for name in READINGS), *rest(by_seed)]
            for model in MODELS
            if (by_seed := models.get(model))
        ]
        head = ["model", "seeds", *(name.replace("_", "-") for name in READINGS), "named / oracle", "unnamed", "ECE"]
        head += ["of every event"]
        parts.append(
            f"planted-cinema with {options}: {len(runs)} runs, {np.mean([r['events'] for r in runs]):,.0f} test events "
            f"each; chance {runs[0]['chance']:.3f}, oracle {oracle:.3f}. Share right over all seeds, and its 95 % "
            f"interval.\n\n{report.table([*head, 'NDCG@10'], rows)}"
        )
    return (
        "\n\n".join(parts)
        + "\n\n* its facets have no names, so each got the family that suits its readings best: at most so much.\n\n"
        f"![The more certain a driver has to be, the fewer are named and the more of them are right]"
        f"(../planted_truth.png)\n\n{report.on()}"
    )


def share(runs: list[dict[str, Any]], name: str) -> str:
    """Of all events of all seeds; Wilson's interval."""
    from scipy.stats import binomtest

    if any(run["right"][name] is None for run in runs):
        return "–"
    right, events = sum(run["right"][name] for run in runs), sum(run["events"] for run in runs)
    low, high = binomtest(right, events).proportion_ci(0.95, "wilson")
    mark = " *" if runs[0]["matched"] and name in ("gate", "contribution", "responsibility") else ""
    return f"{right / events:.3f} ({low:.3f}–{high:.3f}){mark}"


def rest(by_seed: dict[str, Any]) -> list[str]:
    """The share of the oracle's, seed by seed; events without a name; calibration error; quality."""
    runs = list(by_seed.values())
    of_oracle = [run["right"]["named"] / run["events"] / run["oracle"] for run in runs]
    errors = [run["calibration"]["error"] for run in runs if run["calibration"]]
    of_every = [run["ECE of every event"] for run in runs if run.get("ECE of every event") is not None]
    return [
        f"{np.mean(of_oracle):.3f} ({', '.join(f'{one:.3f}' for one in of_oracle)})",
        f"{np.mean([run['unnamed'] for run in runs]):.3f}",
        f"{np.mean(errors):.3f}" if errors else "–",
        f"{np.mean(of_every):.3f}" if of_every else "–",
        f"{np.mean([run['NDCG@10'] for run in runs]):.4f}",
    ]


def plot(found: dict[str, Any]) -> None:
    """Coverage and accuracy of the driver, and how calibrated responsibilities are."""
    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for shape in SHAPES:
        for model, by_seed in found.get(shape, {}).items():
            first = next(iter(by_seed.values()))
            dashed = "--" if shape == "other" else "-"
            axes[0].plot(*zip(*first["curve"], strict=True), dashed, label=f"{model}, {shape}")
            if first["calibration"]:
                calibration = first["calibration"]
                axes[1].plot(calibration["said"], calibration["right"], f"o{dashed}", label=f"{model}, {shape}")
    axes[0].set(title="Driver", xlabel="share of events named", ylabel="share of those that is right")
    axes[1].plot([0, 1], [0, 1], ":", color="0.6")
    axes[1].set(title="Responsibility", xlabel="said to be responsible", ylabel="share right")
    for axis in axes:
        axis.legend(frameon=False, fontsize=7)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(report.HERE / "planted_truth.png", dpi=110)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
