"""A head of one file and one record is trained, ranked, evaluated, explained and shown; nobody else knows of it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fame.checkpoint.description import ModelError, describe
from fame.checkpoint.store import Checkpoint, load
from fame.cli.explanation import Asked, explanation
from fame.data import DataSet, leave_one_out
from fame.explain.families.stored_anatomy import anatomy_of
from fame.explain.past.kinds import METHODS
from fame.explain.past.methods import attribute
from fame.explain.question import Question
from fame.explain.trust.scorecard import scorecard
from fame.heads.kinds import HEAD_KINDS
from fame.home import PROJECT
from fame.ranking.evaluation import ranks
from fame.ranking.recommend import recommend
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train
from tests.conftest import QUICK
from tests.heads.strongest import KIND

HISTORY = [3, 9, 27, 40]


@pytest.fixture(scope="module")
def folder(cinema: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one epoch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(HEAD_KINDS, KIND.name, KIND)
        chosen = settings(**QUICK | {"epochs": 1}, head=KIND.name)
        run = Run.start(tmp_path_factory.mktemp("runs") / "strongest", chosen, cinema)
        train(run, cinema)
    return run.folder / "best"


@pytest.fixture
def checkpoint(folder: Path, strongest: str) -> Checkpoint:
    return load(folder)


def test_it_learns_from_sampled_items_too(cinema, strongest, tmp_path):
    chosen = settings(**QUICK | {"epochs": 2}, head=strongest, loss="sampled", negatives=40)
    run = Run.start(tmp_path / "sampled", chosen, cinema)
    train(run, cinema)
    first, second = (line["loss"] for line in run.evaluations())
    assert second < first


def test_it_is_ranked_and_evaluated(checkpoint, cinema):
    answer = recommend(checkpoint.model, HISTORY, 5)
    assert answer.above(0) is None
    assert np.array_equal(answer.responsibilities.sum(1), np.ones(5))
    test = leave_one_out(cinema.histories).test
    found, model = ranks(checkpoint.model, test), checkpoint.model
    for row in range(0, len(found), 29):
        history, target = test.histories[row].tolist(), int(test.targets[row])
        order = recommend(model, history, 80 - len(set(history))).items.tolist()
        if target in order:
            assert found[row] == order.index(target) + 1


def test_it_is_explained(checkpoint, cinema):
    model = checkpoint.model
    target = int(recommend(model, HISTORY, 1).items[0])
    question = Question.of(model, HISTORY, target)
    for method in METHODS:
        assert np.isfinite(attribute(question, method).values).all(), method
    gap = attribute(question, "integrated-gradients").completeness_gap
    assert abs(gap) < 0.5  # it is piecewise smooth only
    ids = [cinema.catalog.id(item) for item in HISTORY]
    asked = Asked(model, cinema.catalog, anatomy_of(checkpoint, cinema.catalog), ids, ids)
    rival = int(recommend(model, HISTORY, 2).items[1])
    asked_about = cinema.catalog.id(target), cinema.catalog.id(rival)
    found = explanation(asked, *asked_about, "occlusion-remove", None, "1:40", "")
    assert found["missing"] == "dropped"  # as its record allows
    assert found["contrast"]["responsibilities"] is not None
    assert "rest" not in found["contrast"]["anatomy"]
    assert scorecard(model, cinema).readings["responsibility"] is not None


def test_it_is_shown(folder, cinema_folder, strongest, tmp_path, monkeypatch):
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    shutil.copytree(cinema_folder, tmp_path / "data" / describe(folder).dataset)
    shutil.copytree(folder, tmp_path / "runs" / "strong" / "best")
    app = AppTest.from_file(str(PROJECT / "app" / "Home.py"), default_timeout=120)
    app.query_params["model"] = "strong"
    app.run()
    said = {}
    for page in ("predict", "why", "gates"):
        app.switch_page(f"../pages/{page}.py").run()
        assert not app.exception, page
        assert app.query_params["model"] == "strong"
        said[page] = "\n".join(entry.value for entry in (*app.markdown, *app.caption))
    assert "The share of its probability that is each facet's" in said["predict"]
    assert "own score under the gate" in said["gates"]
    assert "above the average item" not in "".join(said.values())


def test_without_its_record_its_models_are_refused_by_name(folder):
    with pytest.raises(ModelError, match="There is no head 'strongest'; there are sum, mixture"):
        describe(folder)
