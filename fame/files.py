"""Files that are written whole or not at all, and JSON."""

import json
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from fame.errors import InputError


class FolderError(InputError):
    """A folder or file could not be written."""


def unwritten(path: Path, error: OSError) -> FolderError:
    """The sentence about a file or folder that the system does not let be written."""
    return FolderError(f"{path} could not be written ({error.strerror or error}); free space or choose another folder.")


def write_file(path: Path, content: bytes) -> None:
    """Write a file through a temporary name of its own, so that no reader sees half of it, nor half of another's."""
    temporary = path.with_name(f"{path.name}.{token_hex(4)}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise unwritten(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def append(path: Path, content: bytes) -> None:
    """Write more at the end of a file, and reach the disk; a reader may see a part of it."""
    try:
        with path.open("ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritten(path, error) from error


def write_json(path: Path, content: Any) -> None:
    """Write `content` as readable JSON; see `write_file`."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_file(path, text.encode("utf-8"))


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


def sync(path: Path) -> None:
    """Wait until what was written there would survive a power cut."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
