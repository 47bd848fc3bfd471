"""Why shows what `fame.explain` finds when it is asked again; its sentence claims only what a test bears out."""

import re

import numpy as np
import pytest

from app.sentences import past_items
from app.widgets.why.wished_gate import sentence
from fame.checkpoint.description import describe
from fame.explain import stored
from fame.explain.facets.effects import facet_shares
from fame.explain.facets.what_if import reweigh
from fame.explain.facets.wished_gate import WishedGate, wished_gate
from fame.explain.past.claim import Claim, claim
from fame.explain.past.counterfactual import fewest_removals
from fame.explain.past.kinds import KINDS
from fame.explain.past.methods import attribute
from fame.explain.question import Question
from fame.explain.trust.faithfulness import judge
from fame.explain.trust.records.explanations import EXPLANATIONS_FILE
from fame.files import read_json, write_json
from fame.ranking.recommend import recommend
from tests.app.conftest import component, figure, numbers, said
from tests.model.conftest import make

IDS = ["f3", "f9", "f27", "f41", "f8"]
HISTORY = ",".join(IDS)


def question(trained, cinema, target=None, rival=None):
    read = cinema.catalog.indices(IDS)
    target = int(recommend(trained.model, read, 1).items[0]) if target is None else cinema.catalog.index(target)
    return Question.of(trained.model, read, target, None if rival is None else cinema.catalog.index(rival))


@pytest.fixture(scope="module")
def sharp(trained):
    """A model of the same shape that listens to every item, though it was never trained."""
    return make(trained.model.config)


def worked_out(app, button: str, until: str):
    """Press the button of a search, which is there where a busy machine would need long, and wait for its answer."""
    if any(one.key == button for one in app.button):
        app.button(key=button).click().run()
    while until not in said(app) and not any(one.key == until for one in app.button):
        app.run()
    return app


def ranking(app) -> list[str]:
    return [row["id"] for row in component(app, "rows")["rows"]]


@pytest.mark.parametrize("method", ["occlusion-mask", "greedy", "shapley", "integrated-gradients", "attention"])
def test_the_bars_and_the_sentence_are_the_methods(opened, trained, cinema, method):
    app = worked_out(opened(trained.model, "why", history=HISTORY, method=method), f"{method}-past", "How far to")
    asked = question(trained, cinema)
    found = attribute(asked, method)
    cards = component(app, "cards")["cards"]
    assert np.allclose([card["value"] for card in cards], found.values, atol=1e-5)
    rows = figure(app, "What each method finds")["data"]
    assert np.allclose(numbers(rows[0]["y"]), found.values, atol=1e-5)
    assert np.allclose(numbers(rows[-2]["y"]), np.arange(1, 6) / 5)  # recency is always there
    assert len(rows) == 3
    title, tested = cinema.catalog.title(asked.target), claim(asked, found)
    begins = ("" if tested is not None and tested.holds else "**No clear answer**: ") + f"*{title}*"
    sentence = next(line for line in said(app).splitlines() if line.startswith(begins))
    if tested is not None:
        assert all(cinema.catalog.title(int(asked.read[t])) in sentence for t in tested.items)


def test_methods_stand_side_by_side(opened, trained):
    app = opened(trained.model, "why", history=HISTORY, method="attention,rollout,occlusion-remove,sorcery")
    assert "There is no method 'sorcery'" in said(app)
    rows = figure(app, "What each method finds")["data"]
    assert len(rows) == 5
    assert app.query_params["method"] == "attention,rollout,occlusion-remove"
    assert "here is a **guess**" in said(app)  # nothing was tested on this model


def test_a_methods_measured_truth_stands_beside_it(opened, trained, cinema, tmp_path):
    app = opened(trained.model, "why", history=HISTORY, method="attention,occlusion-remove")
    folder = tmp_path / "runs" / "mine" / "best"
    found = judge(trained.model, cinema, 8, methods=("attention", "occlusion-remove"))
    stored.save(folder / EXPLANATIONS_FILE, describe(folder).fingerprint, found)
    text = said(app.run())
    assert "guess" not in text
    for verdict in found.verdicts:
        assert re.search(rf"\*\*{KINDS[verdict.method].title}\*\* :.*{verdict.verdict}", text), verdict
    area = found.row("recency", "remove").mean[found.measures.index("area")]
    assert f"area {area:.2f}" in text
    write_json(
        folder / EXPLANATIONS_FILE, read_json(folder / EXPLANATIONS_FILE, "") | {"model": "other weights"}
    )  # brought in by hand
    text = said(app.run())
    assert "was measured on other weights" in text
    assert "here is a **guess**" in text


def test_against_a_rival_everything_is_about_the_difference(opened, trained, cinema):
    app = opened(trained.model, "why", history=HISTORY, target="f11", rival="f12", method="occlusion-remove")
    asked = question(trained, cinema, "f11", "f12")
    found = attribute(asked, "occlusion-remove")
    assert np.allclose([card["value"] for card in component(app, "cards")["cards"]], found.values, atol=1e-5)
    shares = facet_shares(asked, "dropped")
    fair, alone = figure(app, "What each facet does")["data"]
    assert np.allclose(numbers(fair["x"]), shares.values, atol=1e-5)
    assert np.allclose(numbers(alone["x"]), shares.alone, atol=1e-5)
    assert "Why this and not that?" in said(app)


def test_weights_and_left_out_items_are_run_and_stay_in_the_link(opened, trained, cinema):
    link = {"weights": "1:70,2.1:0", "without": "2,5"}
    app = opened(trained.model, "why", history=HISTORY, **link)
    read = cinema.catalog.indices(IDS)
    found = reweigh(trained.model, read, {0: 0.7}, {(1, 0): 0.0}, [1, 4], 10).ranking
    assert ranking(app) == [cinema.catalog.id(item) for item in found.items.tolist()]
    assert {name: app.query_params[name] for name in link} == link
    assert [card["out"] for card in component(app, "cards")["cards"]] == [False, True, False, False, True]
    app.button(key="own").click().run()
    own = recommend(trained.model, read, 10).items.tolist()
    assert ranking(app) == [cinema.catalog.id(item) for item in own]
    assert not {"weights", "without"} & set(app.query_params)


def test_a_slider_is_what_the_model_weighs(opened, trained, cinema):
    app = opened(trained.model, "why", history=HISTORY)
    app.slider(key="weight-1").set_value(90).run()
    assert app.query_params["weights"] == "2:90"
    found = reweigh(trained.model, cinema.catalog.indices(IDS), {1: 0.9}, {}, k=10)
    assert ranking(app) == [cinema.catalog.id(item) for item in found.ranking.items.tolist()]
    shown = [app.slider(key=f"weight-{h}").value for h in range(len(found.gate))]
    assert np.allclose(shown, 100 * found.gate, atol=0.51)


def test_sliders_sentence_and_link_agree_where_the_weights_come_to_more_than_all(opened, trained):
    app = opened(trained.model, "why", history=HISTORY, facet="genre")
    own = [app.slider(key=f"weight-{h}").value for h in range(4)]
    app.slider(key="weight-0").set_value(84).run()
    app.slider(key="weight-1").set_value(42).run()
    app.slider(key="route-0-1").set_value(0).run()
    assert app.query_params["weights"] == "1:84,2:42,1.2:0"
    assert "With **facet genre at 84\u00a0%; facet era at 42\u00a0%; expert 2 of facet genre at 0\u00a0%**" in said(app)
    shown = {slider.label: slider.value for slider in app.slider}
    assert (shown["genre: chosen"], shown["era: chosen"], shown["expert 2: chosen"]) == (84, 42, 0)
    assert abs(shown["director"] - own[2]) <= 5  # untouched; the gate reads what the routers make of a facet
    assert "together they may come to more or less than 100\u00a0%" in said(app)


def test_what_the_page_shows_late_is_not_taken_for_a_choice(opened, trained):
    app = opened(trained.model, "why", history=HISTORY)
    first = app.slider(key="weight-0")
    first.set_value(90).run()
    app.button(key="own").click().run()  # the slider goes back, and the browser may still send where it stood
    assert "weights" not in app.query_params
    app.slider(key="weight-1").set_value(40).run()
    assert app.query_params["weights"] == "2:40"


def test_the_fewest_removals_can_be_left_out_and_put_back(opened, sharp, cinema):
    app = opened(sharp, "why", history=HISTORY)
    found = fewest_removals(sharp, cinema.catalog.indices(IDS))
    assert cinema.catalog.title(found.new_top) in said(app)
    app.button(key="leave-out").click().run()
    assert ranking(app)[0] == cinema.catalog.id(found.new_top)
    assert app.query_params["without"] == ",".join(str(t + 1) for t in found.removed)
    app.button(key="leave-out").click().run()
    assert ranking(app)[0] == cinema.catalog.id(found.old_top)


def test_an_item_far_down_gets_what_would_bring_it_up(opened, sharp, cinema):
    read = cinema.catalog.indices(IDS)
    far = cinema.catalog.id(int(recommend(sharp, read, 14).items[-1]))
    app = opened(sharp, "why", history=HISTORY, target=far)
    assert "What would have been needed?" in said(app)
    worked_out(app, "fewest-additions", "add-fewest").button(key="add-fewest").click().run()
    assert app.query_params["target"] == far
    assert app.query_params["history"].startswith(HISTORY + ",")
    after = recommend(sharp, cinema.catalog.indices(app.query_params["history"].split(",")), 10).items
    assert cinema.catalog.index(far) in after
    with pytest.raises(KeyError):
        app.button(key="add-fewest")


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"target": "f9"}, "The target 'f9' is in the history already"),
        ({"target": "nobody"}, "The target 'nobody' is not in"),
        ({"weights": "1:nan"}, "The weight '1:nan' is not FACET:PERCENT"),
        ({"weights": "1:inf,2:50"}, "The weight '1:inf' is not"),
        ({"weights": "1:900"}, "with 0 to 100"),
        ({"weights": "9:50"}, "is of no facet or expert that there is"),
        ({"weights": "1.7:50"}, "is of no facet or expert that there is"),
        ({"weights": "0:50"}, "is of no facet or expert that there is"),
        ({"without": "9"}, "Item '9' cannot be left out: items 1 to 5 are read."),
        ({"without": "<b>"}, "Item '<b>' cannot be left out"),
        ({"without": "1,2,3,4,5"}, "something has to stay"),
    ],
)
def test_a_bad_value_in_a_link_gets_a_sentence_and_falls_back(opened, trained, link, sentence):
    app = opened(trained.model, "why", history=HISTORY, **link)
    assert sentence in said(app)
    assert len(ranking(app)) == 10


def test_a_link_full_of_nonsense_gets_a_sentence_each(opened, trained):
    app = opened(trained.model, "why", history=HISTORY, weights="x," * 500 + "2:60", without="x," * 500 + "2")
    assert len(app.warning) == 2
    assert {name: app.query_params[name] for name in ("weights", "without")} == {"weights": "2:60", "without": "2"}


PAST = ["Thief", "Ran", "Alien", "Diva"]


def made(items, rank, rank_without, fall, others, others_rank=(), lead=None, way="remove"):
    return Claim(items, way, rank, rank_without, fall, lead, np.array(others), np.array(others_rank))


@pytest.mark.parametrize("rival", [None, "Ronin"])
def test_a_claim_says_of_others_only_what_was_run(rival):
    def text(claim, first=None):
        return past_items.because("attention", claim, "Heat", 0.1, PAST, rival, first)

    lead = None if rival is None else 0.4
    little = text(made((0,), 3, 3, 0.01, [0.0, 0.005, 0.0], lead=lead))
    assert little.startswith("**No clear answer**")
    assert "most" in little
    assert "another" not in little
    equal = text(made((0,), 3, 3, 0.9, [0.0, 0.9, 0.0], lead=lead))
    assert equal.startswith("**No clear answer**")
    assert "as far as removing another does" in equal
    fact = text(made((0,), 3, 9, 0.9, [0.0, 0.5, 0.0], lead=lead), first=1)
    assert "Of the 4 past items that are read, removing *Thief*" in fact
    assert "most" in fact
    assert "By attention, *Ran* comes first." in fact
    assert "because" not in fact
    assert "comes first" not in text(made((0,), 3, 9, 0.9, [0.0, 0.5, 0.0], lead=lead), first=0)
    assert "by nothing that could be measured" in text(None)


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        ([2, 2, 2], "without 2 drawn by lot it stays there."),
        ([2, 1, 2], "without 2 drawn by lot it typically stays there."),
        ([2, 2, 4], "without 2 drawn by lot it typically stays there."),
        ([1, 4, 5], "without 2 drawn by lot it would typically be fourth."),
        ([4, 4, 4], "without 2 drawn by lot it would be fourth."),
        ([1, 1, 1], "without 2 drawn by lot it would be first."),
    ],
)
def test_what_other_items_do_is_said_of_all_of_them_or_as_typical(ranks, words):
    held = made((0, 1), 2, 9, 0.9, np.zeros(3), ranks, way="mask")
    text = past_items.because("greedy", held, "Heat", 0.1, PAST)
    assert words in text
    assert "because of *Thief* and *Ran*: without those 2 items (masked in place) it would be ninth" in text


def test_several_items_are_tested_against_as_many():
    held = made((0, 1, 2), 2, 2, 0.9, np.zeros(39), np.full(39, 2), lead=0.4)
    words = "*Thief*, *Ran* and *Alien* speak for it more than any of 39 other threes of past items, drawn by lot"
    assert words in past_items.because("greedy", held, "Heat", 0.1, PAST, "Ronin")


def test_every_facet_off_leaves_popularity(opened, trained, trained_mixture):
    app = opened(trained.model, "why", history=HISTORY, weights="1:0,2:0,3:0,4:0")
    assert "Every facet is switched off: popularity alone ranks." in said(app)
    app = opened(trained_mixture.model, "why", history=HISTORY, weights="1:0,2:0,3:0,4:0")
    assert "leave one on" in said(app)
    app = opened(trained.model, "why", history=HISTORY, weights="1.1:0,1.2:0")
    assert "every expert switched off reads nothing" in said(app)


def test_a_history_of_one_item_and_none(opened, trained):
    for rival in ("", "f11"):
        app = opened(trained.model, "why", history="f3", rival=rival)
        assert "there is nothing to weigh it against" in said(app)
        assert len(ranking(app)) == 10
    app = opened(trained.model, "why", history="")
    assert not app.exception
    assert component(app, "empty")["cards"] == []


def test_sasrec_has_past_items_alone(opened, trained_sasrec):
    app = opened(trained_sasrec.model, "why", history=HISTORY, weights="1:50")
    assert "SASRec has no facets" in said(app)
    assert "is of no facet or expert" in said(app)
    assert not app.slider
    assert len(ranking(app)) == 10


def test_one_expert_a_facet_leaves_nothing_to_route(opened, trained):
    lone = make(trained.model.config.model_copy(update={"experts": 1}))
    app = opened(lone, "why", history=HISTORY, weights="1.1:0")
    assert "is of no facet or expert that there is" in said(app)
    assert "there is nothing to route" in said(app)
    assert "Each facet has one expert, which is the facet." in said(app)
    assert [slider.key for slider in app.slider] == [f"weight-{h}" for h in range(4)]


def test_a_mixture_has_shares_and_sliders_too(opened, trained_mixture, cinema):
    app = opened(trained_mixture.model, "why", history=HISTORY, weights="2:90")
    shares = facet_shares(question(trained_mixture, cinema), "renormalised")
    fair, _ = figure(app, "What each facet does")["data"]
    assert np.allclose(numbers(fair["x"]), shares.values, atol=1e-5)
    found = reweigh(trained_mixture.model, cinema.catalog.indices(IDS), {1: 0.9}, {}, k=10)
    assert ranking(app) == [cinema.catalog.id(item) for item in found.ranking.items.tolist()]


def test_what_cannot_be_used_says_why(opened, trained):
    long = ",".join(f"f{n}" for n in range(1, 13))
    app = opened(trained.model, "why", history=long, method="shapley")
    assert "done for up to 10 items, not 12" in said(app)
    assert "is not worked out yet" in said(app)


@pytest.mark.parametrize(
    ("lead", "words"), [(0.0, "about as likely as"), (1.1, "3 times"), (-1.1, "0.33 times"), (9, "far likelier")]
)
def test_a_lead_in_words(lead, words):
    assert words in past_items.times(lead)


def test_why_ends_with_the_gate_that_would_have_put_it_first(opened, trained, cinema):
    read = cinema.catalog.indices(IDS)
    top = recommend(trained.model, read, 80).items
    for place in (2, len(top) - 1):
        target = cinema.catalog.id(int(top[place]))
        found = wished_gate(question(trained, cinema, target))
        told = sentence(found, trained.model.config.facets, cinema.catalog.title(int(top[place])))
        assert told.replace("\\", "") in said(opened(trained.model, "why", history=HISTORY, target=target))
        if found is not None:
            again = reweigh(trained.model, read, dict(enumerate(map(float, found.gate))), {}, k=1)
            assert cinema.catalog.id(int(again.ranking.items[0])) == target
    assert "What would have been needed?" not in said(opened(trained.model, "why", history=HISTORY))
    first, other = (cinema.catalog.id(int(top[place])) for place in (0, 2))
    found = sentence(
        wished_gate(question(trained, cinema, other)), trained.model.config.facets, cinema.catalog.title(int(top[2]))
    )
    assert found.replace("\\", "") in said(opened(trained.model, "why", history=HISTORY, target=first, rival=other))


def test_weights_that_are_said_to_change_do_and_the_others_do_not():
    own = np.array([0.5, 0.3, 0.2])
    told = sentence(WishedGate(np.array([0.5, 0.1, 0.4]), own, 0.2), ("a", "b", "c"), "X")
    assert "**b** 30\u00a0% → 10\u00a0%" in told
    assert "**c** 20\u00a0% → 40\u00a0%; the others stay" in told
    assert "**a**" not in told
    assert sentence(None, ("a",), "X").startswith("**No gate does it.**")
    assert "less than one percent" in sentence(WishedGate(own, own, 0.001), ("a", "b", "c"), "X")
