"""An architecture is a class and a record: a made-up one is trained, judged, explained and mapped like those here."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from fame import architectures
from fame.architectures import WITHOUT_ATTENTION, WITHOUT_FACETS, Architecture
from fame.checkpoint.store import load
from fame.cli import app
from fame.explain.past.kinds import METHODS, usable
from fame.explain.past.methods import attribute
from fame.explain.question import Question, QuestionError

HISTORY = [3, 9, 12, 30]


@pytest.fixture(scope="module")
def toy():
    """Known as long as these tests run."""
    found = Architecture(
        name="mean",
        title="Mean",
        source="nobody",
        implementation="tests.model.toy:Mean",
        lacks=WITHOUT_FACETS | WITHOUT_ATTENTION,
        starts={"layers": 1},
    )
    architectures.register(found)
    yield found
    architectures.forget(found.name)


@pytest.fixture(scope="module")
def folder(toy, cinema_folder, tmp_path_factory):
    """Trained by the command line, one epoch."""
    run = tmp_path_factory.mktemp("runs") / "mean"
    command("train", "--data", cinema_folder, "--out", run, "--model", "mean", "--set", "width=16", "--set", "epochs=1")
    return run / "best"


def command(*arguments):
    """What `python -m fame` prints, as JSON."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_it_is_evaluated_and_recommends_with_exact_parts(folder, cinema_folder):
    found = command("evaluate", "--model", folder, "--data", cinema_folder)
    assert 0 < found["HR@5"] <= 1
    answer = command("recommend", "--model", folder, "--data", cinema_folder, "--history", "f1,f2,f3")
    assert answer["facets"] == []
    assert answer["gate"] == answer["router"] == {}
    for item in answer["items"]:
        anatomy = item["reference"] + item["bias"] + sum(item["anatomy"].values())
        assert anatomy == pytest.approx(item["score"], abs=1e-4)


def test_every_method_explains_it_or_says_why_not(toy, folder):
    model = load(folder).model
    question = Question.of(model, HISTORY, 40)
    for method in METHODS:
        if method in usable(toy):
            assert np.isfinite(attribute(question, method).values).all()
        else:
            with pytest.raises(QuestionError, match="Mean has no attention"):
                attribute(question, method)


def test_it_is_explained_marked_and_mapped(toy, folder, cinema_folder):
    answer = command(
        "explain", "--model", folder, "--data", cinema_folder, "--history", "f1,f2,f3", "--target", "f40",
        "--method", "shapley",
    )  # fmt: skip
    assert answer["facets"] is None
    assert abs(answer["completeness_gap"]) < 1e-4
    assert 0 <= command("verify", "planted", "--model", folder, "--data", cinema_folder)["anatomy"] <= 1
    marked = command("verify", "explanations", "--model", folder, "--data", cinema_folder, "--users", "5")
    assert "attention" not in json.dumps(marked)
    assert command("map", "--model", folder)["spaces"]


def test_without_its_record_its_folder_is_refused_in_a_sentence(folder):
    from fame.checkpoint.description import ModelError

    known = architectures.forget("mean")
    try:
        with pytest.raises(ModelError, match="no architecture 'mean'"):
            load(folder)
    finally:
        architectures.register(known)
