"""A training whose batches are shared by the workers of a cluster; a run's folder is what it is without one.

The first worker judges each epoch and writes the folder, which therefore lies where all machines see it. This process
holds the folder's lock, tells what is new in it, and passes on that the run is to stop.
"""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import ray
import ray.train
import torch
from ray.train.torch import TorchConfig, TorchTrainer

from fame.cluster.connection import connected
from fame.cluster.installed import ClusterError
from fame.data import DataSet
from fame.errors import InputError
from fame.jobs import status
from fame.training import run_progress
from fame.training.peers import Peers
from fame.training.run import Evaluation, Run
from fame.training.trainer import Engine, Step, Watch, learn

LOOK = 0.2  # seconds between two looks into the folder
TRIES = 3  # trainings that end because a worker died; each goes on from the last finished epoch
GRACE = 20.0  # seconds for workers to hear that they are to stop
WAIT = 24 * 3600  # seconds that workers wait for the first one, which judges an epoch alone


def on(address: str | None = None, workers: int | None = None) -> Engine:
    """An engine for `fame.training.trainer.train`; one worker takes one core, and without a number all are taken."""

    def engine(run: Run, dataset: DataSet, watch: Watch, device: torch.device) -> None:
        if device.type != "cpu":
            raise ClusterError(f"--engine ray trains on processor cores, not on {device}; leave --device out.")
        with connected(address, workers) as most:
            news, data = News(run.folder), ray.put(dataset)
            for tries in range(1, TRIES + 1):
                try:
                    fit(run.folder.resolve(), data, most, lambda: news.tell(watch))
                    return
                except ray.train.TrainingFailedError as error:
                    if status.asked_to_stop(run.folder):
                        raise KeyboardInterrupt from None
                    if said := sentence(error):
                        raise said from None
                    if tries == TRIES:
                        raise ClusterError(
                            f"The training ended {TRIES} times because a worker died; add --resume to go on with it, "
                            "with fewer workers on each machine if they ran out of memory."
                        ) from error

    return engine


def fit(folder: Path, data: ray.ObjectRef, workers: int, look: Callable[[], None]) -> None:
    """Let the workers train, and look again and again what is new; raises what comes of either."""
    ended: list[BaseException | None] = []

    def trained() -> None:
        try:
            with tempfile.TemporaryDirectory() as place:
                TorchTrainer(
                    work,
                    train_loop_config={"folder": str(folder), "data": data},
                    scaling_config=ray.train.ScalingConfig(num_workers=workers, resources_per_worker={"CPU": 1}),
                    run_config=ray.train.RunConfig(name="training", storage_path=place),
                    torch_config=TorchConfig(backend="gloo", timeout_s=WAIT),
                ).fit()
            ended.append(None)
        except BaseException as error:  # whatever it is, the thread that waits raises it
            ended.append(error)

    thread = threading.Thread(target=trained, daemon=True)  # where Ray takes Ctrl-C for itself in the main one
    thread.start()
    try:
        while thread.is_alive():
            thread.join(LOOK)
            look()
    except BaseException:
        status.ask_to_stop(folder)
        thread.join(GRACE)
        raise
    if ended[0] is not None:
        raise ended[0]


def sentence(error: Exception) -> InputError | None:
    """What a worker found that a person can mend, if that ended the training."""
    failures = [getattr(failure, "_base_exc", failure) for failure in getattr(error, "worker_failures", {}).values()]
    return next((failure for failure in failures if isinstance(failure, InputError)), None)


class News:
    """What is new in a run's folder, for who watches the training."""

    def __init__(self, folder: Path):
        self.folder, self.read = folder, run_progress.Evaluations()
        self.told = max((line["epoch"] for line in self.read.of(folder)), default=0)

    def tell(self, watch: Watch) -> None:
        """Every epoch once, and how far the next is."""
        found = run_progress.watch(self.folder, self.read)
        for line in found.evaluations:
            if line["epoch"] > self.told:
                self.told = line["epoch"]
                watch(Step(line["epoch"], 1.0, Evaluation(**line)))
        if found.epoch > self.told:
            watch(Step(found.epoch, found.done))


def work(config: dict[str, object]) -> None:
    """A worker's part of the training."""
    torch.set_num_threads(1)
    context = ray.train.get_context()
    run, peers = Run(Path(str(config["folder"]))), Peers(context.get_world_rank(), context.get_world_size())
    first = peers.rank == 0

    def stop(step: Step) -> None:
        if first and status.asked_to_stop(run.folder):
            raise KeyboardInterrupt

    if not (run.folder / "config.json").exists():
        raise ClusterError(f"A machine of the cluster does not see {run.folder}; give an --out that all of them share.")
    learn(run, ray.get(config["data"]), stop, torch.device("cpu"), peers)
