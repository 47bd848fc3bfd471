"""What a cache is keyed by: where it lies on disk, and when it was last written."""

from __future__ import annotations

from pathlib import Path

from fame import home
from fame.checkpoint.description import Description
from fame.data.derived import store as derived_store
from fame.folders import recover
from fame.measured import find
from fame.trace.records import TRACE, TRACE_ABOUT


def stamp(file: Path) -> int:
    """Changes when the file does; 0 where it is missing, so that the reader says what is wrong."""
    recover(file.parent)  # a training may be replacing it by a better one this instant
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def weights_of(name: str) -> tuple[Path, int]:
    """Folder of the model of that name, and what changes when it is trained again."""
    folder = home.model_folders()[name]
    return folder, stamp(folder / "config.json")


def deriving(folder: Path) -> int:
    """Changes when the families are derived again."""
    return stamp(folder / derived_store.DERIVED / derived_store.ABOUT)


def trace_of(model: Description) -> tuple[Path, tuple[int, int], str]:
    """Folder of a model's trace, what changes when that or the families are made again, and of which model it is."""
    folder = find(model.folder, TRACE, model.fingerprint)
    return folder, (stamp(folder / TRACE_ABOUT), deriving(model.folder)), model.fingerprint
