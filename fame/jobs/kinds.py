"""What may wait for its turn: a kind's jobs are the folders of one place, and each tells how `fame` is to be called."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fame.errors import InputError
from fame.files import read_json, write_json
from fame.home import RESERVED, data_folder, jobs_folder, model_folders, runs_folder

RUN, JOB = "config.json", "job.json"


class JobError(InputError):
    """A job cannot be queued, begun or stopped as it is."""


@dataclass(frozen=True)
class JobKind:
    """Of jobs."""

    place: Callable[[], Path]
    mark: str  # file that makes a folder in that place a job
    command: Callable[[Path], list[str]]  # folder -> what `python -m fame` is given; raises InputError

    def folders(self) -> list[Path]:
        """All jobs of the kind."""
        return [path.parent for path in self.place().glob(f"*/{self.mark}") if not path.parent.name.endswith(RESERVED)]


def trace_job(model: str, fingerprint: str) -> Path:
    """Where the job that traces the model of that name and fingerprint is, or would be."""
    return jobs_folder() / f"{model}.{fingerprint[:16]}"


def new_trace_job(model: str, fingerprint: str) -> Path:
    """A job that traces the held-out events of the model's own data, beside the model, where the app looks."""
    folder = trace_job(model, fingerprint)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / JOB, {"model": model, "fingerprint": fingerprint})
    return folder


def _training(folder: Path) -> list[str]:
    data = data_folder(str(read_json(folder / RUN, "start the run again in a new folder").get("dataset", "")))
    return ["train", "--data", str(data), "--out", str(folder), "--resume", "--background"]


def _trace(folder: Path) -> list[str]:
    advice = "ask for the trace again"
    asked = read_json(folder / JOB, advice)
    name = str(asked.get("model"))
    model = model_folders().get(name)
    if model is None:
        raise JobError(f"There is no model called {name!r} any more.")
    config = read_json(model / "config.json", advice)
    if config.get("fingerprint") != asked.get("fingerprint"):
        raise JobError(f"{name!r} has other weights since it was to be traced; {advice}.")
    data = data_folder(str(config.get("dataset", "")))
    return ["trace", "--model", str(model), "--data", str(data), "--resume", "--background"]


TRAINING = JobKind(runs_folder, RUN, _training)
TRACE = JobKind(jobs_folder, JOB, _trace)
KINDS = (TRAINING, TRACE)
