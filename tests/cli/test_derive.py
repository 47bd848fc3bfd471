"""`python -m fame derive`, on an existing model: what it stores is what the other commands then split a score by."""

import json
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

from fame.checkpoint.description import describe
from fame.checkpoint.store import save
from fame.cli import app
from fame.data import read
from fame.explain import example
from fame.explain.trust.scorecard import NoTruthError
from tests.data.derived.test_derived import interactions, made
from tests.model.conftest import FAME, make


def test_a_derived_model_is_split_by_what_was_derived(trained, cinema_folder, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(trained.description.folder, model)
    asked = ["--model", str(model), "--data", str(cinema_folder), "--json"]
    ask = ["recommend", *asked, "--history", "f1,f2,f3", "-k", "1"]
    before = json.loads(CliRunner().invoke(app, ask).stdout)["items"][0]
    derived = json.loads(CliRunner().invoke(app, ["derive", *asked]).stdout)
    names = {family["name"] for family in derived["families"]}
    assert "times taken" in names
    after = json.loads(CliRunner().invoke(app, ask).stdout)["items"][0]
    assert set(after["anatomy"]) == set(before["anatomy"]) | names
    assert set(after["driver_probabilities"]["families"]) == set(before["driver_probabilities"]["families"])
    for name, part in before["anatomy"].items():
        if name != "rest":
            assert abs(after["anatomy"][name] - part) < 1e-5
    shown = example.load(describe(model))  # on the first page the same as on all others
    catalog = read(cinema_folder).catalog
    history = ",".join(catalog.id(int(item)) for item in shown.recommendation.history)
    live = json.loads(CliRunner().invoke(app, ["recommend", *asked, "--history", history, "-k", "1"]).stdout)["items"][
        0
    ]
    assert dict(zip(shown.evidence.families, shown.evidence.parts, strict=True)) == pytest.approx(
        {name: live["anatomy"][name] for name in shown.evidence.families}, abs=1e-4
    )
    assert set(shown.evidence.families) > names
    total = after["reference"] + after["bias"] + sum(after["anatomy"].values())
    assert abs(total - after["score"]) < 1e-4


def test_a_truth_that_calls_an_audience_is_compared_with_the_derived_one(tmp_path):
    """In a folder made elsewhere, in which no table tells audiences."""
    data, model = tmp_path / "elsewhere", tmp_path / "model"
    log = interactions()
    made(data, log)
    users = sorted(set(log["user_id"]))
    pd.DataFrame({"user_id": users, "position": 19, "facet": "audience"}).to_parquet(data / "truth.parquet")
    about = json.loads((data / "dataset.json").read_text())
    (data / "dataset.json").write_text(json.dumps({"name": about["name"], "families": []}))
    whole = read(data)
    save(model, make(FAME.model_copy(update={"items": len(whole.catalog)})), whole, {})
    asked = ["--model", str(model), "--data", str(data), "--json"]
    refused = CliRunner().invoke(app, ["verify", "planted", *asked]).exception
    assert isinstance(refused, NoTruthError)
    assert "python -m fame derive" in str(refused)
    assert CliRunner().invoke(app, ["derive", *asked]).exit_code == 0
    found = json.loads(CliRunner().invoke(app, ["verify", "planted", *asked]).stdout)
    assert found["events"] == found["by_family"]["audience"]["events"] == len(users)
    assert found["chance"] == 1
    assert found["oracle"] > 0.8  # nine of ten steps stay in the user's audience
