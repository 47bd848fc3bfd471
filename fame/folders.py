"""Folders that are either whole or not there, whoever else writes them or dies meanwhile.

A folder is written under a name of its own beside its place, and renamed once it is whole and on the disk. Who writes
holds the place's lock, which the system lets go of however a process ends: what lies there unlocked is a dead writer's.
"""

import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from filelock import FileLock, Timeout

from fame.errors import InputError
from fame.files import FolderError, sync, unwritten

T = TypeVar("T")

TEMPORARY = re.compile(r"(.+)\.[0-9a-f]{8}\.tmp")  # a place's name, and what no two writers draw alike
TURN = 60.0  # seconds to wait for others who replace the same folder, each of whom takes an instant
SOON = 2.0  # seconds to wait for one who only looks; a new folder that somebody else makes is not waited for
STALE = 3600.0  # seconds after which nobody is still writing a single file
LOOKS = 5  # a folder that is replaced during each of so many readings is read while nobody may write it


class BusyFolderError(FolderError):
    """Somebody else is writing the folder."""


class TakenError(FolderError):
    """There is something where a new folder was to be."""


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A temporary sibling to write into, which takes the place of `folder` when the block ends without an error.

    Writers of one folder wait for each other. A process that dies in between leaves the old folder as it was, or beside
    its name as `.old` (see `recover`).

    Raises
    ------
    FolderError
        It cannot be written, or others have been writing it for longer than a minute.
    """
    place = folder.resolve()
    with _written(place, TURN) as new:
        yield new
        _reach_the_disk(new)
        if place.exists():
            place.rename(_aside(place))
        new.rename(place)
        sync(place.parent)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A temporary sibling to write into, which becomes `folder` when the block ends without an error.

    Raises
    ------
    TakenError
        There is a file or a folder with something in it, at the beginning or by the end; it stays as it is.
    BusyFolderError
        Somebody else is making it.
    FolderError
        It cannot be written.
    """
    place = folder.resolve()
    with _written(place, SOON) as new:
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise _taken(folder)
        yield new
        _reach_the_disk(new)
        try:
            new.rename(place)  # the system puts it in place of nothing or of an empty folder only
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise _taken(folder) from None
            raise
        sync(place.parent)


def _taken(folder: Path) -> TakenError:
    return TakenError(f"{folder} exists already; give another folder or remove it first.")


@contextmanager
def _written(place: Path, patience: float) -> Iterator[Path]:
    """A temporary sibling of a place, with the place's lock; nothing is left of it in the end."""
    new = place.with_name(f"{place.name}.{token_hex(4)}.tmp")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with alone(place, patience):
            _settle(place)
            clear(place.parent, held=place)
            new.mkdir()
            try:
                yield new
            finally:
                _settle(place)
                shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise unwritten(place, error) from error


@contextmanager
def alone(folder: Path, patience: float = TURN) -> Iterator[None]:
    """Nobody else writes the folder as a whole during the block; not to be entered twice.

    Raises
    ------
    BusyFolderError
        Somebody else still does after so many seconds.
    """
    place = folder.resolve()
    path = place.with_name(f".{place.name}.lock")
    until = time.monotonic() + patience

    def still_there(file: int) -> None:
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), path.stat()):
                return
        raise _RemovedError  # by the one who had it before: others would lock a new one

    while True:
        lock = FileLock(path, on_acquired=still_there, poll_interval=0.02)
        try:
            lock.acquire(timeout=max(0.0, until - time.monotonic()))
            break
        except _RemovedError:
            continue
        except Timeout:
            raise BusyFolderError(
                f"{folder} is being written by another process; wait until it is done, or choose another folder."
            ) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


class _RemovedError(Exception):
    """The locked file is not the one that the next will lock."""


def _aside(place: Path) -> Path:
    """Where the old folder is for the instant between two renames."""
    return place.with_name(place.name + ".old")


def _settle(place: Path) -> None:
    """Put back the folder that was moved aside and not replaced; forget one that was. For who has the lock."""
    old = _aside(place)
    if old.exists():
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(place)


def recover(folder: Path) -> None:
    """Let a folder that is being replaced this instant arrive; put it back where the process that did so is dead."""
    place = folder.resolve()
    until = time.monotonic() + SOON
    while not place.exists() and _aside(place).exists() and time.monotonic() < until:
        try:
            with alone(place, 0.05):
                _settle(place)
        except BusyFolderError:
            continue
        except OSError:  # nothing can be changed here: the reader says what is missing
            return


def clear(parent: Path, held: Path | None = None) -> None:
    """Remove what killed writers left in a folder; what somebody works on stays. The caller has the lock of `held`."""
    for path in list(parent.iterdir()):
        if not (match := TEMPORARY.fullmatch(path.name)):
            continue
        place = parent / match[1]
        with suppress(OSError, BusyFolderError):
            if not path.is_dir():
                if time.time() - path.stat().st_mtime > STALE:
                    path.unlink()
            elif place == held:
                shutil.rmtree(path, ignore_errors=True)
            else:
                with alone(place, 0.0):
                    shutil.rmtree(path, ignore_errors=True)


def read_whole(folder: Path, read: Callable[[], T]) -> T:
    """What `read` finds in a folder; read anew where another folder took its place meanwhile.

    Raises
    ------
    BusyFolderError
        It was replaced in every look, and for longer than a minute then nobody could look alone.
    """
    for _ in range(LOOKS):
        recover(folder)
        before = _identity(folder)
        try:
            found = read()
        except (InputError, OSError):
            if _identity(folder) == before and not _aside(folder.resolve()).exists():
                raise
            continue
        if _identity(folder) == before:
            return found
    with alone(folder):
        _settle(folder.resolve())
        return read()


def _identity(folder: Path) -> tuple[int, int]:
    """Changes when another folder takes the place of this one, or files come or go."""
    try:
        found = folder.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def _reach_the_disk(folder: Path) -> None:
    """Wait until all that a folder holds would survive a power cut."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            sync(path)
    sync(folder)
