"""`python -m fame train --set anchor=…,audience`: a facet is tied to what was derived, and the model keeps it."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from fame.cli import app
from fame.data import Family, read
from fame.data.derived import store
from fame.data.derived.records import AUDIENCE
from fame.training.anchoring import AnchoringError
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train
from tests.conftest import QUICK
from tests.data.derived.test_derived import interactions, kind, made


@pytest.fixture(scope="module")
def communities(tmp_path_factory):
    folder = tmp_path_factory.mktemp("communities") / "made"
    made(folder, interactions(), (Family("kind", "kind", False),), kind=lambda item: "abcd"[kind(item) % 2])
    return folder


@pytest.fixture(scope="module")
def tied(communities, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "tied"
    done = CliRunner().invoke(app, command(communities, run))
    assert done.exit_code == 0, done.output
    return run


def command(data, run, *more, **chosen):
    shape = QUICK | {"anchor": "kind,audience"} | chosen
    own = [part for name, value in shape.items() for part in ("--set", f"{name}={value}")]
    return ["train", "--data", str(data), "--out", str(run), *own, *more]


def audiences(folder, data):
    return next(one for one in store.load(folder, data.fingerprint).families if one.name == AUDIENCE)


def test_the_facet_is_named_and_the_model_keeps_the_very_audiences(communities, tied):
    data, config = read(communities), json.loads((tied / "best" / "config.json").read_text())
    assert config["facets"][:2] == ["kind", AUDIENCE]
    assert (audiences(tied / "best", data).codes == audiences(tied, data).codes).all()
    assert not (communities / store.DERIVED).exists()


def test_a_run_that_goes_on_is_tied_to_what_it_was_tied_to(communities, tied, tmp_path):
    """As a run of the app, which is queued before anything is derived, and one that was stopped."""
    data, queued = read(communities), tmp_path / "queued"
    run = Run.start(queued, settings(**QUICK, anchor="kind,audience"), data)
    assert "derived" in " ".join(run.notes())
    done = CliRunner().invoke(app, ["train", "--data", str(communities), "--out", str(queued), "--resume"])
    assert done.exit_code == 0, done.output
    first, again = (json.loads((folder / "best" / "config.json").read_text()) for folder in (tied, queued))
    assert first["fingerprint"] == again["fingerprint"]

    stopped = tmp_path / "stopped"
    shutil.copytree(tied, stopped)
    shutil.rmtree(stopped / "best" / store.DERIVED)
    kept = audiences(stopped, data).codes
    assert CliRunner().invoke(app, command(communities, stopped, "--resume")).exit_code == 0
    assert (audiences(stopped / "best", data).codes == kept).all()


def test_its_audiences_are_not_derived_anew(communities, tied):
    asked = ["derive", "--model", str(tied / "best"), "--data", str(communities), "--seed", "3"]
    refused = CliRunner().invoke(app, asked)
    assert isinstance(refused.exception, AnchoringError)
    assert "stay" in str(refused.exception)


def test_a_meaning_is_tested_of_it(communities, tied):
    asked = ["verify", "meaning", "--model", str(tied / "best"), "--data", str(communities), "--json"]
    found = json.loads(CliRunner().invoke(app, asked).stdout)
    assert AUDIENCE in found["families"]
    assert "times taken" not in found["families"]


def test_where_there_is_no_audience_it_is_said_why(tmp_path):
    made(tmp_path / "one", interactions(users=1, length=40))
    refused = CliRunner().invoke(app, command(tmp_path / "one", tmp_path / "run", anchor="audience"))
    assert isinstance(refused.exception, AnchoringError)
    assert "one user" in str(refused.exception)
    assert not (tmp_path / "run").exists()


def test_without_the_command_it_is_said_what_derives_it(communities, tmp_path):
    data = read(communities)
    with pytest.raises(AnchoringError, match="python -m fame train"):
        train(Run.start(tmp_path / "run", settings(**QUICK, anchor="audience"), data), data)
