"""Every value of a forward pass is the one that the model's other answers rest on."""

import json

import numpy as np
import pytest
import torch

from fame.explain.facets.experts import read_by_experts
from fame.explain.facets.weights import facet_spread
from fame.explain.facets.what_if import reweigh
from fame.explain.inside import look_inside
from fame.home import PROJECT
from fame.model import Faceted, build
from fame.training.presets import settings
from tests.cli.test_commands import fame
from tests.model.conftest import VARIANTS, make

HISTORY = [5, 9, 2, 31, 9]
GRU4REC = settings(model="gru4rec", width=24, length=12).config(40)
SHIPPED = sorted(folder.name for folder in (PROJECT / "pretrained").iterdir() if folder.is_dir())


@pytest.fixture(params=[*VARIANTS, "mixture", "gru4rec"])
def model(request):
    if request.param == "gru4rec":
        return build(GRU4REC).eval()
    return make(VARIANTS.get(request.param) or VARIANTS["fame"].model_copy(update={"head": "mixture"}))


@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_what_recommend_prints_to_the_last_digit(name):
    from fame.checkpoint.store import load

    folder = PROJECT / "pretrained" / name
    model, ids = load(folder).model, json.loads((folder / "items.json").read_text(encoding="utf-8"))[:5]
    done = fame("recommend", "--model", folder, "--history", ",".join(ids), "-k", 5, "--json")
    printed, found = json.loads(done.stdout), look_inside(model, range(1, 6), 5)
    assert printed["gate"] == dict(zip(found.facets, found.gate.tolist(), strict=True))
    assert printed["router"] == dict(zip(found.facets, found.router.tolist(), strict=True))
    for row, item in enumerate(printed["items"]):
        assert item["score"] == found.answer.score[row]
        assert item["probability"] == found.answer.probability[row]
        assert (item["reference"], item["bias"]) == (found.answer.reference, found.answer.bias[row])
        if found.facets:
            assert list(item["contributions"].values()) == found.answer.contributions[row].tolist()
        assert found.total(row) == pytest.approx(item["score"], abs=1e-4)


def test_whatever_is_read_comes_to_one_with_the_begin_token(model):
    found = look_inside(model, HISTORY)
    if found.attention is None:
        assert not model.architecture.attention
        return
    assert np.allclose(found.attention.sum(-1) + found.start, 1, atol=1e-5)
    assert np.allclose(found.read.sum(-1) + found.read_start, 1, atol=1e-5)
    assert (found.read_start > 0).all() == model.config.begin


def test_it_agrees_with_what_other_pages_ask(model):
    found, H, N = look_inside(model, HISTORY), len(model.config.facets), model.config.experts
    assert found.facets == model.config.facets
    assert found.gate.shape == found.spread.shape == found.facet_norm.shape == (H,)
    assert np.allclose(found.item_norm, model.table()[HISTORY].detach().norm(dim=-1))
    if not isinstance(model, Faceted):
        assert found.router.shape[0] == found.alone.shape[0] == 0
        return
    apart = read_by_experts(model, HISTORY)
    assert np.allclose(found.attention, apart.attention[:, :, -1], atol=1e-6)
    assert np.allclose(found.spread, facet_spread(model, HISTORY), atol=1e-5)
    with torch.inference_mode():
        output = model(torch.tensor([HISTORY]))
        scores = model.facet_queries(output.facets[0, -1]) @ model.table().T  # (H, V + 1)
        scores[:, [0, *HISTORY]] = -torch.inf
    assert found.alone.tolist() == scores.topk(3).indices.tolist()
    assert (found.own is None) == (model.config.experts_form == "published")
    if found.own is not None:
        assert found.own.shape == (len(HISTORY), H, N)
        owned = [float(h in model.config.owning) for h in range(H)]
        assert np.allclose(found.own.sum(-1), owned, atol=1e-5)


def test_with_weights_chosen_it_is_the_answer_to_them():
    model = make(VARIANTS["fame"])
    gate, router = {1: 0.0}, {(0, n): float(n == 2) for n in range(4)}
    found = look_inside(model, HISTORY, 5, None, gate, router, {1})
    asked = reweigh(model, HISTORY, gate, router, {1}, 5)
    assert found.answer.score.tolist() == asked.ranking.score.tolist()
    assert found.answer.history.tolist() == [5, 2, 31, 9]
    assert found.spread[1] == 0
    assert found.read[0].tolist() == found.attention[0, 2].tolist()
    assert not np.allclose(found.facet_norm, look_inside(model, [5, 2, 31, 9]).facet_norm)


def test_what_is_too_old_is_not_read_and_never_recommended(model):
    long = list(range(1, 20))
    found = look_inside(model, long, 5)
    assert found.answer.history.tolist() == long[-12:]
    assert not set(found.answer.items.tolist()) & set(long)
    assert not set(found.alone.ravel().tolist()) & set(long)
