"""Runs one after the other, each in its own process; who looks starts the next. Needs no torch.

Nothing is kept but the run folders: a run that waits is a folder whose status is "queued". So whoever looks, a page or
a process whose training has ended, can go on, and nothing is lost when any of them is closed or killed.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fame.errors import InputError
from fame.folders import read_json
from fame.home import PROJECT, RESERVED, data_folder
from fame.training import status
from fame.training.run_progress import LOG_FILE

QUEUE = "queue.lock"


class QueueError(InputError):
    """A run cannot be queued or stopped as it is."""


def folders(runs: Path) -> list[Path]:
    """The runs in a folder, the newest first."""
    found = [path.parent for path in runs.glob("*/config.json") if not path.parent.name.endswith(RESERVED)]
    return sorted(found, key=_begun, reverse=True)


def _begun(folder: Path) -> float:
    """When a run was started; one that is renamed or deleted this instant counts as old."""
    try:
        return (folder / "config.json").stat().st_mtime
    except OSError:
        return 0.0


def waiting(runs: Path) -> list[Path]:
    """Those that are queued, in the order in which they will start."""
    queued = [(said.since, folder) for folder in folders(runs) if (said := status.read(folder)).status == "queued"]
    return [folder for _, folder in sorted(queued)]


def enqueue(folder: Path) -> None:
    """Let a run that is not trained start, or go on, when its turn comes."""
    if status.read(folder).active:
        raise QueueError(f"{folder.name} is {status.read(folder).status} already.")
    status.write(folder, "queued")
    advance(folder.parent)


def stop(folder: Path) -> None:
    """Take a run out of the queue, or let it stop after the next batch; its last finished epoch is kept."""
    with _alone(folder.parent):
        said = status.read(folder)
        if said.status == "queued":
            status.write(folder, "stopped")
        elif said.status == "running":
            status.ask_to_stop(folder)


def advance(runs: Path) -> None:
    """Start the run that has waited longest, unless one is running."""
    if not waiting(runs):
        return
    with _alone(runs):
        if any(status.read(folder).status == "running" for folder in folders(runs)):
            return
        for folder in waiting(runs):
            try:
                _start(folder)
            except status.BusyError:  # somebody trains it from a command line and has not said so yet
                continue
            return


def _start(folder: Path) -> None:
    """Start the process of a run, which outlives this one and has the run's lock from its first moment."""
    data = data_folder(str(read_json(folder / "config.json", status.RUN_ADVICE).get("dataset", "")))
    command = [sys.executable, "-m", "fame", "train", "--data", str(data), "--out", str(folder)]
    lock = status.take(folder)
    try:
        (folder / status.STOP).unlink(missing_ok=True)
        with (folder / LOG_FILE).open("ab") as log:
            process = subprocess.Popen(
                [*command, "--resume", "--background"],
                cwd=PROJECT,
                env=os.environ | {status.GIVEN: str(lock), "PYTHONUNBUFFERED": "1", "COLUMNS": "120"},
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
def _alone(runs: Path) -> Iterator[None]:
    """Only one process at a time changes who runs and who waits; it takes an instant."""
    with (runs / QUEUE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
