"""How long an epoch takes, models side by side: one epoch of each in turn, round after round."""

from dataclasses import dataclass

import numpy as np

from fame.data import Catalog, Histories
from fame.model.device import choose_device
from fame.training.heap import keep_large_buffers
from fame.training.settings import Settings
from fame.training.trainer import Learner, begin, train_epoch


@dataclass
class Runner:
    """A model in training."""

    settings: Settings
    learner: Learner
    epochs: int = 0

    @classmethod
    def of(cls, settings: Settings, train: Histories, catalog: Catalog) -> "Runner":
        """Untrained."""
        return cls(settings, begin(settings, train, catalog, choose_device("auto")))

    def epoch(self, train: Histories) -> float:
        """Train one more, and give its seconds."""
        self.epochs += 1
        return train_epoch(self.learner, train, self.settings, self.epochs).seconds


def pace(models: dict[str, Settings], train: Histories, catalog: Catalog, rounds: int) -> dict[str, list[float]]:
    """Seconds of each model's epochs; a short one of each goes before, untimed."""
    keep_large_buffers()
    runners = {name: Runner.of(settings, train, catalog) for name, settings in models.items()}
    warm = part(train, 0.02)
    for runner in runners.values():
        runner.epoch(warm)
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(rounds):
        for name, runner in runners.items():
            seconds[name].append(runner.epoch(train))
    return seconds


def part(histories: Histories, share: float) -> Histories:
    """Those of some users, evenly over all."""
    users = np.arange(0, len(histories), round(1 / share))
    lengths = histories.lengths[users]
    items = np.concatenate([histories[user] for user in users])
    return Histories(items, np.concatenate([[0], np.cumsum(lengths)]))
