"""`python -m fame derive`, on an existing model: what it stores is what the other commands then split a score by."""

import json
import shutil

from typer.testing import CliRunner

from fame.cli import app


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
    total = after["reference"] + after["bias"] + sum(after["anatomy"].values())
    assert abs(total - after["score"]) < 1e-4
