"""What is derived from interactions finds what was planted, sees no held-out item, and says what it lacks."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from fame.data import Catalog, Family, write
from fame.data.derived import store
from fame.data.derived.bands import bands
from fame.data.derived.derive import derive
from fame.data.derived.log import training_log
from fame.data.derived.records import AUDIENCE
from fame.explain.meaning.audience_names import named

KINDS, USERS, ITEMS = 4, 240, 120
START = 9e8  # 1998, in seconds


def interactions(users=USERS, kinds=KINDS, items=ITEMS, length=20, seed=1):
    """Each user takes nine of ten items from those of one kind."""
    rng, rows = np.random.default_rng(seed), []
    for user in range(users):
        own = np.flatnonzero(np.arange(items) % kinds == user % kinds)
        for at in range(length):
            item = rng.choice(own) if rng.random() < 0.9 else rng.integers(items)
            rows.append((f"u{user:03}", f"i{item:03}", START + 86_400 * (user + at), float(1 + item % 5)))
    return pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp", "rating"])


def made(folder, log, families=(), **columns):
    items = pd.DataFrame({"item_id": sorted(set(log["item_id"]))})
    items = items.assign(
        title="Film " + items["item_id"], **{name: items["item_id"].map(of) for name, of in columns.items()}
    )
    return write(folder, name="made", interactions=log, items=items, families=families, origin="made up", licence="MIT")


def kind(item_id):
    return int(item_id[1:]) % KINDS


@pytest.fixture(scope="module")
def communities(tmp_path_factory):
    folder = tmp_path_factory.mktemp("derived") / "made"
    data = made(folder, interactions(), (Family("kind", "kind", False),), kind=lambda item: "abcd"[kind(item)])
    return folder, data, derive(folder, data)


def codes(found, name):
    return next(family for family in found.families if family.name == name).codes


def test_audiences_are_the_groups_of_users_and_items_that_there_are(communities):
    _, data, found = communities
    wide = codes(found, AUDIENCE)[1:, 0]
    truth = [kind(item_id) for item_id in data.catalog.ids]
    assert adjusted_mutual_info_score(truth, wide) > 0.95
    level = found.stability[0]
    assert level.number == KINDS
    assert min(level.seeds, level.halves) > 0.9


def test_in_a_large_catalog_the_most_taken_tell_and_the_others_join(communities, tmp_path, monkeypatch):
    folder, data, whole = communities
    monkeypatch.setattr("fame.data.derived.audience.SAMPLE", 40)
    found = derive(folder, data)
    assert found.stability[0].number == KINDS
    wide, truth = codes(found, AUDIENCE)[1:, 0], [kind(item_id) for item_id in data.catalog.ids]
    assert ((wide >= 0) == (codes(whole, AUDIENCE)[1:, 0] >= 0)).all()
    assert adjusted_mutual_info_score(truth, wide) > 0.9


def test_nothing_held_out_is_in_it_and_it_comes_out_again(communities, tmp_path):
    _, data, found = communities
    log = interactions()
    held_out = log.groupby("user_id").cumcount(ascending=False) < 2
    shuffled = log.copy()
    shuffled.loc[held_out, ["item_id", "rating"]] = log.loc[held_out, ["item_id", "rating"]].to_numpy()[::-1]
    other = derive(
        tmp_path / "other", made(tmp_path / "other", shuffled, data.catalog.families, kind=lambda i: "abcd"[kind(i)])
    )
    for one, again in zip(found.families, other.families, strict=True):
        assert (one.name, one.values) == (again.name, again.values)
        assert (one.codes == again.codes).all()


def test_an_audience_is_called_by_what_its_items_have_and_by_titles_where_nothing_is_told(communities):
    _, data, found = communities
    called = named(found, data.catalog)
    for audience in called.audiences:
        if audience.level == "wide":
            told = {"abcd"[kind(data.catalog.id(item))] for item in audience.typical}
            assert {one.value for one in audience.enriched if one.family == "kind"} == told
            assert audience.name(data.catalog).startswith(f"{audience.label} {told.pop()}: ")
    bare = named(found, Catalog(data.catalog.ids, data.catalog.titles))
    for audience in bare.audiences:
        assert not audience.enriched
        assert data.catalog.title(audience.typical[0]) in audience.name(data.catalog)


def test_it_is_stored_with_a_model_for_these_data_only(communities, tmp_path):
    _, data, found = communities
    store.save(tmp_path, found)
    again = store.load(tmp_path, data.fingerprint)
    for one, other in zip(found.families, again.families, strict=True):
        assert one.values == other.values
        assert (one.codes == other.codes).all()
    assert replace(again, families=()) == replace(found, families=())
    assert store.load(tmp_path, "0" * 64) is None
    whole = store.attached(tmp_path, data)
    assert (whole.fingerprint, whole.catalog.given) == (data.fingerprint, data.catalog.given)
    assert {family.name for family in whole.catalog.derived} == {one.name for one in found.families}
    (tmp_path / "derived" / "items.parquet").write_bytes(b"nothing")
    with pytest.raises(store.DerivedError, match="python -m fame derive"):
        store.load(tmp_path, data.fingerprint)


def test_a_family_of_the_data_keeps_its_name_beside_a_derived_one(communities):
    _, data, found = communities
    values = [(str(n % 3),) for n in range(len(data.catalog))]
    catalog = Catalog(data.catalog.ids, None, [Family(AUDIENCE, AUDIENCE, False)], {AUDIENCE: values})
    both = found.onto(catalog)
    assert both.values(AUDIENCE, 1) == values[0]
    assert [family.kind for family in both.families if family.name.startswith(AUDIENCE)] == ["given", "derived"]


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (interactions(users=1), "one user"),
        (interactions(kinds=1, seed=2), "comes out again"),
        (interactions().assign(item_id=[f"i{n}" for n in range(USERS * 20)]), "no item was taken by two users"),
        (interactions(users=3, items=30), "5 users or more"),
    ],
    ids=["one-user", "no-groups", "nothing-shared", "few"],
)
def test_where_there_are_no_audiences_it_says_why(log, why, tmp_path):
    found = derive(tmp_path / "made", made(tmp_path / "made", log))
    assert not found.audiences
    assert AUDIENCE not in {family.name for family in found.families}
    assert found.left_out[0].startswith("audience: ")
    assert why in found.left_out[0]


@pytest.mark.parametrize(
    ("log", "gone"),
    [
        (interactions().assign(item_id=[f"i{n}" for n in range(USERS * 20)]), {"times taken": "equally often"}),
        (interactions().drop(columns="rating"), {"liking": "no ratings"}),
        (interactions().assign(rating=np.nan), {"liking": "no ratings"}),
        (interactions().assign(timestamp=range(USERS * 20)), {"when": "no dates", "trend": "no dates"}),
        (interactions().assign(timestamp=START), {"when": "no dates", "trend": "no dates"}),
    ],
    ids=["equal-counts", "no-ratings", "empty-ratings", "order-only", "one-time"],
)
def test_what_cannot_be_derived_is_left_out_and_said(log, gone, tmp_path):
    found, left_out = bands(training_log(tmp_path / "made", made(tmp_path / "made", log)))
    there = {family.name for family in found}
    for name, why in gone.items():
        assert name not in there
        assert any(reason.startswith(f"{name}: ") and why in reason for reason in left_out), left_out
    assert there | {reason.split(":")[0] for reason in left_out} == {"times taken", "when", "trend", "liking", "repeat"}
