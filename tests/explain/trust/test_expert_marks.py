"""Experts are marked on data whose truth tells preferences, wherever these were made, and on no others."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from fame.checkpoint.store import save as save_model
from fame.cli import app
from fame.data import leave_one_out, planted, read
from fame.data.attributes import telling
from fame.data.columns import DataError
from fame.data.preferences import preferences
from fame.explain.meaning.deeds import deeds
from fame.explain.trust.expert_marks import expert_marks, place
from fame.model import build
from fame.training.presets import settings
from tests.conftest import QUICK


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A cinema with preferences, kept as somebody else would."""
    made = tmp_path_factory.mktemp("data") / "elsewhere"
    planted.make(made, planted.options(users=200, items=120, values=4, length=14, preferences=2, seed=6))
    about = json.loads((made / "dataset.json").read_text())
    generator = {name: about["generator"][name] for name in ("stickiness", "noise", "preferences")}
    content = {"name": "elsewhere", "families": about["families"], "generator": generator}
    (made / "dataset.json").write_text(json.dumps(content))
    return made


def untrained(data, **changes):
    """A model that was not taught anything."""
    torch.manual_seed(1)
    chosen = settings(**QUICK, **changes, anchor=telling(data.catalog).families)
    return build(chosen.config(len(data.catalog))).eval()


def test_a_folder_made_elsewhere_is_marked_and_a_router_that_knows_nothing_tells_nothing(folder, tmp_path):
    data = read(folder)
    model = untrained(data)
    save_model(tmp_path / "m", model, data, {})
    done = CliRunner().invoke(
        app, ["verify", "planted", "--model", str(tmp_path / "m"), "--data", str(folder), "--json"]
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)["experts"]
    assert {"oracle", "latest", "told", "by_chance", "drives", "fall", "selectivity"} <= set(said)
    assert said["oracle"] > said["latest"] > 0.55
    assert abs(said["by_chance"] - 0.5) < 0.05
    assert said["told"] < said["latest"]
    assert said["fall"] == pytest.approx(deeds(model, leave_one_out(data.histories).test, [], 0).done.fall, rel=1e-2)


def test_where_no_preferences_are_known_or_no_experts_there_are_no_marks(folder, cinema, trained, trained_sasrec):
    data = read(folder)
    assert expert_marks(trained.model, cinema) is None  # its truth tells no values
    assert expert_marks(trained_sasrec.model, cinema) is None
    lone = build(untrained(data).config.model_copy(update={"experts": 1})).eval()
    assert expert_marks(lone, data) is None
    for generator in (None, [], {"stickiness": 0.8}, {"stickiness": "high", "noise": 0.1, "preferences": 2}):
        assert expert_marks(lone, replace(data, details={"generator": generator})) is None
        with pytest.raises(DataError, match="does not say which preference"):
            preferences(replace(data, details={"generator": generator}))
    many = {"stickiness": 0.8, "noise": 0.1, "preferences": 400}
    with pytest.raises(DataError, match="400 preferences in each of 3 families: too many"):
        preferences(replace(data, details={"generator": many}))


def test_a_family_gets_the_facet_tied_to_it_and_else_the_one_that_tells_it(folder):
    data = read(folder)
    truth, model = preferences(data), untrained(data)
    names = [family.family for family in truth.families]
    tied = build(model.config.model_copy(update={"facets": (*names[::-1], "free 1"), "families": tuple(names[::-1])}))
    router = np.full((len(truth.liked), 4, 2), 0.5)
    assert place(tied, truth, router, 0) == [2, 1, 0]
    free = build(model.config.model_copy(update={"facets": ("a", "b", "c", "d"), "families": ()}))
    shares = np.random.default_rng(0).uniform(0.4, 0.6, (len(truth.liked), 4))
    for a, h in enumerate((3, 0, 2)):  # the one expert of facet h leads where the even values of family a are followed
        followed = np.take_along_axis(truth.liked[:, a], truth.active[:, a, None].clip(0), 1)[:, 0]
        shares[:, h] = np.where(followed % 2, 0.1, 0.9)
    assert place(free, truth, np.stack([shares, 1 - shares], 2), 0) == [3, 0, 2]
