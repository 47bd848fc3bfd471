"""Every page says of a model without facets and attention what it has not, and shows the rest."""

import numpy as np
import pytest

from fame.checkpoint.description import describe
from fame.maps import store
from fame.maps.store import Maps, Space
from fame.model import build
from fame.training.presets import settings
from tests.app.conftest import said

SAID = {
    "home": ["GRU4Rec, width 16, 1 layer; reads the newest 12 items."],
    "predict": ["GRU4Rec has no facets and no gate: its score is split by attribute alone."],
    "gates": ["GRU4Rec has no gate: it is one score without facets. Choose a FAME model in the sidebar to see gates."],
    "experts": ["mine is a GRU4Rec, which has no experts. Choose a FAME model in the sidebar that has several"],
    "why": [
        "GRU4Rec has no attention; there are occlusion-remove,",
        "GRU4Rec has no facets, no gate and no experts: past items are all there is to ask about.",
    ],
    "meaning": ["GRU4Rec has no facets and no experts: there is nothing that could have a meaning. Choose a FAME"],
    "models": ["GRU4Rec, width 16"],
}


@pytest.fixture(scope="module")
def gru4rec(cinema):
    return build(settings(model="gru4rec", width=16, length=12).config(len(cinema.catalog))).eval()


@pytest.mark.parametrize("page", SAID)
def test_what_it_has_not_is_said(opened, gru4rec, page):
    app = opened(gru4rec, page, history="f1,f2,f3", method="attention")
    shown = said(app) + "".join(frame.value.to_string() for frame in app.dataframe)
    for sentence in SAID[page]:
        assert sentence in shown
    assert page == "models" or "SASRec" not in shown


def test_its_map_is_of_its_items(opened, gru4rec, tmp_path, cinema):
    app = opened(gru4rec, "facet_map", history="f1,f2,f3")
    assert "no maps yet" in said(app)
    assert any(button.label.startswith("Draw the map, about") for button in app.button)

    folder = tmp_path / "runs" / "mine" / "best"
    V = len(cinema.catalog)
    xy = gru4rec.table()[1:, :2].detach().numpy()
    space = Space("items", xy, 0.9, 0.9)
    items = np.arange(1, V + 1)
    store.save(folder, Maps(describe(folder).fingerprint, 1, V, items, (space,)))
    app = app.run()
    assert "GRU4Rec has no facets: one map" in said(app)
    assert [header.value for header in app.header] == ["Neighbours"]
