"""What experts do in a benchmark, and whether those of several seeds agree."""

from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment

from fame.data import Events
from fame.explain.meaning import deeds
from fame.explain.meaning.left_out import left_out
from fame.explain.meaning.ownership import owners
from fame.explain.meaning.records import Done
from fame.model import Faceted


def done(model: Faceted, events: Events, facets: list[int], seed: int) -> Done:
    """Over a sample of events; selectivity is the mean over these facets."""
    return deeds.done(left_out(model, deeds.asked(model, events, seed), owners(model)), facets)


def agreement(belongs: list[np.ndarray], experts: int) -> float:
    """Items' experts (V,) in one facet of several models -> share of items that matched experts hold in common.

    Experts have no order, so each pair's are matched as they hold most items in common (Hungarian method); mean over
    pairs.
    """
    shares = []
    for one, other in combinations(belongs, 2):
        common = np.zeros((experts, experts))
        np.add.at(common, (one, other), 1)
        shares.append(common[linear_sum_assignment(common, maximize=True)].sum() / len(one))
    return float(np.mean(shares)) if shares else float("nan")
