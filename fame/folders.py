"""Folders and files that are either whole or not there."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fame.errors import InputError


class FolderError(InputError):
    """A folder or file could not be written."""


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A temporary sibling to write into, which takes the place of `folder` when the block ends without an error.

    A process that dies in between leaves the old folder as it was, or beside its name as `.old` (see `recover`).
    """
    new, old = folder.with_name(folder.name + ".tmp"), folder.with_name(folder.name + ".old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        recover(folder)
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        yield new
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        recover(folder)
        raise FolderError(
            f"{folder} could not be written ({error.strerror or error}); free space or choose another folder."
        ) from error
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def recover(folder: Path) -> None:
    """Put back the folder that a killed process had moved aside and not yet replaced."""
    old = folder.with_name(folder.name + ".old")
    if old.exists():
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)


def write_json(path: Path, content: Any) -> None:
    """Write `content` as readable JSON through a temporary name, so that no reader sees half a file."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.write_text(
            json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8"
        )
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise FolderError(
            f"{path} could not be written ({error.strerror or error}); free space or choose another folder."
        ) from error


def read_json(path: Path, advice: str) -> dict[str, Any]:
    """The JSON object in `path`.

    Raises
    ------
    FolderError
        The file is missing, unreadable, not JSON or not an object; `advice` says what to do about it.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FolderError(f"{path} is missing; {advice}.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise FolderError(f"{path} is not readable JSON ({error}); {advice}.") from None
    if not isinstance(content, dict):
        raise FolderError(f"{path} holds no JSON object; {advice}.")
    return content
