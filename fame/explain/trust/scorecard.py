"""Is the driver true? On planted data it is known which family drove each event, so every reading can be marked."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from fame.data import DataSet, leave_one_out
from fame.data.derived.records import AUDIENCE
from fame.data.oracle import nameable, oracle
from fame.errors import InputError
from fame.explain.families.anatomy import fit
from fame.explain.families.driver import NAMED
from fame.explain.families.knockout import FAMILY_DRAWS
from fame.explain.families.probability import judged
from fame.explain.trust.driver_candidates import DriverCandidates, driver_candidates
from fame.explain.trust.expert_marks import expert_marks
from fame.explain.trust.records.scorecard import Calibration, Certainty, Point, Scorecard, Share
from fame.model import Model

STEPS = 21  # points of a curve


class NoTruthError(InputError):
    """The data do not say what drove any event."""


def scorecard(model: Model, data: DataSet, draws: int = FAMILY_DRAWS) -> Scorecard:
    """Mark a model on the data set's truth, with the families that were derived from it in play where it has any.

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
    families = drivable(data)
    anatomy = fit(model, data.catalog).asked
    if not anatomy.families:
        raise NoTruthError(
            f"No item of {data.name!r} has a value of a family, so that none can be named; an audience can, once "
            "`python -m fame derive --model MODEL` has found any."
        )
    every = driver_candidates(model, anatomy, events, draws)
    found, wanted = every.of(known), truth[known]
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

    likeliest, sure = likeliest_family(every)
    likeliest, best = place[likeliest], oracle(data)
    planted = data.details.get("truth") or best  # by who made the data, who knows audiences that were not derived
    right, is_named = likeliest == truth, sure >= NAMED
    return Scorecard(
        events=len(wanted),
        chance=float(best["chance"]),
        oracle=max(float(best["oracle"]), float(planted.get("oracle", 0))),
        matched=bool(facets) and not tied,
        readings={
            "gate": by_facet(found.gate),
            "contribution": by_facet(found.contribution),
            "responsibility": by_facet(found.responsibility),
            "anatomy": Share(int((place[found.anatomy.argmax(1)] == wanted).sum()), len(wanted)),
            "knock_out": Share(int((place[found.effect.mean(2).argmax(1)] == wanted).sum()), len(wanted)),
        },
        named=Share(int((right & is_named)[known].sum()), len(wanted)),
        unnamed=float(1 - is_named[known].mean()),
        curve=curve(sure[known], right[known]),
        calibration=calibrate(among(found.responsibility[:, to_family >= 0]), to_family[to_family >= 0], wanted)
        if tied and found.responsibility.shape[1]
        else None,
        experts=expert_marks(model, data),
        driver=Certainty(
            all=Share(int(right[known].sum()), len(wanted)),
            of_named=Share(int((right & is_named).sum()), int(is_named.sum())) if is_named.any() else None,
            calibration=in_tenths(sure, right),
        ),
        by_family={
            name: Share(int((right & is_named)[truth == a].sum()), int((truth == a).sum()))
            for a, name in enumerate(families)
            if (truth == a).any()
        },
    )


def likeliest_family(found: DriverCandidates) -> tuple[np.ndarray, np.ndarray]:
    """Of n events the likeliest family, of those that the anatomy knows, and its probability; (n,) each."""
    chances = judged(found.anatomy, found.effect.mean(2), found.usual)[:, :-1]
    return chances.argmax(1), chances.max(1)


def among(responsibility: np.ndarray) -> np.ndarray:
    """Responsibilities (n, tied facets) made to sum to 1."""
    return responsibility / responsibility.sum(1, keepdims=True).clip(np.finfo(np.float32).tiny)


def calibrate(responsibility: np.ndarray, family: np.ndarray, wanted: np.ndarray) -> Calibration:
    """Responsibilities (n, tied facets), the family of each of these facets, and the truth (n,)."""
    return in_tenths(responsibility.ravel(), (family == wanted[:, None]).ravel())


def in_tenths(said: np.ndarray, right: np.ndarray) -> Calibration:
    """Probabilities (n,), and whether what they are of was so (n,)."""
    tenth = np.minimum((said * 10).astype(int), 9)
    cases = np.bincount(tenth, minlength=10)
    some = cases > 0
    mean = np.bincount(tenth, said, 10)[some] / cases[some]
    share = np.bincount(tenth, right, 10)[some] / cases[some]
    error = float(np.abs(mean - share) @ cases[some] / cases.sum())
    return Calibration(tuple(mean.tolist()), tuple(share.tolist()), tuple(cases[some].tolist()), error)


def drivable(data: DataSet) -> list[str]:
    """The families that a driver can be one of; an audience also where a truth calls one that was not derived."""
    names = nameable(data)
    planted = data.truth is not None and AUDIENCE in set(data.truth["facet"])
    return names + [AUDIENCE] * (planted and AUDIENCE not in names)


def drivers(data: DataSet, users: np.ndarray) -> np.ndarray:
    """(n,) number of the family that drove each user's last interaction; -1 where there is no truth."""
    if data.truth is None:
        return np.full(len(users), -1)
    families = drivable(data)
    truth = data.truth[["user_id", "position", "facet"]]  # it may tell values, too
    facet = {(user, at): families.index(name) for user, at, name in truth.itertuples(index=False)}
    lengths = data.histories.lengths
    return np.array([facet.get((data.users[user], int(lengths[user]) - 1), -1) for user in users])


def matched(largest: np.ndarray, wanted: np.ndarray) -> int:
    """How many events are right when facets get families by the best assignment."""
    table = np.zeros((largest.max() + 1, wanted.max() + 1))
    np.add.at(table, (largest, wanted), 1)
    return int(table[linear_sum_assignment(-table)].sum())


def curve(sure: np.ndarray, right: np.ndarray) -> tuple[Point, ...]:
    """Coverage and accuracy of the likeliest family as ever larger probabilities are asked for; (n,) each."""
    points = []
    for least in np.unique(np.quantile(sure, np.linspace(0, 0.95, STEPS))):
        some = sure >= least
        points.append(Point(float(least), float(some.mean()), float(right[some].mean())))
    return tuple(points)
