"""How long an epoch takes, models side by side: one epoch of each in turn, round after round.

Each model trains in a process of its own, as a user's does: in one process the memory of the others slows them all.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import torch

from fame.data import Catalog, Histories
from fame.model.device import choose_device
from fame.training.buffers import keep_large_buffers
from fame.training.settings import Settings
from fame.training.trainer import Learner, begin, train_epoch


@dataclass
class Runner:
    """A model in training."""

    settings: Settings
    train: Histories
    learner: Learner
    epochs: int = 0

    @classmethod
    def of(cls, settings: Settings, train: Histories, catalog: Catalog) -> "Runner":
        """Untrained."""
        keep_large_buffers()
        return cls(settings, train, begin(settings, train, catalog, choose_device("auto")))

    def epoch(self) -> float:
        """Train one more, and give its seconds."""
        self.epochs += 1
        return train_epoch(self.learner, self.train, self.settings, self.epochs).seconds


def pace(models: dict[str, Settings], train: Histories, catalog: Catalog, rounds: int) -> dict[str, list[float]]:
    """Seconds of each model's epochs; a short one of each goes before, untimed."""
    with ExitStack() as stack:
        processes = {}
        for name, settings in models.items():
            given = (settings, train, catalog, torch.get_num_threads())
            context = multiprocessing.get_context("spawn")
            processes[name] = stack.enter_context(ProcessPoolExecutor(1, context, _start, given))
            processes[name].submit(_warm).result()
        seconds: dict[str, list[float]] = {name: [] for name in models}
        for _ in range(rounds):
            for name, process in processes.items():
                seconds[name].append(process.submit(_epoch).result())
    return seconds


_own: Runner  # of this process


def _start(settings: Settings, train: Histories, catalog: Catalog, threads: int) -> None:
    global _own
    torch.set_num_threads(threads)
    _own = Runner.of(settings, train, catalog)


def _warm() -> None:
    Runner(_own.settings, part(_own.train, 0.02), _own.learner).epoch()


def _epoch() -> float:
    return _own.epoch()


def part(histories: Histories, share: float) -> Histories:
    """Those of some users, evenly over all."""
    users = np.arange(0, len(histories), round(1 / share))
    lengths = histories.lengths[users]
    items = np.concatenate([histories[user] for user in users])
    return Histories(items, np.concatenate([[0], np.cumsum(lengths)]))
