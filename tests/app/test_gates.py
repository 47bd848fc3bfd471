"""Gates and Experts show what `fame.explain` finds when it is asked again; what cannot be shown is said."""

import json

import numpy as np
import pytest
import torch

from app.sentences import ablation as sentences
from fame.checkpoint.description import describe
from fame.data import leave_one_out
from fame.explain import stored
from fame.explain.facets.effects import expert_effects, facet_knockouts
from fame.explain.facets.experts import ALIKE_BITS, read_by_experts
from fame.explain.facets.weights import facet_spread
from fame.explain.question import Question
from fame.explain.trust.ablation import ablation
from fame.explain.trust.records.ablation import ABLATION_FILE
from fame.home import PROJECT
from fame.model import build
from fame.ranking.recommend import recommend
from tests.app.conftest import component, figure, numbers, said

IDS = ["f3", "f9", "f27", "f41", "f8"]
HISTORY = ",".join(IDS)


def frame(app, column):
    """The first table with that column."""
    return next(found.value for found in app.dataframe if column in found.value.columns)


@pytest.mark.parametrize(("missing", "way"), [(None, "dropped"), ("renormalised", "renormalised")])
def test_the_picture_of_a_position_is_what_knocking_out_gives(opened, trained, cinema, missing, way):
    link = {"history": HISTORY, "position": "3", "facet": "era"} | ({"missing": missing} if missing else {})
    app = opened(trained.model, "gates", **link)
    seen = cinema.catalog.indices(IDS[:3])
    found = facet_knockouts(trained.model, seen, way)
    gate, spread, change = (numbers(trace["x"]) for trace in figure(app, "genre: gate")["data"])
    assert np.allclose(gate, recommend(trained.model, cinema.catalog.indices(IDS), 1).gate[2], atol=1e-6)
    assert np.allclose(spread, facet_spread(trained.model, seen), atol=1e-5)
    assert np.allclose(change, 1 - found.overlap)
    table = frame(app, "without era")
    assert table["without era"].tolist() == [cinema.catalog.title(int(item)) for item in found.top_without[1]]
    assert table["with all facets"].tolist() == [cinema.catalog.title(int(item)) for item in found.top]
    for was, title in zip(table["it was"], table["without era"], strict=True):
        there = table["with all facets"].tolist()
        assert (was == "not among them") == (title not in there)
        assert was == "not among them" or (was == "same place") == (
            there.index(title) == table["without era"].tolist().index(title)
        )
    data = component(app, "weights")
    assert data["chosen"] == {"row": "era", "column": 3}
    assert np.allclose(np.sum(data["weights"], axis=0), 1, atol=1e-3)


def test_what_is_selected_stays_in_the_link(opened, trained):
    link = {"history": HISTORY, "position": "3", "facet": "era", "expert": "2", "missing": "renormalised"}
    app = opened(trained.model, "gates", **link, by="last item's genre", rival="f11", target="f12")
    for name, value in (link | {"by": "last item's genre", "rival": "f11", "target": "f12"}).items():
        assert app.query_params[name] == value, name


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("position", "9", "The history has no item 9: it has 5"),
        ("position", "third", "The position 'third' in the link is no number from 1"),
        ("position", "0", "The position '0' in the link is no number from 1"),
        ("facet", "<b>era</b>", "has no facet '<b>era</b>': it has genre, era, director, free 1."),
        ("expert", "1", "The expert 1 cannot be shown: no facet is chosen with it"),
        ("missing", "sold", "cannot be 'sold': it can be dropped or renormalised"),
        ("by", "height", "Users cannot be grouped by 'height'"),
        ("rival", "nobody", "The rival 'nobody' is not among the items here"),
        ("rival", "f9", "The rival 'f9' is in the history already"),
    ],
)
def test_a_bad_value_in_a_link_gets_a_sentence_and_falls_back(opened, trained, name, value, sentence):
    app = opened(trained.model, "gates", history=HISTORY, **{name: value})
    assert sentence in said(app)
    assert "What each facet does after item 5" in said(app)
    assert name not in app.query_params


def test_an_item_older_than_what_is_read_is_told_of(opened, trained):
    app = opened(trained.model, "gates", history=",".join(f"f{n}" for n in range(1, 15)), position="1")
    assert "reads the newest 12 items, not item 1: the oldest that it reads is chosen." in said(app)
    assert "What each facet does after item 3" in said(app)
    assert app.query_params["position"] == "3"


def test_an_expert_that_a_facet_has_not_is_told_of(opened, trained):
    app = opened(trained.model, "experts", history=HISTORY, facet="era", expert="7")
    assert "The expert 7 cannot be shown: a facet of mine has 2" in said(app)


def test_the_expert_chosen_is_left_out_for_real(opened, trained, cinema):
    app = opened(trained.model, "experts", history=HISTORY, position="4", facet="director", expert="2")
    seen = cinema.catalog.indices(IDS[:4])
    target = int(recommend(trained.model, seen, 1).items[0])
    found = expert_effects(Question.about(trained.model, seen, target))
    assert f"Without **expert 2**, *{cinema.catalog.title(target)}*" in said(app)
    table = frame(app, "changed")
    assert np.allclose(table["changed"], 1 - found.overlap[2])
    shown = [np.log(float(text)) for text in table["times as likely"]]
    assert np.allclose(shown, -found.effect[2], atol=6e-4 + 0.05 * np.abs(found.effect[2]).max())
    reads = read_by_experts(trained.model, seen)
    bars = figure(app, "Attention of expert 2 of director")["data"][0]
    assert bars["type"] == "bar"
    assert np.allclose(numbers(bars["y"]), reads.reads(2, 3)[1], atol=1e-5)
    assert f"Expert 2 is {reads.pairs(2, 3)[0].bits:.3f} bits apart from expert 1" in said(app)
    data = component(app, "weights")
    assert data["chosen"] == {"row": "director: expert 2", "column": 4}
    assert len(data["rows"]) == 8


def test_an_expert_that_does_the_same_as_its_sibling_is_said_to(opened, trained, cinema):
    twins = build(trained.model.config).eval()
    twins.load_state_dict(trained.model.state_dict())
    with torch.no_grad():
        query = twins.expert_attention.query.weight.view(4, 2, -1, 16)  # (H, N, K, D)
        query[:, 1] = query[:, 0]
    text = said(opened(twins, "experts", history=HISTORY, facet="era", expert="1"))
    assert "**It reads the same as expert 2 here**: a weight between them says nothing" in text
    assert "all its experts read the history alike here: the weights say nothing" in text
    with torch.no_grad():
        query[:, 1] = -9 * query[:, 0]
    items = cinema.catalog.indices(IDS)
    assert read_by_experts(twins, items).pairs(1, 4)[-1].bits > ALIKE_BITS
    text = said(opened(twins, "experts", history=HISTORY, facet="era", expert="1"))
    assert "It reads the same" not in text
    assert "All its experts read the history differently here" in text


def test_where_its_weight_goes_is_shown_on_every_page(opened, trained):
    app = opened(trained.model, "why", history=HISTORY)
    for page in ("gates", "why", "gates"):
        chosen = next(group for group in app.main.get("button_group") if group.label == "Its gate weight")
        assert chosen.value == "dropped"
        app.switch_page(f"../pages/{page}.py").run()
    chosen = next(group for group in app.main.get("button_group") if group.label == "Its gate weight")
    assert chosen.value == "dropped"
    chosen.set_value("renormalised").run()
    assert app.query_params["missing"] == "renormalised"
    app.switch_page("../pages/why.py").run()
    assert next(group for group in app.main.get("button_group") if group.label == "Its gate weight").value == (
        "renormalised"
    )


@pytest.mark.parametrize("page", ["gates", "experts", "predict"])
@pytest.mark.parametrize("history", ["", "f3", "f3,f3"])
def test_short_histories_are_shown_or_told_of(opened, trained, page, history):
    app = opened(trained.model, page, history=history)
    text = said(app)
    if history == "f3":
        assert ("after item 1" in text) == (page != "predict")
    if page == "predict" and history == "f3":
        assert "The history has one item: there is nothing to weigh it against" in text


@pytest.mark.parametrize("page", ["gates", "experts", "predict"])
def test_models_without_facets_or_with_one_expert_or_facet(opened, trained, trained_sasrec, page):
    text = said(opened(trained_sasrec.model, page, history=HISTORY))
    assert "SASRec" in text
    lone = build(trained.model.config.model_copy(update={"experts": 1})).eval()
    text = said(opened(lone, page, history=HISTORY))
    assert ("has one expert a facet: there is nothing to route" in text) == (page == "experts")
    single = {"heads": 1, "facets": ("all",), "families": (), "experts": 2}
    text = said(opened(build(trained.model.config.model_copy(update=single)).eval(), page, history=HISTORY))
    if page == "gates":
        assert "This is the model's only facet: without it popularity alone ranks" in text
        assert "were found to be uninformative" in text


def test_a_mixture_cannot_drop_its_gate(opened, trained_mixture):
    app = opened(trained_mixture.model, "gates", history=HISTORY, missing="dropped")
    assert "a mixture of softmaxes cannot lose any" in said(app)
    assert "goes to the others" not in [option for group in app.button_group for option in group.options]


@pytest.mark.parametrize(("name", "tied"), [("planted-cinema-fame", True), ("planted-cinema-fame-published", False)])
def test_what_gate_weights_are_worth_is_what_was_measured(name, tied):
    from app.widgets.shared.weights import trusted

    found = json.loads((PROJECT / "pretrained" / name / "scorecard.json").read_text())["result"]
    gate = found["readings"]["gate"]
    said = trusted(tied).replace("\u00a0", "")
    assert f"{gate['right'] / gate['events']:.0%}".replace("%", "") + "%" in said
    most = max(family["events"] for family in found["by_family"].values()) / found["events"]
    assert f"{most if tied else found['chance']:.0%}" in said


@pytest.mark.parametrize(("page", "part"), [("gates", "gate"), ("experts", "router")])
def test_whether_the_part_earns_its_place_is_said_first_or_how_to_measure_it(opened, trained, cinema, page, part, home):
    app = opened(trained.model, page)
    assert "`python -m fame verify ablation --model MODEL --data DIR` does" in said(app)
    found = ablation(trained.model, leave_one_out(cinema.histories).test)
    folder = home / "runs" / "mine" / "best"
    stored.save(folder / ABLATION_FILE, describe(folder).fingerprint, found)
    first = app.run().markdown[0].value
    assert first.startswith(sentences.gate(found) if part == "gate" else sentences.routers(found))
    (folder / ABLATION_FILE).write_text("{half")
    assert "is not readable JSON" in said(app.run()) or page == "experts"


@pytest.fixture
def home(tmp_path):
    return tmp_path
