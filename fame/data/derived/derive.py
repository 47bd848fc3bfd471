"""A data set's training part -> all families that follow from it."""

from pathlib import Path

import numpy as np

from fame.data.dataset import DataSet
from fame.data.derived.audience import Audiences, find_audiences
from fame.data.derived.bands import bands
from fame.data.derived.log import training_log
from fame.data.derived.records import AUDIENCE, Audience, Derived, DerivedFamily

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def derive(folder: Path, data: DataSet, seed: int = 0) -> Derived:
    """Of a data set that was read from the folder. Audiences are called by letter and number; what they have in common
    is tested elsewhere.

    Raises
    ------
    DataError
        The folder's files are not those of the data set any more.
    """
    log = training_log(folder, data)
    families, left_out = bands(log)
    found = find_audiences(log, seed)
    if isinstance(found, str):
        return Derived(data.fingerprint, tuple(families), (), (), (f"{AUDIENCE}: {found}.", *left_out))
    shown = described(found)
    return Derived(
        dataset=data.fingerprint,
        families=(_family(found, shown), *families),
        audiences=shown,
        stability=found.stability,
        left_out=tuple(left_out),
    )


def described(found: Audiences) -> tuple[Audience, ...]:
    """The wide ones, then the narrow ones."""
    wide = [
        Audience(LETTERS[n], "wide", None, int(np.count_nonzero(found.wide == n)), typical)
        for n, typical in enumerate(found.typical_wide)
    ]
    narrow = []
    for n, (w, typical) in enumerate(zip(found.within, found.typical_narrow, strict=True)):
        label = f"{LETTERS[w]}{n - found.within.index(w) + 1}"
        narrow.append(Audience(label, "narrow", LETTERS[w], int(np.count_nonzero(found.narrow == n)), typical))
    return (*wide, *narrow)


def _family(found: Audiences, shown: tuple[Audience, ...]) -> DerivedFamily:
    """An item's values are its wide audience and its narrow one."""
    levels = (
        [found.wide]
        if found.narrow is None
        else [found.wide, np.where(found.narrow < 0, -1, found.narrow + len(found.typical_wide))]
    )
    return DerivedFamily(
        AUDIENCE, "which users take an item", tuple(one.label for one in shown), np.stack(levels, 1).astype(np.int32)
    )
