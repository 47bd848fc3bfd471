"""Jobs one after the other, each in its own process; who looks starts the next. Needs no torch.

Nothing is kept but the jobs' folders: a job that waits is a folder whose status is "queued". So whoever looks, a page
or a process whose job has ended, can go on, and nothing is lost when any of them is closed or killed.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fame.errors import InputError
from fame.home import PROJECT, home
from fame.jobs import status
from fame.jobs.kinds import KINDS, TRAINING, JobError, JobKind

QUEUE = ".queue.lock"


def runs() -> list[Path]:
    """The runs of this machine, the newest first."""
    return sorted(TRAINING.folders(), key=_begun, reverse=True)


def _begun(folder: Path) -> float:
    """When a run was started; one that is renamed or deleted this instant counts as old."""
    try:
        return (folder / TRAINING.mark).stat().st_mtime
    except OSError:
        return 0.0


def waiting() -> list[Path]:
    """The jobs that are queued, in the order in which they will begin."""
    return [folder for folder, _ in _waiting()]


def _waiting() -> list[tuple[Path, JobKind]]:
    found = [(status.read(folder), folder, kind) for kind in KINDS for folder in kind.folders()]
    queued = [(said.since, folder, kind) for said, folder, kind in found if said.status == "queued"]
    return [(folder, kind) for _, folder, kind in sorted(queued, key=lambda one: one[:2])]


def enqueue(folder: Path) -> None:
    """Let a job that is not done begin, or go on, when its turn comes."""
    if status.read(folder).active:
        raise JobError(f"{folder.name} is {status.read(folder).status} already.")
    status.write(folder, "queued")
    advance()


def stop(folder: Path) -> None:
    """Take a job out of the queue, or let it stop at its next sign; what it has done is kept, to be gone on with."""
    with _alone():
        said = status.read(folder)
        if said.status == "queued":
            status.write(folder, "stopped")
        elif said.status == "running":
            status.ask_to_stop(folder)


def advance() -> None:
    """Begin the job that has waited longest, unless one is running."""
    if not _waiting():
        return
    with _alone():
        if any(status.read(folder).status == "running" for kind in KINDS for folder in kind.folders()):
            return
        for folder, kind in _waiting():
            try:
                _start(folder, kind.command(folder))
            except status.BusyError:  # somebody is at it from a command line and has not said so yet
                continue
            except InputError as error:
                status.write(folder, "failed", str(error))
                continue
            return


def _start(folder: Path, command: list[str]) -> None:
    """Start the process of a job, which outlives this one and has the job's lock from its first moment."""
    lock = status.take(folder)
    try:
        (folder / status.STOP).unlink(missing_ok=True)
        with (folder / status.LOG).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "fame", *command],
                cwd=PROJECT,
                env=os.environ | status.handed(folder, lock) | {"PYTHONUNBUFFERED": "1", "COLUMNS": "120"},
                pass_fds=[lock],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        status.write(folder, "running", pid=process.pid)
    finally:
        os.close(lock)
    _children.append(process)
    _children[:] = [child for child in _children if child.poll() is None]


# Kept until they end, so that the system can forget them: `poll` collects what is left of an ended child.
_children: list[subprocess.Popen[bytes]] = []


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process at a time changes who runs and who waits; it takes an instant."""
    with (home() / QUEUE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
