"""`evaluate`, `recommend` and `explain` keep one rule about items that were seen before, and about a user's past."""

import json
import math

import numpy as np
import pytest

from fame.checkpoint.store import save
from fame.data import leave_one_out
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train
from tests.cli.test_commands import answer, fame, sentence
from tests.conftest import QUICK


@pytest.fixture(scope="module")
def model(rewatched, tmp_path_factory):
    run = Run.start(tmp_path_factory.mktemp("runs") / "again", settings(**QUICK), rewatched)
    train(run, rewatched)
    return run.folder / "best"


def evaluated(model, folder, *more):
    return fame("evaluate", "--model", model, "--data", folder, *more)


def test_targets_that_were_seen_are_counted_said_and_left_out(model, rewatched, rewatched_folder):
    test = leave_one_out(rewatched.histories).test
    again = int(test.repeated().sum())
    found = answer(evaluated(model, rewatched_folder, "--json"))
    assert (found["repeats"], found["users"], found["filtered"]) == (again, len(test.targets) - again, True)
    assert math.isclose(found["repeats_share"], again / len(test.targets))
    kept = answer(evaluated(model, rewatched_folder, "--json", "--repeats", "keep"))
    assert (kept["repeats"], kept["users"], kept["filtered"]) == (again, len(test.targets), False)
    said = " ".join(evaluated(model, rewatched_folder).stderr.split())
    assert f"{again} of {len(test.targets)} held-out items ({again / len(test.targets):.1%})" in said
    assert "left out of the measures" in said


def test_training_measures_by_the_same_rule(model, rewatched_folder):
    card = json.loads((model / "card.json").read_text())["metrics"]
    found = answer(evaluated(model, rewatched_folder, "--json"))
    assert {name: found[name] for name in card["test"]} == card["test"]
    assert (card["users"], card["repeats"]) == (found["users"], found["repeats"])
    assert card["popularity"] == found["popularity"]
    validation = answer(evaluated(model, rewatched_folder, "--json", "--split", "validation"))
    assert {name: validation[name] for name in card["validation"]} == card["validation"]


@pytest.mark.parametrize("repeats", ["drop", "keep"])
def test_what_evaluate_counts_is_what_recommend_gives_each_user(model, rewatched, rewatched_folder, repeats):
    measures = answer(evaluated(model, rewatched_folder, "--json", "--repeats", repeats))
    test = leave_one_out(rewatched.histories).test
    hits, ranks, users = 0, [], 0
    for row in test.users:
        asked = ["recommend", "--model", model, "--data", rewatched_folder, "--user", rewatched.users[row], "-k", 10]
        found = answer(fame(*asked, "--repeats", repeats, "--json"))
        came, past = found["held_out"], rewatched.histories[int(row)].tolist()
        assert found["history"] == [rewatched.catalog.id(v) for v in past[:-1]]
        assert came["item_id"] == rewatched.catalog.id(past[-1])
        assert came["repeat"] == (past[-1] in past[:-1])
        top = [item["item_id"] for item in found["items"]]
        hits += came["item_id"] in top
        if repeats == "drop":
            assert not set(top) & set(found["history"])
            assert found["hidden"] == len(set(found["history"]))
        if came["rank"] is not None:
            users += 1
            ranks.append(came["rank"])
            assert (came["rank"] <= 10) == (came["item_id"] in top)
    assert users == measures["users"]
    assert math.isclose(hits / users, measures["HR@10"])
    assert math.isclose(np.mean([1 / rank if rank <= 10 else 0 for rank in ranks]), measures["MRR@10"])


def test_a_user_stands_in_for_a_history_and_is_named_where_not_there(model, rewatched, rewatched_folder):
    where = ["--model", model, "--data", rewatched_folder]
    assert "Give either --history or --user" in sentence(fame("recommend", *where))
    assert "not both" in sentence(fame("recommend", *where, "--history", "f1", "--user", "u1"))
    assert "There is no user 'nobody' among the 70" in sentence(fame("recommend", *where, "--user", "nobody"))
    short = next(u for u in range(70) if len(rewatched.histories[u]) == 2)
    done = fame("recommend", *where, "--user", rewatched.users[short], "--json")
    assert "too few to hold one out" in " ".join(done.stderr.split())
    assert answer(done)["held_out"] is None
    assert len(answer(done)["history"]) == 2
    said = fame("recommend", *where, "--user", "u1").stdout
    assert "user u1 went on with" in said


def test_a_seen_item_is_explained_where_it_is_recommended(model, rewatched_folder):
    asked = ["explain", "--model", model, "--data", rewatched_folder, "--history", "f1,f2,f3", "--target", "f1"]
    assert "already in the history" in sentence(fame(*asked))
    found = answer(fame(*asked, "--repeats", "keep", "--json"))
    ranked = fame("recommend", *asked[1:7], "-k", 80, "--repeats", "keep", "--json")
    ids = [item["item_id"] for item in answer(ranked)["items"]]
    assert len(ids) == 80
    assert found["item"]["rank"] == 1 + ids.index("f1")


@pytest.mark.parametrize("kind", ["trained", "trained_sasrec"])
def test_parts_add_up_to_the_score_with_facets_and_without(kind, request, cinema, cinema_folder, tmp_path):
    save(tmp_path / "m", request.getfixturevalue(kind).model, cinema, {})
    asked = ["--model", tmp_path / "m", "--data", cinema_folder, "--history", "f5,f9,f3"]
    found = answer(fame("recommend", *asked, "--json"))
    if kind == "trained_sasrec":
        assert (found["facets"], found["gate"], found["router"]) == ([], {}, {})
    contrasted = answer(fame("explain", *asked, "--target", "f60", "--rival", "f61", "--json"))
    for item in [*found["items"], contrasted["item"]]:
        for parts in ("contributions", "anatomy"):
            assert abs(item["reference"] + item["bias"] + sum(item[parts].values()) - item["score"]) < 1e-4
    difference = contrasted["contrast"]
    for parts in ("contributions", "anatomy"):
        assert abs(difference["bias"] + sum(difference[parts].values()) - difference["score"]) < 1e-4
