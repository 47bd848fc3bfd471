"""A person's models and data sets: rename, delete into a trash, bring back. What ships with the app stays as it is."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from fame.errors import InputError
from fame.files import read_json, write_json
from fame.folders import alone
from fame.home import (
    data_folder,
    data_folders,
    home,
    model_folders,
    need_free_data_name,
    need_free_name,
    runs_folder,
    shipped_models,
    trash_folder,
)
from fame.jobs import status
from fame.jobs.kinds import TRACE
from fame.training.run_progress import RUN_ADVICE

DATA = "dataset.json"  # what a data set has, and no run
STAMP = "%Y%m%d-%H%M%S"


class WorkspaceError(InputError):
    """A model that must stay as it is."""


def rename(name: str, new: str) -> Path:
    """Give a model, with the run that made it, another name."""
    return _move(_own(name), runs_folder() / need_free_name(new))


def discard(name: str) -> Path:
    """Move a model, with its run, into the trash; gives the place."""
    return _move(_own(name), _in_trash(name))


def rename_data(name: str, new: str) -> Path:
    """Give a data set another name; models find their data by name, so that one on which any was trained keeps its."""
    folder = _own_data(name)
    if models := trained_on(name):
        raise WorkspaceError(f"{', '.join(models)} would not find {name!r} under another name; it stays as it is.")
    need_free_data_name(new)
    about = read_json(folder / DATA, "bring the data set anew")
    target = folder.with_name(new)
    _rename(folder, target)
    write_json(target / DATA, about | {"name": new})
    return target


def discard_data(name: str) -> Path:
    """Move a data set into the trash; gives the place. The models that were trained on it wait for it then."""
    folder = _own_data(name)
    for run in runs_folder().glob("*/config.json"):
        if read_json(run, RUN_ADVICE).get("dataset") == name and status.read(run.parent).active:
            raise WorkspaceError(f"{run.parent.name!r} is {status.read(run.parent).status} on {name!r}; stop it first.")
    return _rename(folder, _in_trash(name))


def trained_on(data: str) -> list[str]:
    """The models and runs of a data set, by name."""
    configs = {name: folder / "config.json" for name, folder in model_folders().items()}
    configs |= {path.parent.name: path for path in runs_folder().glob("*/config.json")}
    found = []
    for name, path in sorted(configs.items()):
        with suppress(InputError):
            if read_json(path, RUN_ADVICE).get("dataset") == data:
                found.append(name)
    return found


def _in_trash(name: str) -> Path:
    """A free place for it."""
    place = trash_folder() / f"{name}@{time.strftime(STAMP)}"
    while place.exists():
        place = place.with_name(place.name + "+")
    return place


def discarded() -> list[Path]:
    """What is in the trash, the newest first."""
    return sorted(
        (path for path in trash_folder().glob("*@*") if path.is_dir()),
        key=lambda path: path.name.rpartition("@")[2],
        reverse=True,
    )


def restore(place: Path) -> Path:
    """Bring a model or data set back from the trash under the name it had."""
    if place not in discarded():
        raise WorkspaceError(f"{place.name!r} is not in the trash any more.")
    name = place.name.rpartition("@")[0]
    if is_data(place):
        return _rename(place, home() / "data" / need_free_data_name(name))
    return _move(place, runs_folder() / need_free_name(name))


def empty() -> None:
    """Delete for good what is in the trash."""
    for place in discarded():
        shutil.rmtree(place)


def _move(folder: Path, place: Path) -> Path:
    """Rename a run that nobody trains meanwhile."""
    lock = status.take(folder)
    try:
        return _rename(folder, place)
    finally:
        os.close(lock)


def _rename(folder: Path, place: Path) -> Path:
    """Rename a folder, never over another."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with alone(place):
            if place.exists():
                raise WorkspaceError(f"There is something called {place.name!r} already; choose another name.")
            folder.rename(place)
    except OSError as error:
        raise WorkspaceError(f"{folder} could not be moved to {place} ({error.strerror or error}).") from None
    return place


def is_data(place: Path) -> bool:
    """Whether what is in the trash is a data set."""
    return (place / DATA).exists()


def _own_data(name: str) -> Path:
    """The folder of a data set that may be touched."""
    folder = home() / "data" / name
    if name not in data_folders():
        raise WorkspaceError(f"There is no data set called {name!r} any more.")
    if data_folder(name) != folder or shipped_models().keys() & set(trained_on(name)):
        raise WorkspaceError(f"{name!r} is what models that ship with the app need: it cannot be renamed or deleted.")
    return folder


def _own(name: str) -> Path:
    """The folder of a run that may be touched."""
    if name in shipped_models():
        raise WorkspaceError(f"{name!r} ships with the app: it cannot be renamed or deleted.")
    folder = runs_folder() / name
    if folder not in runs_folder().glob("*/"):
        raise WorkspaceError(f"There is no model or run called {name!r} any more.")
    if status.read(folder).active:
        raise WorkspaceError(f"{name!r} is {status.read(folder).status}; stop it first.")
    if any(job.name.rpartition(".")[0] == name and status.read(job).active for job in TRACE.folders()):
        raise WorkspaceError(f"All users are being run through {name!r}, or wait for it; stop that on Errors first.")
    return folder
