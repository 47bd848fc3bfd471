"""Experts that own items, where data give them little to own, or too much."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from fame.checkpoint.store import load
from fame.cli import app
from fame.data import Family, write
from fame.explain.meaning.measure import measure
from fame.explain.meaning.ownership import owners, routed_alone
from fame.training.anchoring import AnchoringError, plan
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train
from tests.conftest import QUICK

OWN = QUICK | {"experts_form": "prototype", "epochs": 3}


def shop(folder, items, **families):
    """Users who take items at random; families as values of item after item."""
    rng, users = np.random.default_rng(1), 60
    taken = np.concatenate([rng.permutation(items)[:6] for _ in range(users)])
    return write(
        folder,
        name="shop",
        interactions=pd.DataFrame(
            {
                "user_id": np.repeat([f"u{u}" for u in range(users)], 6),
                "item_id": [f"i{item}" for item in taken],
                "timestamp": np.arange(6.0 * users),
            }
        ),
        items=pd.DataFrame({"item_id": [f"i{v}" for v in range(items)], "title": [f"Item {v}" for v in range(items)]})
        .assign(**families),
        families=[Family(name, name, False) for name in families],
        origin="made for tests",
        licence="none",
    )  # fmt: skip


@pytest.fixture(scope="module")
def odd_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data") / "shop"


@pytest.fixture(scope="module")
def odd(odd_folder):
    """Three values, one value, sixty of two items each, one an item, and none."""
    n = 120
    return shop(
        odd_folder, n, few=[f"few {v % 3}" for v in range(n)], one=["one"] * n,
        many=[f"many {v // 2}" for v in range(n)], each=[f"each {v}" for v in range(n)], none=[None] * n,
    )  # fmt: skip


def test_experts_own_items_only_where_a_family_has_few_values(odd, odd_folder, tmp_path):
    run = Run.start(tmp_path / "run", settings(**OWN), odd)
    assert run.settings().anchor == ("few", "many")
    assert run.settings().ownerless == ("many",)
    assert "Experts of many own no items: its 60 values are too many for 2 experts." in run.notes()
    train(run, odd)
    model = load(run.folder / "best").model.eval()
    assert model.config.owning == (0, 2, 3)
    assert model.prototypes.weight.shape[0] == 3
    own, alone = owners(model), routed_alone(model)
    assert (own[:, 1] == alone[:, 1]).all()
    assert not (own == alone).all()
    found = measure(model, odd)
    assert len(found.deeds.names) == 8
    assert json.dumps(found.as_json())
    done = CliRunner().invoke(
        app, ["verify", "meaning", "--model", str(run.folder / "best"), "--data", str(odd_folder)]
    )
    assert done.exit_code == 0, done.output
    assert "Experts of many own no items, as published" in " ".join(done.output.split())


def test_the_more_experts_the_more_values_they_can_stand_for(odd):
    for chosen, ownerless in (
        ({"experts": 16}, ()), ({"experts": 14}, ("many",)), ({"experts_form": "published"}, ()), ({"anchor": ()}, ()),
        ({"ownerless": "few,free 1"}, ("few", "free 1")), ({"ownerless": "none"}, ()),
    ):  # fmt: skip
        assert plan(settings(**(OWN | chosen)), odd.catalog).settings.ownerless == ownerless
    with pytest.raises(AnchoringError, match="there is no facet 'mood'; the facets are few, many, free 1, free 2"):
        plan(settings(**OWN, ownerless="mood"), odd.catalog)


@pytest.mark.parametrize("experts", [1, 16])
def test_one_expert_and_more_experts_than_items_can_be_trained_and_asked(experts, tmp_path):
    data = shop(tmp_path / "shop", 12, kind=[f"kind {v % 3}" for v in range(12)])
    run = Run.start(tmp_path / "run", settings(**(OWN | {"experts": experts})), data)
    found = measure(train(run, data).model.eval(), data)
    assert len(found.experts) == 4 * experts
    assert all(one.verdict == "alone" for one in found.deeds.names) == (experts == 1)
    if experts > 1:
        assert any(one.verdict == "empty" for one in found.deeds.names)
