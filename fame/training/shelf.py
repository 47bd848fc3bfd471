"""The models of a person: rename, delete into a trash, bring back. What ships with the app stays as it is."""

import os
import shutil
import time
from pathlib import Path

from fame.errors import InputError
from fame.folders import alone
from fame.home import need_free_name, runs_folder, shipped_models, trash_folder
from fame.training import status

STAMP = "%Y%m%d-%H%M%S"


class ShelfError(InputError):
    """A model that must stay as it is."""


def rename(name: str, new: str) -> Path:
    """Give a model, with the run that made it, another name."""
    return _move(_own(name), runs_folder() / need_free_name(new))


def discard(name: str) -> Path:
    """Move a model, with its run, into the trash; gives the place."""
    folder = _own(name)
    place = trash_folder() / f"{name}@{time.strftime(STAMP)}"
    while place.exists():
        place = place.with_name(place.name + "+")
    return _move(folder, place)


def discarded() -> list[Path]:
    """What is in the trash, the newest first."""
    return sorted(
        (path for path in trash_folder().glob("*@*") if path.is_dir()),
        key=lambda path: path.name.rpartition("@")[2],
        reverse=True,
    )


def restore(place: Path) -> Path:
    """Bring a model back from the trash under the name it had."""
    if place not in discarded():
        raise ShelfError(f"{place.name!r} is not in the trash any more.")
    return _move(place, runs_folder() / need_free_name(place.name.rpartition("@")[0]))


def empty() -> None:
    """Delete for good what is in the trash."""
    for place in discarded():
        shutil.rmtree(place)


def _move(folder: Path, place: Path) -> Path:
    """Rename a run that nobody trains meanwhile; never over another."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = status.take(folder)
        try:
            with alone(place):
                if place.exists():
                    raise ShelfError(f"There is something called {place.name!r} already; choose another name.")
                folder.rename(place)
        finally:
            os.close(lock)
    except OSError as error:
        raise ShelfError(f"{folder} could not be moved to {place} ({error.strerror or error}).") from None
    return place


def _own(name: str) -> Path:
    """The folder of a run that may be touched."""
    if name in shipped_models():
        raise ShelfError(f"{name!r} ships with the app: it cannot be renamed or deleted.")
    folder = runs_folder() / name
    if folder not in runs_folder().glob("*/"):
        raise ShelfError(f"There is no model or run called {name!r} any more.")
    if status.read(folder).active:
        raise ShelfError(f"{name!r} is {status.read(folder).status}; stop it first.")
    return folder
