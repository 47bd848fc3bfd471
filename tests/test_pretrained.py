"""The models that ship are what their cards say."""

import json

import numpy as np
import pytest

from fame.checkpoint.description import describe
from fame.checkpoint.store import load
from fame.data import leave_one_out, read
from fame.explain import example, stored
from fame.explain.inside import look_inside
from fame.explain.knockout import knockout
from fame.explain.meaning import records as meaning
from fame.explain.trust.faithfulness import ask, mark
from fame.explain.trust.records.explanations import EXPLANATIONS_ADVICE, EXPLANATIONS_FILE, Explanations
from fame.home import PROJECT, data_folder
from fame.maps import store
from fame.ranking.evaluation import popularity_ranks, ranks
from fame.ranking.metrics import means

SHIPPED = sorted(folder.name for folder in (PROJECT / "pretrained").glob("*/"))


def test_fame_as_default_and_as_published_and_the_baseline_ship_and_one_for_preferences():
    models = ("fame", "fame-published", "sasrec")
    wanted = {f"{data}-{model}" for data in ("planted-cinema", "movielens-100k") for model in models}
    assert set(SHIPPED) == wanted | {"planted-preferences-fame"}


@pytest.fixture(params=SHIPPED)
def shipped(request):
    model = describe(PROJECT / "pretrained" / request.param)
    if not data_folder(model.dataset).exists():
        pytest.skip(f"{model.dataset} is not on this machine; `make data` fetches it")
    return load(model.folder), read(data_folder(model.dataset))


def test_evaluating_it_reproduces_its_card(shipped):
    checkpoint, data = shipped
    checkpoint.catalog(data)
    split, metrics = leave_one_out(data.histories), checkpoint.description.card["metrics"]
    # To a few users' worth: another processor may round a near-tie the other way.
    near = pytest.approx(metrics["test"], abs=3 / metrics["users"])
    assert means(ranks(checkpoint.model, split.test)) == near
    assert means(popularity_ranks(split.train, split.test, len(data.catalog))) == pytest.approx(metrics["popularity"])
    assert metrics["test"]["NDCG@10"] > 1.5 * metrics["popularity"]["NDCG@10"]
    readme = (checkpoint.description.folder / "README.md").read_text(encoding="utf-8")
    for name in ("HR@10", "NDCG@10"):
        assert f"| {name} | {metrics['test'][name]:.4f} |" in readme


def test_its_example_is_what_it_says_live(shipped):
    checkpoint, _ = shipped
    stored = example.load(checkpoint.description)
    assert stored is not None
    history = stored.recommendation.history.tolist()
    inside = look_inside(checkpoint.model, history, len(stored.recommendation.items))
    live = inside.answer
    assert live.items[0] == stored.recommendation.items[0]
    assert np.allclose(live.score, stored.recommendation.score, atol=1e-3)
    for value in ("gate", "router", "attention", "facet_norm"):
        ours, theirs = getattr(stored.inside, value), getattr(inside, value)
        assert ours is theirs is None or np.allclose(ours, theirs, atol=1e-3)
    again = knockout(checkpoint.model, history, int(live.items[0]))
    assert np.allclose(again.item_effect, stored.knockout.item_effect, atol=1e-3)


def test_its_maps_belong_to_it(shipped):
    checkpoint, data = shipped
    maps = store.load(checkpoint.description.folder, checkpoint.description.fingerprint)
    assert maps.of == len(data.catalog)
    assert [space.name for space in maps.spaces][1:] == list(checkpoint.model.config.facets)


def test_what_its_facets_mean_ships_with_it(shipped):
    checkpoint, _ = shipped
    found = meaning.load(checkpoint.description)
    assert (found is None) == (checkpoint.model.config.architecture == "sasrec")
    if found is not None:
        assert found.tied == checkpoint.model.config.families


def test_how_true_its_explanations_are_ships_with_it(shipped):
    checkpoint, data = shipped
    found = stored.load(checkpoint.description, EXPLANATIONS_FILE, Explanations, EXPLANATIONS_ADVICE)
    assert found is not None
    assert found.users == 200
    questions = ask(checkpoint.model, data, found.users, found.seed)
    drawn = mark(questions, ("recency",), found.seed)[:, 0, 0]
    row = found.row("recency", "remove")
    assert row is not None
    assert np.allclose(row.mean, drawn.mean(0), atol=1e-3)


def test_no_movie_title_ships():
    """GroupLens' terms: the MovieLens folders hold weights and ids only."""
    for folder in (PROJECT / "pretrained").glob("movielens-100k-*"):
        made_here = {"anatomy", "derived", "trace"}  # by set-up, from the movies that it fetched, and by the app
        figures = {"meaning.json", "explanations.json", "ablation.json"}
        assert {path.name for path in folder.iterdir()} - figures - made_here == {
            "model.safetensors", "config.json", "items.json", "card.json", "example.json", "README.md", "maps"
        }  # fmt: skip
        ignored = (PROJECT / ".gitignore").read_text(encoding="utf-8")
        assert "/pretrained/*/trace/" in ignored
        assert all(f"/pretrained/movielens-*/{name}/" in ignored for name in made_here - {"trace"})
        assert all(item_id.isdigit() for item_id in json.loads((folder / "items.json").read_text()))
