"""Jobs in processes of their own: one at a time, the next by itself, stopped, killed, resumed; nothing is lost."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fame.checkpoint.description import describe
from fame.checkpoint.store import load, save
from fame.jobs import queue, status
from fame.jobs.kinds import JobError, new_trace_job
from fame.jobs.status import BusyError
from fame.trace.queries import Trace
from fame.trace.whereabouts import beside
from fame.training import run_progress, workspace
from fame.training.presets import settings
from fame.training.run import Run
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
    queue.advance()
    assert second.state() == "queued"  # only one at a time
    with pytest.raises(JobError, match="running already"):
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
    assert "There is no data set" in status.end_of_log(lost.folder)


def test_a_run_is_trained_by_one_process_at_a_time(cinema, tmp_path, monkeypatch):
    run = Run.start(tmp_path / "r", settings(**QUICK), cinema)
    monkeypatch.setattr(status, "PATIENCE", 0.0)
    with status.hold(run.folder), pytest.raises(BusyError, match="Another process"):
        train(run, cinema)
    assert run.state() == ""
    train(run, cinema)


def test_who_waits_longest_comes_first_and_can_leave(cinema, home, monkeypatch):
    monkeypatch.setattr(queue, "advance", lambda: None)
    runs = [Run.start(home / "runs" / name, settings(**QUICK), cinema) for name in ("b", "c", "a")]
    for run in runs:
        queue.enqueue(run.folder)
    assert [folder.name for folder in queue.waiting()] == ["b", "c", "a"]
    queue.stop(runs[0].folder)
    assert runs[0].state() == "stopped"
    assert [folder.name for folder in queue.waiting()] == ["c", "a"]


def kept(trained, cinema, home, name: str = "mine") -> Path:
    """A model of that name as a training leaves it."""
    folder = home / "runs" / name / "best"
    folder.parent.mkdir(parents=True)
    save(folder, trained.model, cinema, {})
    return folder


def test_a_trace_waits_for_a_training_is_stopped_and_goes_on_where_it_was(trained, cinema, home, traced, monkeypatch):
    """As if it had been made at once by hand."""
    run = Run.start(home / "runs" / "long", settings(**QUICK | {"epochs": 200, "patience": 200}), cinema)
    model = describe(kept(trained, cinema, home))
    place, job = beside(model.folder, model.fingerprint), new_trace_job(model.name, model.fingerprint)
    queue.enqueue(run.folder)
    queue.enqueue(job)
    assert (run.state(), status.read(job).status) == ("running", "queued")
    assert queue.waiting() == [job]
    queue.stop(run.folder)
    until(lambda: status.read(job).status == "running")  # the training that ended started it
    status.ask_to_stop(job)
    until(lambda: not status.read(job).active)
    assert (status.read(job).status, place.folder.exists()) == ("stopped", False)
    done = {file.name: file.stat().st_mtime_ns for file in place.parts.glob("*.parquet")}
    queue.enqueue(job)
    until(lambda: status.read(job).status == "finished")
    assert not place.parts.exists()
    assert Trace(place.folder).columns("rank")["rank"].tolist() == traced.columns("rank")["rank"].tolist()
    assert len(done) <= 1


def test_a_trace_that_was_killed_is_seen_and_asked_for_again(trained, cinema, home):
    model = describe(kept(trained, cinema, home))
    place, job = beside(model.folder, model.fingerprint), new_trace_job(model.name, model.fingerprint)
    queue.enqueue(job)
    os.kill(status.read(job).pid, signal.SIGKILL)
    until(lambda: status.read(job).status == "failed")
    assert "ended without saying why" in status.read(job).error
    queue.enqueue(job)
    until(lambda: status.read(job).status == "finished")
    assert Trace(place.folder).about.model == model.fingerprint


def test_a_trace_that_cannot_begin_says_why_and_lets_the_next_begin(trained, trained_sasrec, cinema, home):
    """Of a model that is gone, of one that was trained on meanwhile, of one whose data are gone."""
    fingerprint = describe(kept(trained, cinema, home)).fingerprint
    gone = new_trace_job("gone", fingerprint)
    other = new_trace_job("mine", describe(kept(trained_sasrec, cinema, home, "other")).fingerprint)
    lost = describe(kept(trained, replace(cinema, name="nowhere"), home, "lost"))
    dataless, well = new_trace_job("lost", lost.fingerprint), new_trace_job("mine", fingerprint)
    for job in (gone, other, dataless, well):
        queue.enqueue(job)
    until(lambda: status.read(well).status == "finished")
    sentences = [status.read(job).error for job in (gone, other, dataless)]
    assert "There is no model called 'gone' any more" in sentences[0]
    assert "has other weights since it was to be traced" in sentences[1]
    assert "There is no data set" in sentences[2]


def test_a_model_that_is_traced_is_neither_renamed_nor_deleted(trained, cinema, home, monkeypatch):
    model = describe(kept(trained, cinema, home))
    job = new_trace_job(model.name, model.fingerprint)
    monkeypatch.setattr(queue, "_start", lambda folder, command: None)
    queue.enqueue(job)
    for act in (workspace.discard, lambda name: workspace.rename(name, "other")):
        with pytest.raises(workspace.WorkspaceError, match="All users are being run through 'mine'"):
            act("mine")
    queue.stop(job)
    workspace.rename("mine", "other")
