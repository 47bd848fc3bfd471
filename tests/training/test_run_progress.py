"""Who watches a run reads what is new, and sees whole lines, whatever the run does meanwhile."""

import json

import pytest

from fame.training.run import Evaluation, Run
from fame.training.run_progress import METRICS_FILE, Evaluations
from fame.training.settings import Settings


@pytest.fixture
def run(cinema, tmp_path) -> Run:
    return Run.start(tmp_path / "r", Settings(), cinema)


def ended(epoch: int, loss: float = 1.0) -> Evaluation:
    return Evaluation(epoch, loss, None, {"NDCG@10": 0.1}, [1.0], 0.5, [[1.0]], 2.0, [])


def epochs(lines) -> list[tuple[int, float]]:
    return [(line["epoch"], line["loss"]) for line in lines]


def test_an_epoch_is_added_to_the_file_and_what_was_there_is_neither_written_nor_read_again(run):
    path, watched = run.folder / METRICS_FILE, Evaluations()
    assert watched.of(run.folder) == ()
    run.log(ended(1))
    file = path.stat().st_ino
    assert epochs(watched.of(run.folder)) == [(1, 1.0)]
    first = watched.of(run.folder)[0]
    run.log(ended(2))
    assert path.stat().st_ino == file
    assert epochs(watched.of(run.folder)) == [(1, 1.0), (2, 1.0)]
    assert watched.of(run.folder)[0] is first


def test_a_line_that_is_half_written_waits(run):
    watched, line = Evaluations(), json.dumps({"epoch": 1, "loss": 3.0}) + "\n"
    with (run.folder / METRICS_FILE).open("a") as file:
        file.write(line[:9])
        file.flush()
        assert watched.of(run.folder) == ()
        file.write(line[9:])
        file.flush()
        assert epochs(watched.of(run.folder)) == [(1, 3.0)]


def test_epochs_that_are_trained_again_after_a_kill_take_the_place_of_what_it_left(run):
    watched = Evaluations()
    for epoch in (1, 2, 3):
        run.log(ended(epoch))
    with (run.folder / METRICS_FILE).open("a") as file:
        file.write('{"epoch": 4, "lo')
    assert len(watched.of(run.folder)) == 3
    run.log(ended(2, loss=0.5))
    run.log(ended(3, loss=0.4))
    assert epochs(watched.of(run.folder)) == epochs(run.evaluations()) == [(1, 1.0), (2, 0.5), (3, 0.4)]


def test_a_run_that_is_gone_has_nothing(run):
    watched = Evaluations()
    run.log(ended(1))
    assert len(watched.of(run.folder)) == 1
    (run.folder / METRICS_FILE).unlink()
    assert watched.of(run.folder) == ()
