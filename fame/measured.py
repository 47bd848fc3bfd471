"""What was measured on a model stays with the weights that it was measured on, and is found again when they return.

Beside the weights lies what was measured on them: JSON files and `maps/`, each with the fingerprint of its model. What
was measured on weights that were in the folder before waits in `measured/FINGERPRINT/`. Needs no torch.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fame.files import FolderError, read_json, unwritten
from fame.folders import alone

WAITING = "measured"
FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def find(model: Path, name: str, fingerprint: str) -> Path:
    """Where that file or folder is for the weights of that fingerprint; beside the weights where there is none."""
    beside, waiting = model / name, model / WAITING / fingerprint / name
    return waiting if owner(beside) != fingerprint and waiting.exists() else beside


@contextmanager
def kept(model: Path, name: str, fingerprint: str) -> Iterator[Path]:
    """Where to write what was measured on the weights of that fingerprint; nobody replaces the model meanwhile.

    It may have been replaced since the measuring began. What was measured on other weights is moved out of the way.

    Raises
    ------
    FolderError
        The model's folder cannot be written, or somebody else has been writing it for longer than a minute.
    """
    beside = model / name
    try:
        with alone(model):
            if _fingerprint(model) not in (None, fingerprint):
                beside = model / WAITING / fingerprint / name
                beside.parent.mkdir(parents=True, exist_ok=True)
            elif (other := owner(beside)) not in (None, fingerprint):
                _take(beside, model / WAITING / str(other))
            yield beside
    except OSError as error:
        raise unwritten(beside, error) from error


def carry(old: Path, new: Path) -> None:
    """Copy to the model folder that takes the place of `old` all that it does not bring itself."""
    if not old.is_dir():
        return
    mark = _fingerprint(new)
    for path in sorted(old.iterdir()):
        if path.name != WAITING and not path.name.startswith("."):
            of = owner(path)
            _take(path, new if of in (None, mark) else new / WAITING / str(of))
    for path in sorted((old / WAITING).glob("*/*")):
        of = path.parent.name
        _take(path, new if of == mark else new / WAITING / of)


def owner(path: Path) -> str | None:
    """Fingerprint of the model on which the content of a file or folder was measured; None where it says none."""
    about = path / f"{path.name}.json" if path.is_dir() else path
    if about.suffix != ".json":
        return None
    try:
        found = read_json(about, "measure it again").get("model")
    except FolderError:
        return None
    return found if isinstance(found, str) and FINGERPRINT.fullmatch(found) else None


def _fingerprint(model: Path) -> str | None:
    """Of the weights in the folder; None where there are none."""
    try:
        return str(read_json(model / "config.json", "").get("fingerprint"))
    except FolderError:
        return None


def _take(path: Path, folder: Path) -> None:
    """Copy a file or folder into a folder, unless that has one of the name."""
    place = folder / path.name
    if place.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, place)
    else:
        shutil.copy2(path, place)
