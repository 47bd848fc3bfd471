"""Training: it learns, a seed reproduces, an interruption changes nothing, a run folder tells the story."""

import json
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from fame.checkpoint.store import load
from fame.data import leave_one_out, planted
from fame.data.batches import batches, windows
from fame.errors import InputError
from fame.jobs import status
from fame.ranking.evaluation import ranks
from fame.ranking.metrics import means
from fame.training import trainer
from fame.training.objective import objective
from fame.training.presets import settings
from fame.training.run import Run, RunError
from fame.training.trainer import TrainingError, next_items, train
from tests.conftest import QUICK


def weights(checkpoint) -> dict[str, torch.Tensor]:
    return checkpoint.model.state_dict()


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize(("before", "head"), [("trained", "sum"), ("trained_mixture", "mixture")])
def test_a_seed_reproduces_bit_for_bit(before, head, request, cinema, tmp_path):
    first, chosen = request.getfixturevalue(before), QUICK | {"head": head}
    again = train(Run.start(tmp_path / "again", settings(**chosen), cinema), cinema)
    other = train(Run.start(tmp_path / "other", settings(**chosen, seed=2), cinema), cinema)
    assert same(weights(first), weights(again))
    assert not same(weights(first), weights(other))
    assert first.description.fingerprint == again.description.fingerprint


SAMPLED = {"loss": "sampled", "negatives": 20}
MIXTURE = {"head": "mixture", "facet_dropout": 0.2}


class LetGo:
    """Ctrl-C comes while this is let go of, where Python prints what is raised and forgets it."""

    def __del__(self):
        signal.raise_signal(signal.SIGINT)


@pytest.fixture
def listening() -> Iterator[None]:
    """Ctrl-C is heard, also where the tests run behind a shell that lets its children ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_stops_a_run_also_where_python_loses_it(cinema, tmp_path, listening):
    run = Run.start(tmp_path / "run", settings(**QUICK), cinema)
    with pytest.raises(KeyboardInterrupt):
        train(run, cinema, lambda step: LetGo() and None)
    assert run.state() == "stopped"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    train(Run.open(run.folder), cinema)
    assert run.state() == "finished"


@pytest.mark.parametrize("variant", [{}, {"model": "sasrec", "experts": 1}, SAMPLED, MIXTURE, MIXTURE | SAMPLED])
@pytest.mark.parametrize("moment", [(1, 0.5), (2, 0.2), (3, 0.9)])
def test_an_interrupted_run_ends_where_it_would_have(cinema, tmp_path, moment, variant):
    chosen = QUICK | {"epochs": 3} | variant
    whole = train(Run.start(tmp_path / "whole", settings(**chosen), cinema), cinema)

    def stop(step):
        if (step.epoch, step.done) >= moment and step.evaluation is None:
            raise KeyboardInterrupt

    run = Run.start(tmp_path / "cut", settings(**chosen), cinema)
    with pytest.raises(KeyboardInterrupt):
        train(run, cinema, stop)
    assert json.loads((run.folder / "status.json").read_text())["status"] == "stopped"
    resumed = train(Run.open(run.folder), cinema)
    assert same(weights(whole), weights(resumed))
    assert same(weights(load(tmp_path / "whole" / "last")), weights(load(tmp_path / "cut" / "last")))
    lines = [[line["epoch"], line["loss"], line["metrics"]] for line in run.evaluations()]
    assert lines == [
        [line["epoch"], line["loss"], line["metrics"]] for line in Run.open(tmp_path / "whole").evaluations()
    ]


@pytest.mark.parametrize("variant", [{}, SAMPLED, MIXTURE, MIXTURE | SAMPLED])
def test_it_learns_what_is_planted(tmp_path, variant):
    """In a world without noise in which everybody stays with one facet, a little training beats popularity by far."""
    data = planted.make(
        tmp_path / "d", planted.options(users=400, items=60, values=6, length=10, noise=0, stickiness=1)
    )
    quick = {"width": 32, "experts": 2, "length": 16, "epochs": 25, "dropout": 0.1, "attention_dropout": 0}
    chosen = settings(**quick, learning_rate=0.01, **variant)
    card = train(Run.start(tmp_path / "r", chosen, data), data).description.card
    assert card["metrics"]["test"]["HR@10"] > 1.5 * card["metrics"]["popularity"]["HR@10"]


@pytest.mark.parametrize("before", ["trained", "trained_mixture"])
def test_facets_are_tied_to_families_under_either_head(before, request):
    model = request.getfixturevalue(before)
    assert model.model.config.families == ("genre", "era", "director")
    first, *_, last = Run.open(model.description.folder.parent).evaluations()
    assert last["anchoring"] < first["anchoring"]


@pytest.mark.parametrize("sees", ["slice", "learned"])
def test_what_a_facet_sees_of_an_item_stays_its_slice_unless_it_is_learned(cinema, tmp_path, sees):
    chosen = settings(**QUICK, item_facets=sees)
    model = train(Run.start(tmp_path / "r", chosen, cinema), cinema).model
    table = model.table()[1:]
    slices = chosen.heads * table.unflatten(1, (chosen.heads, -1))
    assert torch.allclose(model.sub_embeddings(table), slices, atol=1e-6) == (sees == "slice")


def test_the_run_folder_tells_the_story(trained, cinema):
    run = Run.open(trained.description.folder.parent)
    lines = list(run.evaluations())
    assert [line["epoch"] for line in lines] == [1, 2]
    for line in lines:
        assert line["loss"] > 0
        assert set(line["metrics"]) >= {"HR@10", "NDCG@10", "MRR@10"}
        assert np.isclose(sum(line["gate"]), 1, atol=1e-4)
        assert 0 <= line["gate_entropy"] <= 1
        assert np.allclose(np.sum(line["expert_load"], 1), 1, atol=1e-4)
    assert json.loads((run.folder / "status.json").read_text())["status"] == "finished"
    best = max(lines, key=lambda line: line["metrics"]["NDCG"])
    assert trained.description.card["epoch"] == best["epoch"]
    assert run.settings() == settings(**QUICK, anchor="genre,era,director", ownerless="none")
    assert run.notes() == ["3 of 4 facets are tied to genre, era, director; 1 stays free."]


@pytest.mark.parametrize(("many", "chosen_by"), [(1_000_000, "NDCG"), (10, "NDCG@10")])
def test_the_epoch_is_chosen_over_all_ranks_where_few_users_judge(cinema, tmp_path, monkeypatch, many, chosen_by):
    monkeypatch.setattr(trainer, "MANY", many)
    floor = {"NDCG": 0.0, "NDCG@10": 0.0}
    given = iter([floor, {"NDCG": 0.3, "NDCG@10": 0.1}, {"NDCG": 0.2, "NDCG@10": 0.2}])
    monkeypatch.setattr(trainer, "means", lambda ranks: next(given, floor))
    found = train(Run.start(tmp_path / "r", settings(**QUICK), cinema), cinema)
    assert found.description.card["epoch"] == (1 if chosen_by == "NDCG" else 2)


def test_the_card_says_what_evaluating_finds(trained, cinema):
    split = leave_one_out(cinema.histories)
    metrics = trained.description.card["metrics"]
    assert metrics["test"] == means(ranks(trained.model, split.test))
    assert metrics["validation"] == means(ranks(trained.model, split.validation))
    assert metrics["users"] == len(split.test.targets)


def test_balance_keeps_the_gate_from_collapsing(cinema, tmp_path):
    collapsed = dict.fromkeys(("gate_balance",), 0.0)
    entropies = []
    for n, chosen in enumerate((collapsed, {"gate_balance": 5.0})):
        run = Run.start(tmp_path / str(n), settings(**(QUICK | {"epochs": 4, "learning_rate": 0.01} | chosen)), cinema)
        train(run, cinema)
        gate = np.array(list(run.evaluations())[-1]["gate"])
        entropies.append(-(gate * np.log(gate)).sum())
    assert entropies[1] > entropies[0]


def test_runs_are_refused_where_they_would_mix(trained, cinema, tmp_path):
    run = trained.description.folder.parent
    with pytest.raises(RunError, match="add --resume"):
        Run.start(run, settings(**QUICK), cinema)
    with pytest.raises(RunError, match="There is no run in"):
        Run.open(tmp_path)
    other = planted.make(tmp_path / "other", planted.options(users=60, items=80, length=12, seed=9))
    copy = shutil.copytree(run, tmp_path / "copy")
    with pytest.raises(RunError, match="the data set given is another one"):
        train(Run.open(copy), other)


def test_of_runs_started_at_once_in_one_folder_one_is_there_and_stays(cinema, tmp_path):
    """The others are refused, though the folder was free when they looked; what has begun in it is not deleted."""
    chosen = [settings(**QUICK, seed=seed) for seed in range(8)]

    def start(one):
        try:
            run = Run.start(tmp_path / "r", one, cinema)
        except InputError:
            return None
        with status.hold(run.folder):
            run.status("running")
            (run.folder / "metrics.jsonl").write_text("")
        return one

    with ThreadPoolExecutor(len(chosen)) as pool:
        begun = [one for one in pool.map(start, chosen) if one is not None]
    assert len(begun) == 1
    run = Run.open(tmp_path / "r")
    assert run.settings().seed == begun[0].seed
    assert (run.folder / "metrics.jsonl").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_diverging_run_says_so_and_keeps_the_best(cinema, tmp_path, monkeypatch):
    run, steps = Run.start(tmp_path / "r", settings(**QUICK), cinema), []

    def breaks(*batch):
        steps.append(0)
        found = objective(*batch)
        second_epoch = (run.folder / "best").exists() and len(steps) % 3 == 0
        return replace(found, loss=found.loss * float("nan")) if second_epoch else found

    monkeypatch.setattr(trainer, "objective", breaks)
    with pytest.raises(
        TrainingError, match=r"The loss is nan in step \d+ of epoch 2; the best model so far, of epoch 1"
    ):
        train(run, cinema)
    assert json.loads((run.folder / "status.json").read_text())["status"] == "failed"
    assert load(run.folder / "best").description.card["epoch"] == 1


def test_data_without_anybody_to_validate_on_are_refused(tmp_path):
    import pandas as pd

    from fame.data import write

    table = pd.DataFrame({"user_id": ["a", "a", "b"], "item_id": ["x", "y", "x"], "timestamp": [1, 2, 1]})
    items = pd.DataFrame({"item_id": ["x", "y"], "title": ["X", "Y"]})
    data = write(tmp_path / "d", name="d", interactions=table, items=items, families=(), origin="", licence="")
    with pytest.raises(TrainingError, match="No user of 'd' has three interactions"):
        train(Run.start(tmp_path / "r", settings(**QUICK), data), data)


def test_more_negatives_than_items_are_refused(cinema, tmp_path):
    with pytest.raises(TrainingError, match=r"negatives is 80, but .* has 80 items"):
        train(Run.start(tmp_path / "r", settings(**QUICK, loss="sampled", negatives=80), cinema), cinema)


def test_every_first_item_is_a_target_of_the_begin_token_once(cinema):
    """Also in pieces of long histories, where the begin token does not stand at the history's beginning."""
    train_part = leave_one_out(cinema.histories).train
    for begins in (True, False):
        chosen = settings(**QUICK | {"length": 4}, begin=begins)
        read = windows(train_part, 4, np.random.default_rng(1), alone=begins)
        found = []
        for rows in batches(read.pieces.lengths - (not begins), 64):
            items, targets = next_items(read, rows, chosen)
            assert targets.shape[1] == items.shape[1] + begins
            shifted = np.pad(items, ((0, 0), (begins, 0)))
            assert not (shifted == targets)[targets > 0].all()
            found += targets[targets > 0].tolist()
        wanted = [history[0 if begins else 1 :] for history in map(train_part.__getitem__, range(len(train_part)))]
        assert sorted(found) == sorted(np.concatenate(wanted).tolist())


def test_so_many_users_judge_and_the_card_is_of_all(cinema, tmp_path):
    run = Run.start(tmp_path / "r", settings(**QUICK, validation_users=30), cinema)
    metrics = train(run, cinema).description.card["metrics"]
    judged = next(iter(run.evaluations()))["metrics"]["HR@10"]
    assert judged * 30 == pytest.approx(round(judged * 30))
    assert metrics["users"] == len(leave_one_out(cinema.histories).test.targets) > 30
