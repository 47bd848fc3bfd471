"""The commands that explain, and that test explanations."""

import json

import numpy as np
import pytest

from fame.checkpoint.description import describe
from fame.checkpoint.store import save
from fame.data import read
from fame.explain import stored
from fame.explain.facets.effects import expert_effects, facet_shares
from fame.explain.facets.what_if import reweigh
from fame.explain.past.methods import attribute
from fame.explain.question import Question
from fame.explain.trust.records.explanations import EXPLANATIONS_ADVICE, EXPLANATIONS_FILE, Explanations
from fame.ranking.recommend import recommend, take_apart
from tests.cli.test_commands import answer, fame, sentence

HISTORY = ["f5", "f9", "f12", "f40"]


@pytest.fixture(scope="module")
def model(trained, cinema, tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain") / "m"
    save(folder, trained.model, cinema, {})
    return folder


def ask(model, folder, history, target, *more):
    asked = ["--model", model, "--history", ",".join(history), "--target", target, "--data", folder]
    return fame("explain", *asked, *more)


def test_explain_has_the_shape_that_others_rely_on(model, cinema_folder, trained):
    catalog = read(cinema_folder).catalog
    indices = catalog.indices(HISTORY)
    for method in ("occlusion-remove", "shapley", "integrated-gradients"):
        found = answer(ask(model, cinema_folder, HISTORY, "f60", "--method", method, "--json"))
        assert set(found) == {"target", "rival", "method", "baseline", "attributions", "completeness_gap", "claim",
                              "counterfactual", "additions", "faithfulness", "item", "contrast", "missing", "facets",
                              "experts", "what_if"}  # fmt: skip
        assert (found["target"], found["method"]) == ("f60", method)
        assert [(one["position"], one["item_id"]) for one in found["attributions"]] == list(enumerate(HISTORY))
        own = attribute(Question.of(trained.model, indices, catalog.index("f60")), method)
        assert np.allclose([one["value"] for one in found["attributions"]], own.values)
        assert (found["completeness_gap"] is None) == (method == "occlusion-remove")
        assert set(found["faithfulness"]) == {"DEL@1", "recency_DEL@1", "random_DEL@1"}
        assert found["baseline"]

    def probability(left):
        return take_apart(trained.model, left, [catalog.index("f60")]).probability[0]

    latest = probability(indices[:-1]) / probability(indices)
    assert np.isclose(found["faithfulness"]["recency_DEL@1"], latest, atol=1e-4)
    told = found["counterfactual"]
    if told:
        left = [v for t, v in enumerate(indices) if t not in told["positions"]]
        top = recommend(trained.model, left, 20).items.tolist()
        assert catalog.id(next(v for v in top if v not in indices)) == told["new_top"] != told["old_top"]
        assert told["removed"] == [HISTORY[t] for t in told["positions"]]


def test_explain_tells_what_facets_experts_and_changes_do(model, cinema_folder, trained):
    catalog = read(cinema_folder).catalog
    indices, target = catalog.indices(HISTORY), catalog.index("f60")
    question = Question.of(trained.model, indices, target, catalog.index("f61"))
    changed = ("--rival", "f61", "--missing", "renormalised", "--weights", "1:100", "--without", "2", "--json")
    found = answer(ask(model, cinema_folder, HISTORY, "f60", *changed))
    shares, experts = facet_shares(question, "renormalised"), expert_effects(question)
    assert found["missing"] == "renormalised"
    assert [one["share"] for one in found["facets"].values()] == shares.values.tolist()
    assert [one["rank_without"] for one in found["facets"].values()] == shares.rank_without.tolist()
    assert [[one["fall"] for one in some] for some in found["experts"].values()] == experts.effect.tolist()
    ranked = recommend(trained.model, indices, 196).items.tolist()
    assert found["item"]["rank"] == ranked.index(target) + 1
    exact = found["contrast"]
    assert np.isclose(exact["bias"] + sum(exact["contributions"].values()), exact["score"], atol=1e-4)
    assert np.isclose(exact["bias"] + sum(exact["anatomy"].values()), exact["score"], atol=1e-4)

    what_if = found["what_if"]
    by_hand = reweigh(trained.model, indices, {0: 1.0}, {}, (1,), 10).ranking.items
    assert what_if["top"] == [catalog.id(int(v)) for v in by_hand]
    own = recommend(trained.model, [v for t, v in enumerate(indices) if t != 1], 1).gate[-1]
    assert np.allclose(list(what_if["gate"].values()), [1, *own[1:]], atol=1e-6)
    own = answer(ask(model, cinema_folder, HISTORY, "f60", "--json"))
    assert own["what_if"] is None
    assert own["missing"] == "dropped"


def test_what_would_bring_an_item_in_does(model, cinema_folder, trained):
    catalog = read(cinema_folder).catalog
    far = catalog.id(int(recommend(trained.model, catalog.indices(HISTORY), 14).items[-1]))
    found = answer(ask(model, cinema_folder, HISTORY, far, "--json"))["additions"]
    after = recommend(trained.model, catalog.indices([*HISTORY, *found["added"]]), 10).items.tolist()
    assert after.index(catalog.index(far)) + 1 == found["new_rank"]
    near = catalog.id(int(recommend(trained.model, catalog.indices(HISTORY), 1).items[0]))
    assert answer(ask(model, cinema_folder, HISTORY, near, "--json"))["additions"] is None


def test_other_models_are_explained_as_far_as_they_go(trained_sasrec, trained_mixture, cinema, cinema_folder, tmp_path):
    for name, one in (("sasrec", trained_sasrec), ("mixture", trained_mixture)):
        save(tmp_path / name, one.model, cinema, {})
    plain = ask(tmp_path / "sasrec", cinema_folder, HISTORY, "f60", "--rival", "f61", "--json")
    assert answer(plain)["facets"] is None
    assert "no facets and experts" in plain.stderr
    asked = (tmp_path / "mixture", cinema_folder, HISTORY, "f60", "--rival", "f61")
    found = answer(ask(*asked, "--weights", "2:0", "--json"))
    assert found["missing"] == "renormalised"
    assert np.isclose(sum(found["contrast"]["responsibilities"].values()), 0, atol=1e-5)
    assert found["what_if"]["gate"]["era"] == 0
    words = ask(*asked)
    assert words.returncode == 0
    assert "responsibilities: " in words.stdout
    assert "popularity" not in words.stdout
    assert "none can be dropped" in sentence(ask(*asked, "--missing", "dropped"))
    assert "leave one on" in sentence(ask(*asked, "--weights", "1:0,2:0,3:0,4:0"))


def test_a_long_history_is_explained_where_it_is_read(model, cinema_folder):
    long = [f"f{n}" for n in range(1, 15)]
    done = ask(model, cinema_folder, long, "f60", "--json")
    found = answer(done)
    assert [one["item_id"] for one in found["attributions"]] == long[2:]
    assert [one["position"] for one in found["attributions"]] == list(range(2, 14))
    assert "reads the newest 12 of 14" in done.stderr


def test_explain_in_words(model, cinema_folder):
    done = ask(model, cinema_folder, HISTORY, "f60", "--rival", "f61", "--weights", "1:0")
    assert done.returncode == 0, done.stderr
    catalog = read(cinema_folder).catalog
    title, rival = (catalog.title(catalog.index(one)) for one in ("f60", "f61"))
    assert done.stdout.startswith(f"Why {title} rather than {rival}?")
    for said in ("Past items, by occlusion-remove", "times what it was", "less the rival's", "fair share", "by hand"):
        assert said in done.stdout


@pytest.mark.parametrize(
    ("history", "target", "more", "said"),
    [
        (HISTORY, "nonsense", (), "There is no item 'nonsense'"),
        (HISTORY, "f9", (), "The target is already in the history"),
        (HISTORY, "f60", ("--rival", "f5"), "The rival is already in the history"),
        (HISTORY, "f60", ("--rival", "x"), "There is no item 'x'"),
        (["f5"], "f60", (), "The history has one item"),
        ([], "f60", (), "The history has no items"),
        (HISTORY, "f60", ("--method", "lime"), "There is no method 'lime'; choose one of occlusion-remove, "),
        ([f"f{n}" for n in range(1, 13)], "f60", ("--method", "shapley"), "up to 10 items, not 12"),
        (HISTORY, "f60", ("--missing", "lost"), "cannot be 'lost'; choose renormalised or dropped"),
        (HISTORY, "f60", ("--weights", "1:nan"), "is not FACET:PERCENT"),
        (HISTORY, "f60", ("--weights", "5:10"), "the model has 4 facets of"),
        (HISTORY, "f60", ("--without", "5"), "Item '5' cannot be left out: items 1 to 4 are read."),
        (HISTORY, "f60", ("--without", "1,2,3,4"), "something has to stay"),
    ],
)
def test_what_cannot_be_explained_is_said(model, cinema_folder, history, target, more, said):
    assert said in sentence(ask(model, cinema_folder, history, target, *more))


def test_the_marks_of_explanations_stay_with_their_model(model, cinema_folder):
    about = describe(model)
    assert stored.load(about, EXPLANATIONS_FILE, Explanations, EXPLANATIONS_ADVICE) is None
    asked = ["verify", "explanations", "--model", model, "--data", cinema_folder, "--users", 6]
    said = answer(fame(*asked, "--json"))
    found = stored.load(about, EXPLANATIONS_FILE, Explanations, EXPLANATIONS_ADVICE)
    assert {"model": about.fingerprint, **stored.as_json(found)} == said
    assert found.users == 6
    words = fame(*asked)
    assert words.returncode == 0
    assert "to be beaten" in words.stdout
    assert all(one.verdict in words.stdout for one in found.verdicts)
    content = json.loads((model / EXPLANATIONS_FILE).read_text())
    (model / EXPLANATIONS_FILE).write_text(json.dumps(content | {"model": "another"}))
    with pytest.raises(stored.StoredError, match="measured on other weights"):
        stored.load(about, EXPLANATIONS_FILE, Explanations, EXPLANATIONS_ADVICE)
