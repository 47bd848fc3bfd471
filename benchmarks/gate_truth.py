"""Does the gate name the facet that drove a choice? On planted data: `python -m benchmarks.gate_truth`.

For every test event with a known driving family, the facet with the largest gate weight, and the one with the largest
contribution to the target, are taken for the driver. The facets have no names, so each is given the family that makes
the reading look best (optimal assignment on the events themselves): a figure is what the reading can at most be worth.
"""

import argparse
import json
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from fame.checkpoint.store import load
from fame.data import DataSet, Events, leave_one_out, read
from fame.home import PROJECT
from fame.model import Model
from fame.ranking.recommend import take_apart
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train


def main() -> None:
    """Train FAME as published, take the one that ships, and print what their readings are worth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "planted-cinema")
    parser.add_argument("--model", type=Path, default=PROJECT / "pretrained" / "planted-cinema-fame")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    data = read(chosen.data)
    if data.truth is None:
        parser.error(f"{chosen.data} has no truth.parquet; give planted data")
    events = leave_one_out(data.histories).test
    drivers = known(data, events)
    with tempfile.TemporaryDirectory() as folder:
        run = Run.start(Path(folder) / "published", settings("published", seed=chosen.seed), data)
        models = {"as published": train(run, data).model, chosen.model.name: load(chosen.model).model}
    n = int((drivers >= 0).sum())
    rows = []
    for name, model in models.items():
        gate, contribution = readings(model, events, drivers)
        rows += [(name, "largest gate weight", *gate), (name, "largest contribution", *contribution)]
    truth = data.details.get("truth", {})
    print("| model | reading | share right, at most | standard error |\n| --- | --- | --- | --- |")
    for name, reading, share, error in rows:
        print(f"| {name} | {reading} | {share:.3f} | {error:.3f} |")
    print(
        f"\nn = {n} events; always naming the commonest family {commonest(drivers):.3f}; oracle {truth.get('oracle')}"
    )
    print(
        json.dumps(
            {"rows": rows, "n": n, "seed": chosen.seed, "machine": platform.machine(), "torch": version("torch")}
        )
    )


def known(data: DataSet, events: Events) -> np.ndarray:
    """(n,) index of the family that drove each test event; -1 where there is no truth."""
    assert data.truth is not None
    families = [family.name for family in data.catalog.families]
    facet = {(user, at): families.index(f) for user, at, f in data.truth.itertuples(index=False)}
    lengths = data.histories.lengths
    return np.array([facet.get((data.users[user], int(lengths[user]) - 1), -1) for user in events.users])


def readings(model: Model, events: Events, drivers: np.ndarray) -> list[tuple[float, float]]:
    """Share right and its standard error: by the gate, by the contribution to the target."""
    gate, contribution, truth = [], [], []
    for row in np.flatnonzero(drivers >= 0):
        target = int(events.targets[row])
        answer = take_apart(model, events.histories[row].tolist(), [target])
        gate.append(int(answer.gate[-1].argmax()))
        contribution.append(int(answer.contributions[0].argmax()))
        truth.append(int(drivers[row]))
    return [best_share(np.array(named), np.array(truth)) for named in (gate, contribution)]


def best_share(named: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """The share right when facets get families by the best assignment; a facet beyond the families is never right."""
    table = np.zeros((named.max() + 1, truth.max() + 1))
    np.add.at(table, (named, truth), 1)
    share = table[linear_sum_assignment(-table)].sum() / len(truth)
    return float(share), float(np.sqrt(share * (1 - share) / len(truth)))


def commonest(drivers: np.ndarray) -> float:
    """Share of the family that drives most often."""
    return float(np.bincount(drivers[drivers >= 0]).max() / (drivers >= 0).sum())


if __name__ == "__main__":
    main()
