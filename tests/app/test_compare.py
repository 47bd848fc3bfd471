"""Compare shows what a comparison tells, looks at whom a link names, and leads to Why under either model."""

import json
import shutil

import numpy as np
import pytest
import streamlit as st

from app import comparisons
from app.state import Session
from fame.checkpoint.store import load, save
from fame.compare.comparison import compare
from fame.compare.sides import Side
from fame.ranking.recommend import recommend
from fame.trace.make import trace
from fame.trace.whereabouts import beside
from tests.app.conftest import component, figure, numbers, said


@pytest.fixture
def sides(opened, trained, trained_sasrec, traced, cinema, cinema_folder, sasrec_trace, tmp_path) -> list[Side]:
    """A model and a baseline of the same data, both traced."""
    opened(trained.model, "home")
    found = []
    for name, checkpoint, folder in (("mine", trained, traced.folder), ("rival", trained_sasrec, sasrec_trace)):
        place = tmp_path / "runs" / name / "best"
        save(place, checkpoint.model, cinema, {})
        shutil.copytree(folder, place / "trace")
        found.append(Side(load(place).description, cinema, place / "trace"))
    return found


@pytest.fixture(scope="module")
def sasrec_trace(trained_sasrec, cinema, cinema_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sasrec")
    save(folder / "model", trained_sasrec.model, cinema, {})
    kept = load(folder / "model")
    place = beside(folder / "model", kept.description.fingerprint)
    trace(kept, cinema, cinema_folder, place)
    return place.folder


@pytest.fixture
def page(opened, trained, sides):
    def go(**link: str):
        return opened(trained.model, "compare", **link)

    return go


def bar(app, label: str) -> dict[str, int]:
    found = [json.loads(one.proto.json) for one in app.get("bidi_component") if one.proto.json]
    rows = next(data["rows"] for data in found if data.get("label") == label)
    return {row["id"]: row["count"] for row in rows}


def test_all_numbers_are_those_of_the_comparison_with_the_baseline_of_the_same_data(page, sides):
    app, found = page(), compare(*sides)
    assert app.selectbox(key="second-model").value == "rival"
    text = said(app)
    assert f"{found.both} right by both, {found.first_alone} by FAME alone" in text
    for one in found.measures:
        assert f"{one.measure} {one.first:.3f} against {one.second:.3f}" in text
    groups = comparisons.GROUPS
    assert bar(app, "Who has what came among the first ten") == {
        groups["both"]: found.both, groups["first"]: found.first_alone, groups["second"]: found.second_alone,
        groups["neither"]: found.neither,
    }  # fmt: skip
    drawn = figure(app, "Each user's rank with FAME")["data"][0]
    assert len(numbers(drawn["x"])) == found.users
    assert len(component(app, "columns")["rows"]) == min(100, found.users)
    assert "There is nothing to match: rival has no facets" in text


def test_a_link_looks_at_those_whom_the_other_alone_finds_and_opens_one(page, sides):
    app = page(ranks=comparisons.GROUPS["neither"])
    shown = component(app, "columns")
    ranks = np.array([[int(cell.replace(",", "")) for cell in row["cells"][2:4]] for row in shown["rows"]])
    assert (ranks > 10).all()
    event = shown["rows"][3]["id"]
    app = page(ranks=comparisons.GROUPS["neither"], event=event)
    user, truth, *_ = shown["rows"][3]["cells"]
    assert app.subheader[0].value.replace("\\", "") == f"User {user}: {truth}"
    assert app.query_params["ranks"] == comparisons.GROUPS["neither"]
    assert "with FAME, at rank 11 or worse with SASRec" in said(app)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"ranks": "1-10"}, "The ranks '1-10' in the link cannot be read"),
        ({"event": "999"}, "is not among the users listed"),
        ({"against": "nobody"}, "there is none of that name"),
        ({"against": "mine"}, "it is the model itself"),
        ({"ranks": "5-4,5-4"}, "No user has these ranks"),
    ],
)
def test_what_a_link_names_that_is_not_there_is_said(page, link, sentence):
    assert sentence in said(page(**link))


def test_whom_a_model_was_not_asked_about_is_offered(page, sides):
    shutil.rmtree(sides[1].trace)
    assert "Nobody has run all users through rival yet" in said(page())


def test_without_another_model_there_is_nothing_to_compare(opened, trained):
    assert "There is no other model of the same data" in said(opened(trained.model, "compare"))


def test_models_are_swapped_by_choosing_the_other(monkeypatch):
    from app import state

    now = Session(model="a", data="d", against="b")
    monkeypatch.setattr(st, "session_state", {"session": now})
    state.choose_model("b", "d")
    assert (now.model, now.against) == ("b", "a")
    state.choose_model("c", "d")
    assert (now.model, now.against) == ("c", "a")


def test_predict_marks_moves_from_the_ranking_of_the_other_model(opened, trained, sides):
    app = opened(trained.model, "predict", history="f1,f2,f3", against="rival")
    catalog = sides[0].data.catalog
    theirs = recommend(load(sides[1].model.folder).model, catalog.indices(["f1", "f2", "f3"]), 20).items.tolist()
    places = {catalog.id(item): rank for rank, item in enumerate(theirs, 1)}
    for row in component(app, "gone")["rows"]:
        place = places.get(row["id"])
        apart = abs(row["rank"] - place) if place else 0
        assert row["move"]["words"].split()[-1] == ("new" if place is None else str(apart) if apart else "place")
    assert "from where rival has the item" in said(app)


def test_home_says_whether_the_difference_to_the_baseline_can_be_told(opened, trained, sides):
    ndcg = compare(*sides).measure("NDCG@10")
    text = said(opened(trained.model, "home"))
    assert f"NDCG@10 {ndcg.first:.3f} against {ndcg.second:.3f}" in text
    assert ("no difference can be told" in text) != ndcg.told
    shutil.rmtree(sides[1].trace)
    assert "no difference can be told" not in said(opened(trained.model, "home"))
    table = opened(trained.model, "models").dataframe[0].value
    assert "not compared with rival yet" in table["beside its baseline"].tolist()
