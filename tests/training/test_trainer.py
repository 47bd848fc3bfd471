"""Training: it learns, a seed reproduces, an interruption changes nothing, a run folder tells the story."""

import json
import shutil

import numpy as np
import pytest
import torch

from fame.checkpoint.store import load
from fame.data import leave_one_out, planted
from fame.model import Output
from fame.ranking.evaluation import ranks
from fame.ranking.metrics import means
from fame.training import trainer
from fame.training.losses import gate_imbalance, next_item_loss
from fame.training.run import Run, RunError
from fame.training.settings import PRESETS, SettingsError, settings
from fame.training.trainer import TrainingError, train
from tests.conftest import QUICK


def weights(checkpoint) -> dict[str, torch.Tensor]:
    return checkpoint.model.state_dict()


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_seed_reproduces_bit_for_bit(trained, cinema, tmp_path):
    again = train(Run.start(tmp_path / "again", settings(**QUICK), cinema), cinema)
    other = train(Run.start(tmp_path / "other", settings(**QUICK, seed=2), cinema), cinema)
    assert same(weights(trained), weights(again))
    assert not same(weights(trained), weights(other))
    assert trained.description.fingerprint == again.description.fingerprint


@pytest.mark.parametrize("model", ["fame", "sasrec"])
@pytest.mark.parametrize("moment", [(1, 0.5), (2, 0.2), (3, 0.9)])
def test_an_interrupted_run_ends_where_it_would_have(cinema, tmp_path, moment, model):
    chosen = QUICK | {"epochs": 3, "model": model}
    if model == "sasrec":
        del chosen["experts"]
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


def test_it_learns_what_is_planted(tmp_path):
    """In a world without noise in which everybody stays with one facet, a little training beats popularity by far."""
    data = planted.make(
        tmp_path / "d", planted.options(users=400, items=60, values=6, length=10, noise=0, stickiness=1)
    )
    chosen = settings(width=32, heads=4, experts=2, length=16, epochs=25, batch=512, dropout=0.1, learning_rate=0.01)
    card = train(Run.start(tmp_path / "r", chosen, data), data).description.card
    assert card["metrics"]["test"]["HR@10"] > 1.5 * card["metrics"]["popularity"]["HR@10"]


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
    best = max(lines, key=lambda line: line["metrics"]["NDCG@10"])
    assert trained.description.card["epoch"] == best["epoch"]
    assert run.settings() == settings(**QUICK)


def test_the_card_says_what_evaluating_finds(trained, cinema):
    split = leave_one_out(cinema.histories)
    metrics = trained.description.card["metrics"]
    assert metrics["test"] == means(ranks(trained.model, split.test))
    assert metrics["validation"] == means(ranks(trained.model, split.validation))
    assert metrics["users"] == len(split.test.targets)


def test_the_loss_is_the_mean_over_real_positions(trained):
    model = trained.model
    items = torch.tensor([[0, 0, 5, 9], [4, 8, 15, 16]])
    targets = torch.tensor([[0, 0, 9, 2], [8, 15, 16, 23]])
    output = model(items)
    scores = output.query @ model.table()[1:].T + model.bias()[1:]
    by_hand = [-scores[b, t].log_softmax(0)[targets[b, t] - 1] for b, t in (targets > 0).nonzero()]
    assert torch.allclose(next_item_loss(model, output, targets), torch.stack(by_hand).mean(), atol=1e-5)


def gates(*rows: list[float]) -> Output:
    empty = torch.empty(0)
    return Output(empty, empty, torch.tensor([rows]), empty, empty, None)


def test_balance_is_of_the_mean_gate_not_of_each():
    real, padded = torch.tensor([[3, 4]]), torch.tensor([[0, 4]])
    assert gate_imbalance(gates([0.0, 1.0], [1.0, 0.0]), real).abs() < 1e-6
    assert torch.isclose(gate_imbalance(gates([1.0, 0.0], [1.0, 0.0]), real), torch.tensor(2.0).log(), atol=1e-5)
    assert torch.isclose(gate_imbalance(gates([0.0, 1.0], [1.0, 0.0]), padded), torch.tensor(2.0).log(), atol=1e-5)


def test_balance_keeps_the_gate_from_collapsing(cinema, tmp_path):
    collapsed = dict.fromkeys(("gate_balance",), 0.0)
    entropies = []
    for n, chosen in enumerate((collapsed, {"gate_balance": 5.0})):
        run = Run.start(tmp_path / str(n), settings(**(QUICK | {"epochs": 4, "learning_rate": 0.01} | chosen)), cinema)
        train(run, cinema)
        gate = np.array(list(run.evaluations())[-1]["gate"])
        entropies.append(-(gate * np.log(gate)).sum())
    assert entropies[1] > entropies[0]


def test_popularity_starts_at_the_counts_and_published_has_none(cinema):
    assert PRESETS["published"] == {"popularity": False, "gate_balance": 0.0}
    published = settings("published", **QUICK)
    assert not published.popularity
    assert published.gate_balance == 0


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"widht": 64}, "There is no setting 'widht'; the settings are model, seed"),
        ({"width": -1}, "width: Input should be greater than or equal to 2"),
        ({"width": "many"}, "width: Input should be a valid integer"),
        ({"dropout": "1.0"}, "dropout: Input should be less than 1"),
        ({"learning_rate": "nan"}, "learning_rate"),
        ({"heads": 5}, "width 64 must be a multiple of heads 5"),
        ({"model": "sasrec", "experts": 4}, "sasrec has no gate and no experts"),
        ({"model": "bert"}, "model: Input should be 'fame' or 'sasrec'"),
        ({"preset": "huge"}, "There is no preset 'huge'; choose one of default, published, small"),
    ],
)
def test_wrong_settings_are_named(chosen, named):
    with pytest.raises(SettingsError) as error:
        settings(**chosen)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


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


def test_a_diverging_run_says_so_and_keeps_the_best(cinema, tmp_path, monkeypatch):
    run, steps = Run.start(tmp_path / "r", settings(**QUICK), cinema), []

    def breaks(model, output, targets):
        steps.append(0)
        second_epoch = (run.folder / "best").exists() and len(steps) % 3 == 0
        return next_item_loss(model, output, targets) * (float("nan") if second_epoch else 1.0)

    monkeypatch.setattr(trainer, "next_item_loss", breaks)
    with pytest.raises(TrainingError, match=r"The loss is nan in epoch 2 after .* the best model so far is kept"):
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
