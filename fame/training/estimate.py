"""How long a training will take, and how much memory, from a few seconds of it; wants a process of its own."""

import platform
import resource
import time
from dataclasses import asdict, dataclass

import numpy as np

from fame.data import DataSet, leave_one_out
from fame.data.derived.records import AUDIENCE
from fame.data.split import sample
from fame.model.device import choose_device
from fame.ranking.evaluation import counted, ranks
from fame.training.anchoring import undeclared
from fame.training.buffers import keep_large_buffers
from fame.training.settings import Settings
from fame.training.trainer import Step, begin, train_epoch

PROBED = 3.0  # seconds of training
JUDGED = 256  # users ranked to time an evaluation


@dataclass(frozen=True)
class Estimate:
    """What a training will cost on this machine, with what else runs on it now."""

    parameters: int
    epochs: int  # at most
    seconds_per_epoch: float  # with its evaluation
    memory: int  # bytes at the highest, Python and torch included

    @property
    def seconds(self) -> float:
        """Of the whole training, at most."""
        return self.epochs * self.seconds_per_epoch

    def as_json(self) -> dict[str, float]:
        """Plain numbers."""
        return asdict(self) | {"seconds": self.seconds}


class _Enough(Exception):  # noqa: N818 (no error: it ends the probe)
    pass


def estimate(settings: Settings, dataset: DataSet) -> Estimate:
    """Train for a few seconds, rank some users, and reckon from there; to derive a family is not reckoned."""
    keep_large_buffers()
    if undeclared(settings, dataset.catalog):
        settings = settings.model_copy(update={"anchor": tuple(n for n in settings.families() if n != AUDIENCE)})
    split = leave_one_out(dataset.histories)
    learner = begin(settings, split.train, dataset.catalog, choose_device("auto"))
    noted: list[tuple[float, float]] = []  # when, share of the epoch

    def watch(step: Step) -> None:
        noted.append((time.perf_counter(), step.done))
        if len(noted) > 2 and noted[-1][0] - noted[0][0] > PROBED:
            raise _Enough

    try:
        whole = train_epoch(learner, split.train, settings, 1, watch).seconds
    except _Enough:
        (started, before), (now, after) = noted[0], noted[-1]
        whole = (now - started) / (after - before)
    judges = sample(counted(split.validation), settings.validation_users, settings.seed)
    some = sample(judges, JUDGED, settings.seed)
    started = time.perf_counter()
    ranks(learner.model.eval(), some)
    judging = (time.perf_counter() - started) * len(judges.targets) / max(1, len(some.targets))
    unit = 1 if platform.system() == "Darwin" else 1024
    return Estimate(
        parameters=sum(parameter.numel() for parameter in learner.model.parameters()),
        epochs=settings.epochs,
        seconds_per_epoch=float(np.round(whole + judging, 3)),
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
    )
