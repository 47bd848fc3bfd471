"""Runs in processes of their own: one at a time, the next by itself, stopped, killed, resumed; nothing is lost."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from fame.checkpoint.store import load
from fame.training import queue, run_progress, status
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.status import BusyError
from fame.training.trainer import train
from tests.conftest import QUICK


@pytest.fixture
def home(cinema, cinema_folder, tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    shutil.copytree(cinema_folder, tmp_path / "data" / cinema.name)
    return tmp_path


def until(true: Callable[[], object]) -> None:
    """Wait, as long as a loaded machine may need."""
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_runs_queue_stop_and_resume_bit_for_bit(cinema, home):
    """Two are queued: the first trains, is stopped, and the second starts without anybody looking; then the first ends
    as if it had never been stopped."""
    runs, chosen = home / "runs", settings(**QUICK | {"epochs": 40, "patience": 40})
    first, second = (Run.start(runs / name, chosen, cinema) for name in ("first", "second"))
    queue.enqueue(first.folder)
    queue.enqueue(second.folder)
    assert (first.state(), second.state()) == ("running", "queued")
    queue.advance(runs)
    assert second.state() == "queued"  # only one at a time
    with pytest.raises(queue.QueueError, match="running already"):
        queue.enqueue(first.folder)

    until(lambda: len(run_progress.watch(first.folder).evaluations) >= 2)
    watched = run_progress.watch(first.folder)
    assert 0 < watched.share < 1
    assert watched.floor["NDCG@10"] > 0
    assert watched.seconds_left() > 0
    assert load(first.folder / "best").description.name == "first"  # usable while training goes on
    queue.stop(first.folder)
    until(lambda: first.state() == "stopped")
    until(lambda: second.state() == "running")  # the ended process started it
    queue.stop(second.folder)
    until(lambda: second.state() == "stopped")

    done = len(list(first.evaluations()))
    assert done < 40
    queue.enqueue(first.folder)
    until(lambda: first.state() == "finished")
    assert [line["epoch"] for line in first.evaluations()] == list(range(1, 41))
    torch_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    whole = train(Run.start(home / "whole", chosen, cinema), cinema)
    torch.set_num_threads(torch_threads)
    ours = load(first.folder / "best").model.state_dict()
    assert all(torch.equal(ours[name], tensor) for name, tensor in whole.model.state_dict().items())


def test_a_process_that_was_killed_is_seen_and_its_run_goes_on(cinema, home):
    run = Run.start(home / "runs" / "r", settings(**QUICK | {"epochs": 200, "patience": 200}), cinema)
    queue.enqueue(run.folder)
    until(lambda: list(run.evaluations()))
    process = status.read(run.folder).pid
    os.kill(process, signal.SIGKILL)
    until(lambda: run.state() == "failed")
    assert "ended without saying why" in status.read(run.folder).error
    status.write(run.folder, "running", pid=os.getpid())  # another process has its number now
    assert run.state() == "failed"
    kept = len(list(run.evaluations()))
    queue.enqueue(run.folder)
    until(lambda: len(list(run.evaluations())) > kept)
    queue.stop(run.folder)
    until(lambda: run.state() == "stopped")


def test_a_run_that_cannot_start_says_why_and_lets_the_next_begin(cinema, home):
    runs = home / "runs"
    lost, next_ = (Run.start(runs / name, settings(**QUICK), cinema) for name in ("lost", "next"))
    config = lost.folder / "config.json"
    config.write_text(config.read_text().replace(f'"dataset": "{cinema.name}"', '"dataset": "gone"'))
    queue.enqueue(lost.folder)
    queue.enqueue(next_.folder)
    until(lambda: next_.state() == "finished")
    assert lost.state() == "failed"
    assert "There is no data set" in status.read(lost.folder).error
    assert "There is no data set" in run_progress.end_of_log(lost.folder)


def test_a_run_is_trained_by_one_process_at_a_time(cinema, tmp_path, monkeypatch):
    run = Run.start(tmp_path / "r", settings(**QUICK), cinema)
    monkeypatch.setattr(status, "PATIENCE", 0.0)
    with status.hold(run.folder), pytest.raises(BusyError, match="trained by another process"):
        train(run, cinema)
    assert run.state() == ""
    train(run, cinema)


def test_who_waits_longest_comes_first_and_can_leave(cinema, home, monkeypatch):
    monkeypatch.setattr(queue, "advance", lambda runs: None)
    runs = [Run.start(home / "runs" / name, settings(**QUICK), cinema) for name in ("b", "c", "a")]
    for run in runs:
        queue.enqueue(run.folder)
    assert [folder.name for folder in queue.waiting(home / "runs")] == ["b", "c", "a"]
    queue.stop(runs[0].folder)
    assert runs[0].state() == "stopped"
    assert [folder.name for folder in queue.waiting(home / "runs")] == ["c", "a"]
