"""How likely is a driver? `python -m benchmarks.driver_probability [--shapes 25]`.

On planted data of many shapes (`benchmarks.shapes`), a model each, a conditional logit over the families and "none of
them" is fitted to what is known of every user's last interaction: what each family lifts it by, and how far it falls
when the past says nothing of the family. Forms of the logit are compared on shapes that they were not fitted on. What
the models found lies in `.driver`; a shape that is there is not trained on again.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize

from benchmarks import report
from benchmarks.shapes import make, shape
from fame.data import leave_one_out
from fame.data.batches import batches, pad
from fame.data.oracle import oracle
from fame.explain.families.anatomy import fit, split
from fame.explain.families.knockout import knock_out_families
from fame.explain.trust.scorecard import drivers
from fame.heads.registry import head
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

KEPT = report.HERE / ".driver"
MODELS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fame", {}), ("sasrec", {"model": "sasrec"}), ("mixture", {"head": "mixture"}), ("fame", {})
)  # fmt: skip
EPOCHS = 16
POSITIONS = 8_192  # of histories, run at a time
FOLDS = 5  # of shapes
DECAY = 1e-3  # of the weights
NAMED = 0.5  # probability from which a driver is named
TENTHS = 10

Found = dict[str, np.ndarray]
Features = Callable[[Found], np.ndarray]


def main() -> None:
    """Make, train, ask, fit, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=int, default=25)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    KEPT.mkdir(exist_ok=True)
    found = [known(seed) for seed in range(1, chosen.shapes + 1)]
    rows = {name: judged(found, *form) for name, form in FORMS.items()}
    shapes = [asdict(shape(seed)) for seed in range(1, chosen.shapes + 1)]
    report.keep("driver_probability", {"shapes": shapes, "forms": {name: asdict(row) for name, row in rows.items()}})
    head_ = ["form", "log p", "likeliest / oracle", "named / oracle", "right of those named", "calibration error"]
    table = report.table(head_, [[name, *row.told()] for name, row in rows.items()])
    events = sum(len(one["truth"]) for one in found)
    lead = (
        f"{chosen.shapes} shapes, a model each ({EPOCHS} epochs), {events:,} last interactions; each shape is judged "
        f"by what was fitted on the other {FOLDS - 1} of {FOLDS} parts of the shapes. Named from p = {NAMED}. Means "
        "over shapes, for the calibration error also the highest."
    )
    report.publish("driver probability", f"{lead}\n\n{table}\n\n{report.on()}")


def known(seed: int) -> Found:
    """What is known of the events of a shape, (n, …), from the file or by training a model."""
    name, changes = MODELS[seed % len(MODELS)]
    file = KEPT / f"{seed:03d}-{name}.npz"
    if not file.exists():
        print(f"shape {seed}: {name}", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            np.savez(file, **ask(seed, changes, Path(folder)))  # type: ignore[arg-type]
    with np.load(file, allow_pickle=False) as stored:
        return dict(stored)


@torch.inference_mode(False)
def ask(seed: int, changes: dict[str, Any], folder: Path) -> Found:
    """Train a model on a shape, and ask what it makes of every user's last interaction."""
    data = make(folder / f"shape{seed}", shape(seed))
    run = Run.start(folder / "run", settings(**changes, seed=seed, epochs=EPOCHS), data)
    model = train(run, data).model.eval().requires_grad_(False)
    events, anatomy = leave_one_out(data.histories).test, fit(model, data.catalog)
    lengths = np.minimum(events.histories.lengths, model.config.length)
    n, A = len(events.targets), len(anatomy.families)
    found: Found = {"parts": np.zeros((n, A)), "effect": np.zeros((n, A, 8)), "whole": np.zeros(n), "bias": np.zeros(n)}
    found["logp"] = np.zeros(n)
    for rows in batches(lengths, POSITIONS):
        read = torch.from_numpy(pad(events.histories, rows, model.config.length))
        targets = torch.from_numpy(events.targets[rows].astype(np.int64))[:, None]
        output = model(read, newest=True)
        by = head(model, output)
        found["parts"][rows] = split(model, anatomy, output, targets)[:, 0]
        above = by.side.table[targets] - by.side.average
        found["whole"][rows] = (by.slope(targets) * above).sum(-1)[:, 0]
        found["bias"][rows], found["logp"][rows] = by.side.bias[targets[:, 0]], by.log_p(targets)[:, 0]
        found["effect"][rows] = knock_out_families(model, anatomy, read, targets).effect[:, 0]
    names = [family.name for family in data.catalog.families]
    place = {names.index(name): a for a, name in enumerate(anatomy.families)}
    truth = np.array([place.get(int(family), -1) for family in drivers(data, events.users)])
    return found | {"truth": truth, "oracle": np.array(oracle(data)["oracle"])}


def plain(found: Found) -> np.ndarray:
    """(n, A, 2): a family's part and its mean fall."""
    return np.stack([found["parts"], found["effect"].mean(2)], 2)


def bounded(found: Found) -> np.ndarray:
    """(n, A, 4): the same, and what they come to at most: a part of ten nats tells no more than one of three."""
    return np.concatenate([plain(found), np.tanh(plain(found))], 2)


def relative(found: Found) -> np.ndarray:
    """(n, A, 6): the same, and parts and falls beside those that are usual in the model, its users' median largest."""
    usual = np.median(plain(found).max(1), 0)
    return np.concatenate([bounded(found), np.tanh(plain(found) / usual)], 2)


def constant(found: Found) -> np.ndarray:
    """(n, 1): "none of the families" is as likely everywhere."""
    return np.ones((len(found["truth"]), 1))


def evidence(found: Found) -> np.ndarray:
    """(n, 6): what goes with no family, popularity, the largest part and fall, and how likely the item is."""
    rest = found["whole"] - found["parts"].sum(1)
    most = found["parts"].max(1), np.tanh(found["effect"].mean(2).max(1))
    return np.stack([np.ones(len(rest)), rest, found["bias"], *most, found["logp"]], 1)


FORMS: dict[str, tuple[Features, Features]] = {
    "part and fall": (plain, constant),
    "part and fall; none by evidence": (plain, evidence),
    "both also bounded": (bounded, constant),
    "both also bounded; none by evidence": (bounded, evidence),
    "both also beside what is usual in the model; none by evidence": (relative, evidence),
}


@dataclass(frozen=True)
class Judged:
    """A form on shapes it was not fitted on, means over shapes."""

    log_p: float
    likeliest: float  # share right if the likeliest family is always named, over the oracle's
    named: float  # share named and right, over the oracle's
    right: float  # of those named
    error: float  # expected calibration error of the likeliest family's probability, events without a truth among them
    highest: float  # of the calibration errors
    weights: tuple[float, ...]  # mean over folds

    def told(self) -> list[str]:
        """As cells."""
        shares = [f"{value:.2f}" for value in (self.likeliest, self.named, self.right)]
        return [f"{self.log_p:.3f}", *shares, f"{self.error:.3f} (highest {self.highest:.3f})"]


def judged(found: Sequence[Found], families: Features, none: Features) -> Judged:
    """Fit on the other shapes, judge on each."""
    made = [(families(one), none(one), one["truth"]) for one in found]
    rows, weights = [], []
    for fold in range(FOLDS):
        w = fitted([one for n, one in enumerate(made) if n % FOLDS != fold])
        weights.append(w)
        rows += [marks(w, *made[n], float(found[n]["oracle"])) for n in range(fold, len(made), FOLDS)]
    table = np.array(rows)
    log_p, likeliest, named, right, error = table.mean(0).tolist()
    return Judged(log_p, likeliest, named, right, error, float(table[:, -1].max()), tuple(np.mean(weights, 0).tolist()))


def probabilities(w: np.ndarray, families: np.ndarray, none: np.ndarray) -> np.ndarray:
    """(n, A + 1), sums to 1; the last is that of none of the families."""
    k = families.shape[2]
    utility = np.concatenate([families @ w[:k], (none @ w[k:])[:, None]], 1)
    utility = np.exp(utility - utility.max(1, keepdims=True))
    return np.asarray(utility / utility.sum(1, keepdims=True))


def fitted(made: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """The weights of the least mean of -log p, every shape counting alike."""
    k = made[0][0].shape[2]

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = DECAY * float(w @ w), 2 * DECAY * w
        for families, none, truth in made:
            p = probabilities(w, families, none)
            rows, weight = np.arange(len(truth)), 1 / len(made) / len(truth)
            total -= weight * float(np.log(p[rows, truth].clip(1e-12)).sum())
            p[rows, truth] -= 1  # the truth -1, none of the families, is the last
            slope = slope + weight * np.append(np.einsum("na,nak->k", p[:, :-1], families), p[:, -1] @ none)
        return total, slope

    return np.asarray(minimize(loss, np.zeros(k + made[0][1].shape[1]), jac=True, method="L-BFGS-B").x)


def marks(w: np.ndarray, families: np.ndarray, none: np.ndarray, truth: np.ndarray, best: float) -> list[float]:
    """What `Judged` holds, of one shape."""
    p = probabilities(w, families, none)
    likeliest = p[:, :-1].argmax(1)
    sure, right, driven = p[np.arange(len(p)), likeliest], likeliest == truth, truth >= 0
    named = sure >= NAMED
    tenth = np.minimum((sure * TENTHS).astype(int), TENTHS - 1)
    apart = [abs(sure[tenth == t].mean() - right[tenth == t].mean()) * (tenth == t).mean() for t in np.unique(tenth)]
    log_p = float(np.log(p[np.arange(len(p)), truth].clip(1e-12)).mean())
    of_named = float(right[named].mean()) if named.any() else 0.0
    return [log_p, right[driven].mean() / best, (right & named)[driven].mean() / best, of_named, float(sum(apart))]


if __name__ == "__main__":
    main()
