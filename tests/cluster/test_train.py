"""A run that the workers of a cluster train is like any other."""

import os
import signal
import time

import pytest

from fame.cluster.installed import ClusterError
from fame.cluster.train import fit, on
from fame.jobs import status
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train
from tests.cluster.test_trace import processes
from tests.conftest import QUICK

# Nothing is drawn, and nothing is of a share of a batch alone: the loss is then that of one process.
CERTAIN = QUICK | {"dropout": 0.0, "attention_dropout": 0.0, "gate_balance": 0.0, "epochs": 3}


@pytest.fixture(scope="module")
def alone(cinema, tmp_path_factory) -> list[float]:
    """Losses of the epochs in one process."""
    run = Run.start(tmp_path_factory.mktemp("runs") / "alone", settings(**CERTAIN), cinema)
    train(run, cinema)
    return losses(run)


def losses(run: Run) -> list[float]:
    return [line["loss"] for line in run.evaluations()]


@pytest.mark.parametrize("first", ["local", "ray"])
def test_a_run_begun_by_either_is_gone_on_with_by_the_other(first, address, alone, cinema, tmp_path):
    engines = [None, on(address, 2)] if first == "local" else [on(address, 2), None]
    run, told = Run.start(tmp_path / "run", settings(**CERTAIN), cinema), []

    def stop(step) -> None:
        told.append(step)
        if step.evaluation is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(run, cinema, stop, engine=engines[0])
    assert run.state() == "stopped"
    done = len(losses(run))
    assert 1 <= done < 3
    seen = []
    found = train(run, cinema, lambda step: seen.append(step), engine=engines[1])
    assert [step.epoch for step in seen if step.evaluation] == list(range(done + 1, 4))
    assert run.state() == "finished"
    assert losses(run) == pytest.approx(alone, rel=1e-3)
    assert {"validation", "test", "popularity"} <= set(found.description.card["metrics"])


def test_a_worker_that_dies_costs_no_more_than_its_epoch(address, alone, cinema, tmp_path):
    run, killed = Run.start(tmp_path / "run", settings(**CERTAIN), cinema), []

    def kill(step) -> None:
        if step.evaluation is not None and not killed:
            killed.append(processes(b"RayTrainWorker")[-1])
            os.kill(killed[0], signal.SIGKILL)

    train(run, cinema, kill, engine=on(address, 2))
    assert killed
    assert losses(run) == pytest.approx(alone, rel=1e-3)


def test_what_a_worker_cannot_do_is_said_in_its_sentence(address, cinema, tmp_path, monkeypatch):
    run, away = Run.start(tmp_path / "run", settings(**CERTAIN), cinema), tmp_path / "on" / "another" / "machine"
    monkeypatch.setattr("fame.cluster.train.fit", lambda folder, *others: fit(away, *others))
    with pytest.raises(ClusterError, match=r"does not see .*/on/another/machine; give an --out"):
        train(run, cinema, engine=on(address, 2))
    assert run.state() == "failed"


def test_whoever_asks_a_run_to_stop_is_heard(address, cinema, tmp_path):
    run = Run.start(tmp_path / "run", settings(**CERTAIN | {"epochs": 10_000, "patience": 10_000}), cinema)
    begun = time.monotonic()

    def ask(step) -> None:
        if step.evaluation is not None:
            status.ask_to_stop(run.folder)

    with pytest.raises(KeyboardInterrupt):
        train(run, cinema, ask, engine=on(address, 2))
    assert run.state() == "stopped"
    assert time.monotonic() - begun < 120
