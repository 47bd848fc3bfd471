"""A facet tied to the audience, a family that nobody gave: it is derived before the training, and stays with the run.

Derived anew it may come out a little different, so that the very families that a facet was tied to are kept.
"""

from dataclasses import replace
from pathlib import Path

from fame.data import DataSet
from fame.data.derived import store
from fame.data.derived.derive import derive
from fame.data.derived.records import AUDIENCE, Derived
from fame.training.anchoring import AnchoringError, undeclared
from fame.training.settings import Settings


def derived_for(settings: Settings, folder: Path, dataset: DataSet, run: Path) -> Derived | None:
    """What a training with these settings needs derived from the data in `folder`, as it is stored with the run, or
    anew; None where no facet is tied to anything that is.

    Raises
    ------
    AnchoringError
        There is no audience in the data; it says why.
    """
    if not undeclared(settings, dataset.catalog):
        return None
    found = store.load(run, dataset.fingerprint) or derive(folder, dataset)
    if not any(family.name == AUDIENCE for family in found.families):
        why = next((one for one in found.left_out if one.startswith(AUDIENCE)), f"{AUDIENCE}: there is none.")
        raise AnchoringError(f"anchor: no facet can be tied to the {why}")
    return found


def told_of(dataset: DataSet, found: Derived | None) -> DataSet:
    """The data with the audience among the families of its items, for the training; what else is derived stays out."""
    if found is None:
        return dataset
    own = tuple(family for family in found.families if family.name == AUDIENCE)
    return replace(dataset, catalog=replace(found, families=own).onto(dataset.catalog))
