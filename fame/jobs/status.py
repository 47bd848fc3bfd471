"""What a job is doing, as its folder tells it to every process that asks. Needs no torch.

A process that is at a job holds a lock on the folder's file `lock`, and the system lets go of it however the process
ends. So a job whose process died is seen as such, and another process that later has its number is never taken for it.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from fame.errors import InputError
from fame.files import read_json, write_json

FILE, LOCK, STOP, LOG = "status.json", "lock", "stop", "log.txt"
STATES = ("queued", "running", "stopped", "failed", "finished")
FOLDER, GIVEN = "FAME_JOB", "FAME_JOB_LOCK"  # what the queue gives a process: its job, the number of its open lock
PATIENCE = 2.0  # seconds that a lock is tried: whoever looks at a job holds it for an instant, too
DIED = "The process ended without saying why: it was killed, ran out of memory, or the machine was switched off."


class BusyError(InputError):
    """Another process is at the job."""


@dataclass(frozen=True)
class Status:
    """What a job is doing and since when."""

    status: str  # one of STATES; empty where nothing has happened yet
    pid: int | None = None
    error: str | None = None
    since: float = 0.0  # seconds since 1970

    @property
    def active(self) -> bool:
        """Whether it is being done or waits for it."""
        return self.status in ("queued", "running")


def write(folder: Path, state: str, error: str | None = None, pid: int | None = None) -> None:
    """Say what the job is doing now."""
    write_json(folder / FILE, asdict(Status(state, pid, error, time.time())))


def read(folder: Path) -> Status:
    """What the job is doing; one whose process is gone is stopped if that was asked for, else failed."""
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
    found = read_json(folder / FILE, "remove it, and start the work again")
    pid, error, since = found.get("pid"), found.get("error"), found.get("since")
    return Status(
        status=str(found.get("status", "")),
        pid=pid if isinstance(pid, int) else None,
        error=error if isinstance(error, str) else None,
        since=float(since) if isinstance(since, int | float) else 0.0,
    )


def is_held(folder: Path) -> bool:
    """Whether a process is at the job."""
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
    """The open lock of a job, to be closed when nobody is at it any more.

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
                    f"Another process (number {_said(folder).pid}) is at {folder}; wait for it, or stop it."
                ) from None
            time.sleep(0.02)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Do the job in this process and no other; a process that the queue started has its lock already."""
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
    """Say why a process that the queue started did not come to its job, and let go of the lock it was given."""
    file = _given(folder)
    if file is not None:
        write(folder, "failed", why, os.getpid())
        os.close(file)


@contextmanager
def reported() -> Iterator[Callable[[], bool]]:
    """Do work whose folder is not its job's: how it ends stands in that of the job that the queue started this for.

    Gives what tells whether it is asked to stop. A process that was not queued is never asked, and says nothing.
    """
    folder = Path(os.environ.pop(FOLDER, ""))
    file = _given(folder)
    if file is None:
        yield lambda: False
        return
    try:
        yield lambda: asked_to_stop(folder)
        write(folder, "finished", pid=os.getpid())
    except BaseException as error:
        write(folder, *ended_by(error), os.getpid())
        raise
    finally:
        os.close(file)


def ended_by(error: BaseException) -> tuple[str, str | None]:
    """State of a job that ended so, and why: a sentence made for users as it is, any other error with its kind."""
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return "stopped", None
    return "failed", str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"


def handed(folder: Path, lock: int) -> dict[str, str]:
    """What the process of a job finds in its environment."""
    return {FOLDER: str(folder), GIVEN: str(lock)}


def end_of_log(folder: Path, lines: int = 20) -> str:
    """The last lines that the process printed; empty where it printed none."""
    path = folder / LOG
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 200 * lines))
        return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])


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
    """The process that is at it sees it at its next sign: a training after the next batch."""
    (folder / STOP).touch()


def asked_to_stop(folder: Path) -> bool:
    """Whether somebody wants the job to stop."""
    return (folder / STOP).exists()
