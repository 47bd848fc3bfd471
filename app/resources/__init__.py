"""What is loaded once and shared between all visitors.

Nothing that comes from here may be changed in place. Each cache is bounded, and keyed by what the folder holds, so that
a model that was trained again is loaded again. torch is imported by the functions that need it, not by this module.
"""

from app.resources.datasets import dataset, derived, presets, titles, whole_dataset
from app.resources.models import (
    SHOWN_INSIDE,
    anatomy,
    checkpoint,
    description,
    inside,
    is_loaded,
    maps,
    runs,
    seconds,
    shelf,
    stored,
    warm_up,
    worked_out,
)
from app.resources.pairs import compared, differences, explained_alike, matched
from app.resources.stamps import stamp
from app.resources.traces import analysis, asked, is_traced, traced
from app.resources.trainings import estimate, evaluations
from app.resources.users import Chosen, groups, held_out_rank, load, population

__all__ = [
    "SHOWN_INSIDE",
    "Chosen",
    "analysis",
    "anatomy",
    "asked",
    "checkpoint",
    "compared",
    "dataset",
    "derived",
    "description",
    "differences",
    "estimate",
    "evaluations",
    "explained_alike",
    "groups",
    "held_out_rank",
    "inside",
    "is_loaded",
    "is_traced",
    "load",
    "maps",
    "matched",
    "population",
    "presets",
    "runs",
    "seconds",
    "shelf",
    "stamp",
    "stored",
    "titles",
    "traced",
    "warm_up",
    "whole_dataset",
    "worked_out",
]
