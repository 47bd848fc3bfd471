"""Families that follow from what users took stand wherever a family can, told apart from given ones."""

import pytest

from fame.checkpoint.store import save
from fame.data import Family
from fame.data.derived import store
from fame.data.derived.derive import derive
from fame.explain.meaning.audience_names import named
from tests.app.conftest import figure, opening, said
from tests.data.derived.test_derived import interactions, kind, made
from tests.model.conftest import FAME, make

HISTORY = "i003,i007,i011,i002"
GIVEN = (Family("kind", "kind", False),)


@pytest.fixture(scope="module", params=[GIVEN, ()], ids=["beside given ones", "alone"])
def communities(request, tmp_path_factory):
    """A data set, and what is derived from it."""
    folder = tmp_path_factory.mktemp("communities") / "made"
    columns = {"kind": lambda item: "abcd"[kind(item)]} if request.param else {}
    data = made(folder, interactions(), request.param, **columns)
    return folder, data, named(derive(folder, data), data.catalog)


@pytest.fixture
def opened(communities, tmp_path, monkeypatch):
    folder, data, found = communities
    model, best = make(FAME.model_copy(update={"items": len(data.catalog)})), tmp_path / "runs" / "mine" / "best"
    save(best, model, data, {})
    store.save(best, found)
    go = opening(folder, data, tmp_path, monkeypatch)
    return lambda page: go(model, page, history=HISTORY), [family.name for family in data.catalog.families]


def test_predict_tells_derived_from_given(opened):
    go, given = opened
    app = go("predict")
    split = next(alt for alt in alts(app) if alt.startswith("Parts of the score"))
    assert "derived audience" in split
    assert all(f"attribute {name}" in split for name in given)
    marks = figure(app, "Parts of the score")["data"][-1]["marker"]["pattern"]["shape"]
    assert marks[: len(given)] == [""] * len(given)
    assert "." in marks[len(given) :]
    assert "Dotted: families derived from who takes what" in said(app)
    assert "Driver" in said(app) or "No clear driver" in said(app)
    likely = next(alt for alt in alts(app) if alt.startswith("How likely each of its families drove it"))
    assert "audience" in likely
    assert "times taken" not in likely  # of which nobody knows what such a number would be worth


@pytest.mark.parametrize("page", ["learn", "gates", "why", "facet_map", "meaning", "errors"])
def test_every_page_opens_with_them(opened, page):
    go, _ = opened
    assert said(go(page))


def alts(app) -> list[str]:
    return [chart.proto.alt for chart in app.get("plotly_chart")]
