"""Marks a model's experts where it is planted which preference each user follows."""

import numpy as np

from fame.data import DataSet
from fame.data.columns import DataError
from fame.data.preferences import Preferences, preferences
from fame.explain.facets.population import population
from fame.explain.meaning.deeds import asked, done
from fame.explain.meaning.left_out import left_out
from fame.explain.meaning.ownership import owners
from fame.explain.trust.preferences import FOLDS, LEAST, PERMUTATIONS, Told, from_history, preference_told
from fame.explain.trust.records.scorecard import ExpertMarks
from fame.model import Faceted, Model

FEWEST = 4 * FOLDS  # preferences of a family that are marked


def expert_marks(model: Model, data: DataSet, seed: int = 0, permutations: int = PERMUTATIONS) -> ExpertMarks | None:
    """None where there are no experts to choose between, or no preferences are known that they could tell."""
    if not isinstance(model, Faceted) or model.config.experts == 1:
        return None
    try:
        truth = preferences(data)
    except DataError:
        return None
    router = population(model, truth.events).router.astype(float)
    facets = place(model, truth, router, seed)
    told, drives = list[Told](), list[Told]()
    for a, h in enumerate(facets):
        largest = np.eye(model.config.experts)[router[:, h].argmax(1)]
        for followed, marks, times in ((truth.active, told, permutations), (truth.drives, drives, 0)):
            rows = np.flatnonzero(followed[:, a] >= 0)
            if h >= 0 and len(rows) >= FEWEST:
                marks.append(preference_told(largest[rows], truth.liked[rows, a], followed[rows, a], seed, times))
    if not told or not drives:
        return None
    history = from_history(truth)
    placed = sorted({h for h in facets if h >= 0})
    tied = [h for h in placed if h < len(model.config.families)]
    does = done(left_out(model, asked(model, truth.events, seed), owners(model)), tied or placed)
    return ExpertMarks(
        preferences=sum(one.users for one in told),
        chance=1 / truth.liked.shape[2],
        oracle=history["oracle"] / history["cases"],
        latest=history["recent"] / history["cases"],
        told=pooled(told, "share"),
        by_chance=pooled(told, "by_chance"),
        p=max(one.p for one in told),
        drives=pooled(drives, "share"),
        fall=does.fall,
        selectivity=does.selectivity,
        matched=not model.config.families,
    )


def place(model: Model, truth: Preferences, router: np.ndarray, seed: int) -> list[int]:
    """Each family's facet: the one that is tied to it, else of those that are tied to none the one whose router
    (n, H, N) tells its preferences best (Hungarian method); -1 where no facet is left, or too little is known.
    """
    from scipy.optimize import linear_sum_assignment

    names, tied = [family.family for family in truth.families], model.config.families
    found = [tied.index(name) if name in tied else -1 for name in names]
    rest = [a for a, h in enumerate(found) if h < 0 and (truth.active[:, a] >= 0).sum() >= FEWEST]
    free = list(range(len(tied), model.config.heads))
    if not rest or not free:
        return found
    worth = np.zeros((len(rest), len(free)))
    for i, a in enumerate(rest):
        rows = np.flatnonzero(truth.active[:, a] >= 0)
        for k, h in enumerate(free):
            said = np.log(router[rows, h].clip(LEAST))
            worth[i, k] = preference_told(said, truth.liked[rows, a], truth.active[rows, a], seed, 0).share
    for i, k in zip(*linear_sum_assignment(worth, maximize=True), strict=True):
        found[rest[i]] = free[k]
    return found


def pooled(marks: list[Told], name: str) -> float:
    """Of all preferences, whatever their family."""
    return float(sum(getattr(one, name) * one.users for one in marks) / sum(one.users for one in marks))
