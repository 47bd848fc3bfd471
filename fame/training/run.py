"""A run is a folder: it can be watched while it trains, stopped, resumed, and copied."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import safe_open

from fame.checkpoint import store
from fame.data import DataSet
from fame.errors import InputError
from fame.files import append, read_json, write_file, write_json
from fame.folders import TakenError, new_folder, recover, whole_folder
from fame.jobs import status
from fame.measured import carry
from fame.model import Model
from fame.training.anchoring import plan
from fame.training.optimizer import Optimizer
from fame.training.presets import settings
from fame.training.run_progress import METRICS_FILE, RUN_ADVICE, Evaluations
from fame.training.settings import Settings

STATE = "optimizer.safetensors"
ADVICE = RUN_ADVICE


class RunError(InputError):
    """A run folder cannot be started, read or resumed."""


@dataclass(frozen=True)
class Evaluation:
    """A line of metrics.jsonl: what an epoch ended with."""

    epoch: int
    loss: float
    anchoring: float | None  # the loss of tying facets to families, weighted; None where none is tied
    metrics: dict[str, float]  # on the validation split
    gate: list[float]  # mean gate weight of each facet over the epoch's positions
    gate_entropy: float | None  # mean entropy of a position's gate, 1 = uniform; None without facets
    expert_load: list[list[float]]  # mean router weight, facet x expert
    seconds: float  # of training this epoch, without its evaluation
    head_similarity: list[
        list[float]
    ]  # debiased linear CKA of the facets' sub-embeddings, (H, H); empty without facets


@dataclass(frozen=True)
class EpochsDone:
    """Where a run stands after an epoch; with the weights and the optimiser all that is needed to go on."""

    epoch: int = 0
    best_epoch: int = 0
    best: float = -1.0  # its NDCG on the validation split; see `trainer.MANY`


@dataclass(frozen=True)
class Run:
    """A run folder."""

    folder: Path

    @classmethod
    def start(cls, folder: Path, settings: Settings, dataset: DataSet, command: str = "") -> "Run":
        """Make the folder; refuses one that holds something already. `command` is kept, to repeat the run by."""
        try:
            with new_folder(folder) as new:
                planned = plan(settings, dataset.catalog)
                write_json(
                    new / "config.json",
                    {
                        "settings": planned.settings.model_dump(mode="json"),
                        "dataset": dataset.name,
                        "dataset_fingerprint": dataset.fingerprint,
                        "command": command,
                        "notes": planned.notes,
                    },
                )
        except TakenError:
            raise RunError(f"{folder} exists already; add --resume to go on with it, or give another folder.") from None
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """A run that was started before."""
        if not (folder / "config.json").is_file():
            raise RunError(f"There is no run in {folder}; leave out --resume to start one.")
        return cls(folder)

    def settings(self) -> Settings:
        """The settings that the run was started with."""
        stored = read_json(self.folder / "config.json", ADVICE).get("settings")
        if not isinstance(stored, dict):
            raise RunError(f"{self.folder / 'config.json'} holds no settings; {ADVICE}.")
        return settings(**stored)

    def notes(self) -> list[str]:
        """What was chosen for the run, in sentences."""
        return list(read_json(self.folder / "config.json", ADVICE).get("notes", []))

    def command(self) -> str:
        """The command that started the run."""
        return str(read_json(self.folder / "config.json", ADVICE).get("command", ""))

    def check(self, dataset: DataSet) -> None:
        """Refuse a data set that is not the one of the run."""
        config = read_json(self.folder / "config.json", ADVICE)
        if config.get("dataset_fingerprint") != dataset.fingerprint:
            raise RunError(
                f"{self.folder} trains on {config.get('dataset')!r}, and the data set given is another one "
                f"({dataset.name!r}); give the same data, or start a new run."
            )

    def status(self, state: str, error: str | None = None) -> None:
        """Say whether the run is running, stopped, failed or finished."""
        status.write(self.folder, state, error, os.getpid())

    def state(self) -> str:
        """What the run is doing; empty before anything was said. See `status.read`."""
        return status.read(self.folder).status

    def evaluations(self) -> Iterator[dict[str, Any]]:
        """The lines of metrics.jsonl."""
        return iter(Evaluations().of(self.folder))

    def log(self, evaluation: Evaluation) -> None:
        """Append an evaluation. What a kill left goes: a half-written line, and epochs that are trained again."""
        path = self.folder / METRICS_FILE
        kept = "".join(json.dumps(line) + "\n" for line in self.evaluations() if line["epoch"] < evaluation.epoch)
        if path.exists() and path.read_bytes() != kept.encode():
            write_file(path, kept.encode())
        append(path, f"{json.dumps(asdict(evaluation))}\n".encode())

    def save(
        self, model: Model, optimizer: Optimizer, progress: EpochsDone, dataset: DataSet, card: dict[str, Any]
    ) -> None:
        """Keep the state after an epoch in `last/`, whole or not at all."""
        with whole_folder(self.folder / "last") as new:
            store.write(new, model, dataset, card)
            store.write_tensors(new / STATE, dict(optimizer.state()))
            write_json(new / "progress.json", asdict(progress))
            carry(self.folder / "last", new)

    def restore(self, model: Model, optimizer: Optimizer) -> EpochsDone:
        """Fill model and optimiser with what `save` kept; a run without a finished epoch starts at its beginning."""
        last = self.folder / "last"
        recover(last)
        if not last.exists():
            return EpochsDone()
        model.load_state_dict(store.load(last).model.state_dict())
        with safe_open(last / STATE, framework="pt") as file:
            optimizer.restore({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118 (not a dict)
        return EpochsDone(**read_json(last / "progress.json", ADVICE))
