"""Where a trace comes to lie, where it is until it is whole, and how far it is. No torch."""

import time
from dataclasses import dataclass
from pathlib import Path

from fame.files import FolderError, read_json, write_json
from fame.measured import find
from fame.trace.records import TRACE

PROGRESS = "progress.json"
BEAT = 0.5  # seconds at least between two notes of how far it is


@dataclass(frozen=True)
class Whereabouts:
    """Of one trace."""

    folder: Path  # the trace, once it is whole
    parts: Path  # what there is of it before
    model: Path | None = None  # beside whose weights it lies; None: it lies by itself


def beside(model: Path, fingerprint: str) -> Whereabouts:
    """With the weights of that fingerprint: what is not whole lies beside the folder, which a training may replace."""
    parts = model.with_name(f"{model.name}.{fingerprint[:16]}.parts")
    return Whereabouts(find(model, TRACE, fingerprint), parts, model)


def alone_in(folder: Path) -> Whereabouts:
    """In a folder of its own."""
    return Whereabouts(folder, folder.with_name(f"{folder.name}.parts"))


class Notes:
    """Writes down how far a trace is, now and then, for other processes to read."""

    def __init__(self, parts: Path):
        self.parts, self.last = parts, 0.0

    def __call__(self, done: int, of: int) -> None:
        """So many events of so many."""
        if time.monotonic() - self.last > BEAT:
            write_json(self.parts / PROGRESS, {"done": done, "of": of})
            self.last = time.monotonic()


def done(parts: Path) -> float:
    """Share of the events that are done; 0 where nothing was begun."""
    try:
        noted = read_json(parts / PROGRESS, "")
        return float(noted["done"]) / max(1, int(noted["of"]))
    except (FolderError, KeyError, TypeError, ValueError):
        return 0.0
