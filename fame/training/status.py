"""What a run is doing, as its folder tells it to every process that asks. Needs no torch.

A process that trains a run holds a lock on the folder's file `lock`, and the system lets go of it however the process
ends. So a run whose process died is seen as such, and another process that later has its number is never taken for it.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from fame.errors import InputError
from fame.folders import read_json, write_json

FILE, LOCK, STOP = "status.json", "lock", "stop"
STATES = ("queued", "running", "stopped", "failed", "finished")
GIVEN = "FAME_RUN_LOCK"  # number of the open lock that the process which started this one gave it
PATIENCE = 2.0  # seconds that a lock is tried: whoever looks at a run holds it for an instant, too
RUN_ADVICE = "start the run again in a new folder"
DIED = "The process ended without saying why: it was killed, ran out of memory, or the machine was switched off."


class BusyError(InputError):
    """Another process trains the run."""


@dataclass(frozen=True)
class Status:
    """What a run is doing and since when."""

    status: str  # one of STATES; empty where nothing has happened yet
    pid: int | None = None
    error: str | None = None
    since: float = 0.0  # seconds since 1970

    @property
    def active(self) -> bool:
        """Whether it trains or waits to."""
        return self.status in ("queued", "running")


def write(folder: Path, state: str, error: str | None = None, pid: int | None = None) -> None:
    """Say what the run is doing now."""
    write_json(folder / FILE, asdict(Status(state, pid, error, time.time())))


def read(folder: Path) -> Status:
    """What the run is doing; one whose process is gone is stopped if that was asked for, else failed."""
    said = _said(folder)
    if said.status != "running" or is_held(folder):
        return said
    said = _said(folder)  # it may have ended, and said so, between the two looks
    if said.status != "running":
        return said
    asked = (folder / STOP).exists()
    return Status("stopped" if asked else "failed", said.pid, None if asked else DIED, said.since)


def _said(folder: Path) -> Status:
    if not (folder / FILE).exists():
        return Status("")
    found = read_json(folder / FILE, RUN_ADVICE)
    pid, error, since = found.get("pid"), found.get("error"), found.get("since")
    return Status(
        status=str(found.get("status", "")),
        pid=pid if isinstance(pid, int) else None,
        error=error if isinstance(error, str) else None,
        since=float(since) if isinstance(since, int | float) else 0.0,
    )


def is_held(folder: Path) -> bool:
    """Whether a process trains the run."""
    try:
        file = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def take(folder: Path) -> int:
    """The open lock of a run, to be closed when it is not trained any more.

    Raises
    ------
    BusyError
        Another process has it.
    """
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(file)
                raise BusyError(
                    f"{folder} is trained by another process (number {_said(folder).pid}); wait for it, or stop it."
                ) from None
            time.sleep(0.02)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Train the run in this process and no other; a process started for the run has its lock already."""
    file = _given(folder)
    if file is None:
        file = take(folder)
        (folder / STOP).unlink(missing_ok=True)  # of a process that died before it saw it
    for path in list(folder.glob("*.tmp")):  # half a file of a process that was killed: nobody else writes here now
        if path.is_file():
            path.unlink(missing_ok=True)
    try:
        yield
    finally:
        os.close(file)


def could_not_begin(folder: Path, why: str) -> None:
    """Say why a process that was started for the run did not come to train it, and let go of the lock it was given."""
    file = _given(folder)
    if file is not None:
        write(folder, "failed", why, os.getpid())
        os.close(file)


def _given(folder: Path) -> int | None:
    number = os.environ.pop(GIVEN, "")
    if not number.isdigit():
        return None
    try:
        same = os.path.samestat(os.fstat(int(number)), (folder / LOCK).stat())
    except OSError:
        return None
    return int(number) if same else None


def ask_to_stop(folder: Path) -> None:
    """The process that trains the run sees it after the next batch."""
    (folder / STOP).touch()


def asked_to_stop(folder: Path) -> bool:
    """Whether somebody wants the run to stop."""
    return (folder / STOP).exists()
