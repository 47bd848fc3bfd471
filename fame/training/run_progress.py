"""A run seen from outside: how far it is, what it found, how long it will take. Needs no torch."""

import json
import os
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fame.files import FolderError, read_json, write_json
from fame.jobs.status import Status, read

METRICS_FILE, PLACE_FILE, FLOOR_FILE = "metrics.jsonl", "progress.json", "floor.json"
RUN_ADVICE = "start the run again in a new folder"
BEAT = 0.5  # seconds at least between two notes of how far the run is


@dataclass(frozen=True)
class RunProgress:
    """What a run's folder tells."""

    folder: Path
    status: Status
    dataset: str
    dataset_fingerprint: str
    settings: dict[str, Any]
    notes: tuple[str, ...]  # how anchoring was chosen
    facets: tuple[str, ...]  # names; none where the model has none, and before there is one
    best_epoch: int | None  # whose model is kept; None before there is one
    evaluations: tuple[dict[str, Any], ...]  # a line of metrics.jsonl an epoch
    floor: dict[str, float]  # popularity's measures on the same users; empty before they are known
    epoch: int  # that is being trained, from 1; 0 before the first
    done: float  # share of it

    @property
    def name(self) -> str:
        """The folder's, and so the model's."""
        return self.folder.name

    @property
    def epochs(self) -> int:
        """At most so many will be trained."""
        return int(self.settings["epochs"])

    @property
    def share(self) -> float:
        """How much of all epochs is done."""
        if self.status.status == "finished":
            return 1.0
        whole = max(len(self.evaluations), self.epoch - 1) + (self.done if self.epoch > len(self.evaluations) else 0)
        return min(1.0, whole / self.epochs)

    def seconds_left(self) -> float | None:
        """At most, at the pace of the epochs so far, evaluations left out; None before one was trained."""
        if not self.evaluations:
            return None
        return statistics.median(line["seconds"] for line in self.evaluations) * self.epochs * (1 - self.share)


class Evaluations:
    """The lines of metrics.jsonl in run folders, of which only what was added since is read; for all threads."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[int, int, tuple[dict[str, Any], ...]]] = {}  # file's number, bytes read, lines
        self._lock = threading.Lock()

    def of(self, folder: Path) -> tuple[dict[str, Any], ...]:
        """All lines of a run, oldest first; one that is half written is left for the next time."""
        path = folder / METRICS_FILE
        with self._lock:
            try:
                with path.open("rb") as file:
                    number = os.fstat(file.fileno()).st_ino
                    before, start, lines = self._known.get(path, (number, 0, ()))
                    if before != number:  # it was written anew
                        start, lines = 0, ()
                    file.seek(start)
                    new = file.read()
            except FileNotFoundError:
                self._known.pop(path, None)
                return ()
            whole = new[: new.rfind(b"\n") + 1]
            lines += tuple(json.loads(line) for line in whole.splitlines())
            self._known[path] = number, start + len(whole), lines
            return lines


def watch(folder: Path, evaluations: Evaluations | None = None) -> RunProgress:
    """Read a run's folder, in which nothing is changed; `evaluations` are those of who watches it again and again."""
    config = read_json(folder / "config.json", RUN_ADVICE)
    floor = read_json(folder / FLOOR_FILE, RUN_ADVICE) if (folder / FLOOR_FILE).exists() else {}
    model, card = (_of_best(folder, file) for file in ("config.json", "card.json"))
    place = read_json(folder / PLACE_FILE, RUN_ADVICE) if (folder / PLACE_FILE).exists() else {}
    return RunProgress(
        folder=folder,
        status=read(folder),
        dataset=str(config.get("dataset", "")),
        dataset_fingerprint=str(config.get("dataset_fingerprint", "")),
        settings=dict(config.get("settings", {})),
        notes=tuple(config.get("notes", ())),
        facets=tuple(model.get("facets", ())),
        best_epoch=card.get("epoch"),
        evaluations=(evaluations or Evaluations()).of(folder),
        floor=floor,
        epoch=int(place.get("epoch", 0)),
        done=float(place.get("done", 0.0)),
    )


def _of_best(folder: Path, file: str) -> dict[str, Any]:
    """A file of the best model; empty where there is none, or for an instant while a better one comes."""
    try:
        return read_json(folder / "best" / file, RUN_ADVICE)
    except FolderError:
        return {}


class Beat:
    """Notes from inside a run how far it is, now and then."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.last = float("-inf")

    def tell(self, epoch: int, done: float) -> None:
        """After every batch; most of the times nothing is written."""
        if time.monotonic() - self.last >= BEAT:
            write_json(self.folder / PLACE_FILE, {"epoch": epoch, "done": done})
            self.last = time.monotonic()
