"""A trace tells of every event what the model, the ranking and the explanations tell of it one by one."""

import os
import signal

import numpy as np
import pandas as pd
import pytest
import torch

from fame.checkpoint.store import load, save
from fame.cli import main
from fame.data import leave_one_out
from fame.explain.facets.what_if import reweigh
from fame.explain.families.anatomy import fit
from fame.explain.families.driver import name_driver
from fame.explain.families.evidence import evidence
from fame.explain.knockout import knockout
from fame.folders import BusyFolderError, TakenError, alone
from fame.ranking import evaluation
from fame.ranking.evaluation import counted, ranks
from fame.ranking.metrics import means
from fame.ranking.recommend import recommend, take_apart
from fame.trace.make import trace
from fame.trace.queries import Trace
from fame.trace.records import TraceError
from fame.trace.whereabouts import Whereabouts, alone_in, beside

SAMPLE = (0, 7, 31, 64, 119)  # of 120 users


def rank_among(model, history: list[int], target: int, answer) -> int:
    return answer.items.tolist().index(target) + 1


@pytest.mark.parametrize("head", ["sum", "mixture"])
def test_every_event_is_told_as_recommend_and_explain_tell_it(
    head, trained, trained_mixture, traced, cinema, cinema_folder, tmp_path
):
    checkpoint, found = trained, traced
    if head == "mixture":
        checkpoint = trained_mixture
        trace(checkpoint, cinema, cinema_folder, alone_in(tmp_path / "mixture"))
        found = Trace(tmp_path / "mixture")
    model, catalog, events = checkpoint.model, cinema.catalog, leave_one_out(cinema.histories).test
    anatomy, H = fit(model, catalog), len(model.config.facets)
    for row in SAMPLE:
        history, target = events.histories[row].tolist(), int(events.targets[row])
        told = found.rows([row]).iloc[0]
        assert (told["user_id"], told["target_id"]) == (cinema.users[events.users[row]], catalog.id(target))
        assert (told["length"], told["read"]) == (len(history), min(len(history), 12))
        answer = recommend(model, history, k=len(catalog))
        assert told["top"].tolist() == [catalog.id(int(item)) for item in answer.items[:10]]
        assert told["first_id"] == told["top"][0]
        assert told["rank"] == rank_among(model, history, target, answer)
        pair = take_apart(model, history, [target, int(answer.items[0])])
        assert [told["probability"], told["first_probability"]] == pytest.approx(pair.probability.tolist(), rel=1e-4)
        assert told["gate"] == pytest.approx(pair.gate[-1], abs=1e-5)
        assert np.stack(told["router"]) == pytest.approx(pair.router[-1], abs=1e-5)
        for one, name in enumerate(("parts_target", "parts_first")):
            assert told[name] == pytest.approx([*pair.contributions[one], pair.bias[one]], abs=1e-4)
        tested = knockout(model, history, target)
        assert told["rank_without_facet"].tolist() == tested.facet_rank.tolist()
        assert told["rank_without_newest"] == tested.item_rank[-1]
        for h in range(H):
            only = reweigh(model, history, {f: float(f == h) for f in range(H)}, {}, k=len(catalog)).ranking
            assert told["rank_by_facet"][h] == rank_among(model, history, target, only)
        (proof,) = evidence(model, anatomy, history, [int(answer.items[0])])
        driver = name_driver(proof)
        assert told["driver"] == (driver.name if driver else None) or (driver is None and pd.isna(told["driver"]))
        above = pair.above(1)
        if above is None:
            assert pd.isna(told["anatomy_first"])
        else:
            assert told["anatomy_first"] == pytest.approx([*proof.parts, above - proof.parts.sum()], abs=1e-4)
        assert told["ahead"] == model.config.facets[int(pair.contributions[1].argmax())]


def test_what_popularity_does_is_what_the_score_without_it_ranks(trained, traced, cinema):
    model, events = trained.model, leave_one_out(cinema.histories).test
    for row in SAMPLE:
        history, target = events.histories[row].tolist(), int(events.targets[row])
        answer = recommend(model, history, k=80)
        order = np.argsort(-(answer.score - answer.bias), kind="stable")
        told = traced.rows([row]).iloc[0]
        assert told["rank_without_popularity"] == answer.items[order].tolist().index(target) + 1


def test_the_nearest_past_item_is_the_one_with_the_largest_cosine(trained, traced, cinema):
    events, table = leave_one_out(cinema.histories).test, trained.model.table()
    for row in SAMPLE:
        history = events.histories[row].astype(np.int64)
        like = torch.nn.functional.cosine_similarity(table[torch.from_numpy(history)], table[[events.targets[row]]])
        told = traced.rows([row]).iloc[0]
        back = len(history) - int(like.argmax())
        assert (told["nearest"], told["nearest_id"]) == (back, cinema.catalog.id(int(history[len(history) - back])))


def test_counts_and_times_are_those_of_the_data(traced, cinema, cinema_folder):
    log = pd.read_parquet(cinema_folder / "interactions.parquet")
    latest = log.groupby("user_id")["timestamp"].max()
    train = leave_one_out(cinema.histories).train
    for row in SAMPLE:
        told = traced.rows([row]).iloc[0]
        assert told["timestamp"] == latest[told["user_id"]]
        assert told["target_count"] == (train.items == cinema.catalog.index(told["target_id"])).sum()


@pytest.mark.parametrize("repeats", ["drop", "keep"])
def test_measures_are_those_of_evaluate_to_the_last_bit(
    repeats, trained, rewatched, rewatched_folder, tmp_path, blocks_of_16
):
    save(tmp_path / "again", trained.model, rewatched, {})
    checkpoint = load(tmp_path / "again")
    about = trace(checkpoint, rewatched, rewatched_folder, alone_in(tmp_path / "t"), repeats=repeats)
    found = Trace(tmp_path / "t").columns("rank", "counted", "repeat")
    some = counted(leave_one_out(rewatched.histories).test, repeats)
    assert about.counted == len(some.targets)
    own = found["rank"][found["counted"]]
    assert own.tolist() == ranks(checkpoint.model, some, repeats).tolist()
    assert means(own) == means(ranks(checkpoint.model, some, repeats))
    assert found["repeat"].sum() > 0
    if repeats == "drop":
        assert (found["repeat"] == ~found["counted"]).all()
        assert (found["rank"][found["repeat"]] == 80).all()  # what is never recommended is last


def test_a_model_without_facets_leaves_their_columns_empty(trained_sasrec, cinema, cinema_folder, tmp_path):
    trace(trained_sasrec, cinema, cinema_folder, alone_in(tmp_path / "t"))
    told = Trace(tmp_path / "t").rows([3]).iloc[0]
    assert [len(told[name]) for name in ("gate", "router", "rank_without_facet", "rank_by_facet")] == [0, 0, 0, 0]
    assert len(told["parts_target"]) == 1  # popularity
    assert pd.isna(told["ahead"])
    assert len(told["anatomy_target"]) == 1 + len(cinema.catalog.families)


class StopError(Exception):
    pass


@pytest.fixture
def blocks_of_16(monkeypatch) -> None:
    monkeypatch.setattr(evaluation, "EVENTS", 16)


def test_killed_and_resumed_is_the_same_as_never_interrupted(trained, cinema, cinema_folder, tmp_path, blocks_of_16):
    whole, place = alone_in(tmp_path / "whole"), alone_in(tmp_path / "killed")
    trace(trained, cinema, cinema_folder, whole)

    def killed(done: int, of: int) -> None:
        if done > 50:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        trace(trained, cinema, cinema_folder, place, watch=killed)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert not place.folder.exists()
    assert len(list(place.parts.glob("*.parquet"))) == 3
    (place.parts / "000003.parquet.0123abcd.tmp").write_bytes(b"half")
    (place.parts / "000001.parquet").write_bytes(b"half")  # a disk that lost what it had promised to keep
    counts = []
    trace(trained, cinema, cinema_folder, place, resume=True, watch=lambda done, of: counts.append(done))
    assert counts[0] == 32  # what is there is not made again
    assert not place.parts.exists()
    files = sorted(path.name for path in whole.folder.iterdir())
    assert files == sorted(path.name for path in place.folder.iterdir())
    assert all((whole.folder / name).read_bytes() == (place.folder / name).read_bytes() for name in files)


def interrupted(trained, cinema, cinema_folder, place: Whereabouts) -> None:
    def stop(done: int, of: int) -> None:
        if done > 20:
            raise StopError

    with pytest.raises(StopError):
        trace(trained, cinema, cinema_folder, place, watch=stop)


def test_what_was_begun_is_not_begun_anew_nor_mixed_with_something_else(
    trained, trained_sasrec, cinema, cinema_folder, tmp_path, blocks_of_16
):
    place = alone_in(tmp_path / "t")
    interrupted(trained, cinema, cinema_folder, place)
    with pytest.raises(TraceError, match="go on with it by --resume"):
        trace(trained, cinema, cinema_folder, place)
    with pytest.raises(TraceError, match="trace of another model"):
        trace(trained_sasrec, cinema, cinema_folder, place, resume=True)
    with pytest.raises(TraceError, match="There is no trace"):
        Trace(place.folder)
    with alone(place.parts), pytest.raises(BusyFolderError, match="being written by another process"):
        trace(trained, cinema, cinema_folder, place, resume=True)


def test_nothing_but_a_trace_is_replaced(trained, cinema, cinema_folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    with pytest.raises(TakenError, match="is no trace"):
        trace(trained, cinema, cinema_folder, alone_in(tmp_path / "mine"))
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep me"


def test_the_command_puts_it_beside_the_model_and_says_so(
    trained, cinema, cinema_folder, tmp_path, monkeypatch, capsys
):
    save(tmp_path / "mine", trained.model, cinema, {})
    monkeypatch.setattr("sys.argv", ["fame", "trace", "--model", str(tmp_path / "mine"), "--data", str(cinema_folder)])
    with pytest.raises(SystemExit, match="0"):
        main()
    assert f"trace of 120 events in {tmp_path / 'mine' / 'trace'}" in capsys.readouterr().err.replace("\n", "")
    fingerprint = Trace(tmp_path / "mine" / "trace").about.model
    assert beside(tmp_path / "mine", fingerprint).folder == tmp_path / "mine" / "trace"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]
