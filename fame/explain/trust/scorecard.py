"""Is the driver true? On planted data it is known which family drove each event, so every reading can be marked."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from fame.data import DataSet, leave_one_out
from fame.data.oracle import oracle
from fame.errors import InputError
from fame.explain.families.anatomy import fit
from fame.explain.families.driver import Evidence, name_driver
from fame.explain.families.knockout import FAMILY_DRAWS
from fame.explain.trust.driver_candidates import DriverCandidates, driver_candidates
from fame.explain.trust.expert_marks import expert_marks
from fame.explain.trust.records.scorecard import Calibration, Point, Scorecard, Share
from fame.model import Model

STEPS = 21  # points of a curve


class NoTruthError(InputError):
    """The data do not say what drove any event."""


def scorecard(model: Model, data: DataSet, draws: int = FAMILY_DRAWS) -> Scorecard:
    """Mark a model on the data set's truth.

    Raises
    ------
    NoTruthError
        The data set has no truth, or none for a test event.
    """
    events = leave_one_out(data.histories).test
    truth = drivers(data, events.users)
    known = np.flatnonzero(truth >= 0)
    if not len(known):
        raise NoTruthError(
            f"{data.name!r} has no truth.parquet that says what drove a user's last interaction; "
            "make planted data with `python -m fame data make planted-cinema`."
        )
    families = [family.name for family in data.catalog.families]
    anatomy = fit(model, data.catalog)
    found = driver_candidates(model, anatomy, events, draws).of(known)
    wanted = truth[known]
    place = np.array([families.index(name) for name in anatomy.families])
    facets = model.config.facets
    tied = bool(set(facets) & set(families))
    to_family = np.array([families.index(name) if name in families else -1 for name in facets], dtype=int)

    def by_facet(weights: np.ndarray) -> Share | None:
        if not weights.shape[1]:
            return None
        largest = weights.argmax(1)
        right = (to_family[largest] == wanted).sum() if tied else matched(largest, wanted)
        return Share(int(right), len(wanted))

    names = [None if name is None else families.index(name) for name in named(found, anatomy.families)]
    said = np.array([-1 if name is None else name for name in names])
    best = oracle(data)
    return Scorecard(
        events=len(wanted),
        chance=float(best["chance"]),
        oracle=float(best["oracle"]),
        matched=bool(facets) and not tied,
        readings={
            "gate": by_facet(found.gate),
            "contribution": by_facet(found.contribution),
            "responsibility": by_facet(found.responsibility),
            "anatomy": Share(int((place[found.anatomy.argmax(1)] == wanted).sum()), len(wanted)),
            "knock_out": Share(int((place[found.effect.mean(2).argmax(1)] == wanted).sum()), len(wanted)),
        },
        named=Share(int((said == wanted).sum()), len(wanted)),
        unnamed=float((said < 0).mean()),
        curve=curve(found, anatomy.families, lambda name: families.index(name), wanted),
        calibration=calibrate(among(found.responsibility[:, to_family >= 0]), to_family[to_family >= 0], wanted)
        if tied and found.responsibility.shape[1]
        else None,
        experts=expert_marks(model, data),
    )


def among(responsibility: np.ndarray) -> np.ndarray:
    """Responsibilities (n, tied facets) made to sum to 1."""
    return responsibility / responsibility.sum(1, keepdims=True).clip(np.finfo(np.float32).tiny)


def calibrate(responsibility: np.ndarray, family: np.ndarray, wanted: np.ndarray) -> Calibration:
    """Responsibilities (n, tied facets), the family of each of these facets, and the truth (n,)."""
    said, right = responsibility.ravel(), (family == wanted[:, None]).ravel()
    tenth = np.minimum((said * 10).astype(int), 9)
    cases = np.bincount(tenth, minlength=10)
    some = cases > 0
    mean = np.bincount(tenth, said, 10)[some] / cases[some]
    share = np.bincount(tenth, right, 10)[some] / cases[some]
    error = float(np.abs(mean - share) @ cases[some] / cases.sum())
    return Calibration(tuple(mean.tolist()), tuple(share.tolist()), tuple(cases[some].tolist()), error)


def drivers(data: DataSet, users: np.ndarray) -> np.ndarray:
    """(n,) number of the family that drove each user's last interaction; -1 where there is no truth."""
    if data.truth is None:
        return np.full(len(users), -1)
    families = [family.name for family in data.catalog.families]
    truth = data.truth[["user_id", "position", "facet"]]  # it may tell values, too
    facet = {(user, at): families.index(name) for user, at, name in truth.itertuples(index=False)}
    lengths = data.histories.lengths
    return np.array([facet.get((data.users[user], int(lengths[user]) - 1), -1) for user in users])


def named(found: DriverCandidates, families: tuple[str, ...], least: float = 0.0) -> list[str | None]:
    """What the rule of the driver says of every event."""
    said = [
        name_driver(Evidence(families, parts, effect), least)
        for parts, effect in zip(found.anatomy, found.effect, strict=True)
    ]
    return [driver.name if driver else None for driver in said]


def matched(largest: np.ndarray, wanted: np.ndarray) -> int:
    """How many events are right when facets get families by the best assignment."""
    table = np.zeros((largest.max() + 1, wanted.max() + 1))
    np.add.at(table, (largest, wanted), 1)
    return int(table[linear_sum_assignment(-table)].sum())


def curve(
    found: DriverCandidates, families: tuple[str, ...], number: Callable[[str], int], wanted: np.ndarray
) -> tuple[Point, ...]:
    """Coverage and accuracy of the driver as ever larger margins are asked for."""
    evidence = [Evidence(families, *pair) for pair in zip(found.anatomy, found.effect, strict=True)]
    said = [name_driver(one) for one in evidence]
    margins = np.array([one.margin for one in evidence])
    right = np.array([driver is not None and number(driver.name) == w for driver, w in zip(said, wanted, strict=True)])
    is_named = np.array([driver is not None for driver in said])
    points = []
    for least in np.quantile(margins[is_named], np.linspace(0, 0.95, STEPS)) if is_named.any() else ():
        some = is_named & (margins >= least)
        points.append(Point(float(least), float(some.mean()), float(right[some].mean())))
    return tuple(points)
