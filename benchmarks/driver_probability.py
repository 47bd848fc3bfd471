"""How likely is a driver? `python -m benchmarks.driver_probability [--ship]`.

On what models made of planted data of many shapes (`benchmarks.driver_events` makes it), a conditional logit over the
families and "none of them" is fitted to what is known of users' last interactions: what each family lifts an item by,
and how far it falls when the past says nothing of the family. Forms of the logit are compared on shapes that they were
not fitted on. `--ship` fits the one that `fame.explain.families.probability` has on all shapes, and writes its weights.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from benchmarks import report
from benchmarks.driver_events import Found, known, model_of
from benchmarks.shapes import Shape, shape
from fame.explain.families.driver import NAMED
from fame.explain.families.probability import (
    FILE,
    Kept,
    Logit,
    Spanned,
    evidence_for,
    evidence_for_none,
    probabilities,
)
from fame.explain.trust.scorecard import in_tenths
from fame.files import write_json

FOLDS = 10  # of shapes
DECAY = 1e-4  # of the weights
COMMAND = "python -m benchmarks.driver_probability --ship"

Features = Callable[[Found], np.ndarray]


def main() -> None:
    """Fit, judge, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ship", action="store_true", help="write the weights into the package")
    chosen = parser.parse_args()
    by_seed = known()
    found, seeds = list(by_seed.values()), list(by_seed)
    rows = {name: judged(found, *form) for name, form in FORMS.items()}
    if chosen.ship:
        ship(found, rows[SHIPPED].kept, spanned([shape(seed) for seed in seeds]))
    shapes = [asdict(shape(seed)) | {"model": model_of(seed)[0]} for seed in seeds]
    kept = {
        "shapes": shapes,
        "forms": {name: asdict(row) | {"kept": row.kept.model_dump()} for name, row in rows.items()},
    }
    report.keep("driver_probability", kept)
    head = ["form", "log p", "likeliest / oracle", "named / oracle", "right of those named", "calibration error"]
    table = report.table(head, [[name, *row.told()] for name, row in rows.items()])
    events = sum(len(one["truth"]) for one in found)
    lead = (
        f"{len(found)} shapes, a model each, {events:,} last interactions; each shape is judged by what was fitted on "
        f"the other {FOLDS - 1} of {FOLDS} parts of the shapes. Named from p = {NAMED}. Means over shapes; in brackets "
        "the highest calibration error of a shape, that of all events together, and the mean as it would be with the "
        "temperature and the share of none of the families that suit each shape best, which nobody knows."
    )
    report.publish("driver probability", f"{lead}\n\n{table}\n\n{report.on()}")


def taken(found: Found, name: str) -> np.ndarray:
    """Of the items that users took: (n, …)."""
    return found[name][:, 0]


def usual(found: Found) -> np.ndarray:
    """(n, 2): of parts and of falls, of items drawn at random after the same history."""
    return np.stack([np.sqrt((found[name][:, 1:] ** 2).mean((1, 2))) for name in ("parts", "fall")], 1)


def plain(found: Found) -> np.ndarray:
    """(n, A, 2): a family's part and its mean fall."""
    return np.stack([taken(found, "parts"), taken(found, "fall")], 2)


def bounded(found: Found) -> np.ndarray:
    """(n, A, 4): the same, and what they come to at most: a part of ten nats tells no more than one of three."""
    return np.concatenate([plain(found), np.tanh(plain(found))], 2)


def of_the_model(found: Found) -> np.ndarray:
    """(n, A, 6): the same, and beside those that are usual in the model, its users' median largest."""
    most = np.median(plain(found).max(1), 0)
    return np.concatenate([bounded(found), np.tanh(plain(found) / most)], 2)


def of_the_history(found: Found) -> np.ndarray:
    """(n, A, 5): what ships."""
    return evidence_for(taken(found, "parts"), taken(found, "fall"), usual(found))


def beside(found: Found) -> np.ndarray:
    """(n, A, 3): the same without the nats."""
    return of_the_history(found)[..., 2:]


def agreed(found: Found) -> np.ndarray:
    """(n, A, 10): what ships, and more or less of it where part and fall more often agree over the model's users."""
    both, A = plain(found), found["parts"].shape[2]
    rate = float((both[..., 0].argmax(1) == both[..., 1].argmax(1)).mean())
    return np.concatenate([of_the_history(found), (rate - 1 / A) * of_the_history(found)], 2)


def constant(found: Found) -> np.ndarray:
    """(n, 1): "none of the families" is as likely everywhere."""
    return evidence_for_none(taken(found, "parts"), taken(found, "fall"), usual(found))


def evidence(found: Found) -> np.ndarray:
    """(n, 6): what goes with no family, popularity, the largest part and fall, and how likely the item is."""
    parts, falls = taken(found, "parts"), taken(found, "fall")
    rest = taken(found, "whole") - parts.sum(1)
    most = parts.max(1), np.tanh(falls.max(1))
    return np.stack([np.ones(len(rest)), rest, taken(found, "bias"), *most, taken(found, "logp")], 1)


def number(found: Found) -> np.ndarray:
    """(n, 2): less likely the more families there are."""
    return np.pad(constant(found), ((0, 0), (0, 1)), constant_values=np.log(found["parts"].shape[2]))


SHIPPED = "in nats, beside what is usual after the history, and both at once"
FORMS: dict[str, tuple[Features, Features]] = {
    "part and fall": (plain, constant),
    "both also bounded": (bounded, constant),
    "both also beside what is usual in the model": (of_the_model, constant),
    "beside what is usual after the history, and both at once": (beside, constant),
    SHIPPED: (of_the_history, constant),
    "the same; none by evidence": (of_the_history, evidence),
    "the same; none by the number of families": (of_the_history, number),
    "the same; steeper where part and fall more often agree": (agreed, constant),
}


@dataclass(frozen=True)
class Judged:
    """A form on shapes it was not fitted on."""

    log_p: float
    kept: Kept
    highest: float  # of the calibration errors
    best: float  # mean of the calibration errors, with the temperature and the share of "none" that suit each shape

    def told(self) -> list[str]:
        """As cells."""
        shares = [f"{value:.2f}" for value in (self.kept.likeliest, self.kept.named, self.kept.right)]
        among = f"highest {self.highest:.3f}, together {self.kept.pooled:.3f}, at best {self.best:.3f}"
        return [f"{self.log_p:.3f}", *shares, f"{self.kept.error:.3f} ({among})"]


def judged(found: Sequence[Found], families: Features, none: Features) -> Judged:
    """Fit on the other shapes, judge on each."""
    made = [(families(one), none(one), one["truth"]) for one in found]
    rows, sure, right = [], [], []
    for fold in range(FOLDS):
        others = [one for n, one in enumerate(made) if n % FOLDS != fold]
        if len(others) == len(made):
            continue
        w = fitted(others)
        for n in range(fold, len(made), FOLDS):
            p, truth = probabilities(*made[n][:2], w), made[n][2]
            rows.append([*marks(p, truth, float(found[n]["oracle"])), marks(suited(p, truth), truth, 1.0)[-1]])
            sure.append(p[:, :-1].max(1))
            right.append(p[:, :-1].argmax(1) == truth)
    pooled = in_tenths(np.concatenate(sure), np.concatenate(right)).error
    log_p, likeliest, named, of_named, error, best = np.array(rows).mean(0).tolist()
    kept = Kept(
        shapes=len(made), events=sum(len(one) for one in sure), likeliest=likeliest, named=named, right=of_named,
        error=error, pooled=pooled,
    )  # fmt: skip
    return Judged(log_p, kept, max(row[-2] for row in rows), best)


def suited(p: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """With the temperature and the share of "none" that make the truth likeliest: what calibration could reach."""
    log_p, rows = np.log(p.clip(1e-12)), np.arange(len(truth))

    def by(x: np.ndarray) -> np.ndarray:
        changed = np.exp(log_p * np.exp(x[0]) + np.eye(p.shape[1])[-1] * x[1])
        return np.asarray(changed / changed.sum(1, keepdims=True))

    return by(minimize(lambda x: -np.log(by(x)[rows, truth] + 1e-12).mean(), np.zeros(2), method="Nelder-Mead").x)


def fitted(made: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """The weights of the least mean of -log p, every shape counting alike."""
    k = made[0][0].shape[2]

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = DECAY * float(w @ w), 2 * DECAY * w
        for families, none, truth in made:
            p = probabilities(families, none, w)
            rows, weight = np.arange(len(truth)), 1 / len(made) / len(truth)
            total -= weight * float(np.log(p[rows, truth].clip(1e-12)).sum())
            p[rows, truth] -= 1  # the truth -1, none of the families, is the last
            slope = slope + weight * np.append(np.einsum("na,nak->k", p[:, :-1], families), p[:, -1] @ none)
        return total, slope

    return np.asarray(minimize(loss, np.zeros(k + made[0][1].shape[1]), jac=True, method="L-BFGS-B").x)


def marks(p: np.ndarray, truth: np.ndarray, best: float) -> list[float]:
    """Mean log p, and what `Kept` holds of one shape."""
    likeliest = p[:, :-1].argmax(1)
    sure, right, driven = p[:, :-1].max(1), likeliest == truth, truth >= 0
    named = sure >= NAMED
    log_p = float(np.log(p[np.arange(len(p)), truth].clip(1e-12)).mean())
    of_named = float(right[named].mean()) if named.any() else 0.0
    error = in_tenths(sure, right).error
    return [log_p, right[driven].mean() / best, (right & named)[driven].mean() / best, of_named, error]


def spanned(shapes: Sequence[Shape]) -> Spanned:
    """Between which of each they lie."""

    def span(values: Sequence[Any]) -> tuple[Any, Any]:
        return min(values), max(values)

    return Spanned(
        families=span([len(one.values) for one in shapes]),
        **{
            name: span([getattr(one, name) for one in shapes])
            for name in ("users", "items", "length", "unknown", "noise")
        },
    )


def ship(found: Sequence[Found], kept: Kept, among: Spanned) -> None:
    """Fit what ships on every shape, and write it with how it did where shapes were kept aside."""
    families, none = FORMS[SHIPPED]
    w = fitted([(families(one), none(one), one["truth"]) for one in found])
    k = families(found[0]).shape[2]
    events = sum(len(one["truth"]) for one in found)
    logit = Logit(
        command=COMMAND, shapes=len(found), events=events, spanned=among, families=tuple(w[:k]), none=tuple(w[k:]),
        aside=kept,
    )  # fmt: skip
    content: dict[str, Any] = logit.model_dump()
    write_json(FILE, content)


if __name__ == "__main__":
    main()
