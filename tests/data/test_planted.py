"""The planted cinema: the truth is true, a seed reproduces, and the oracle is what metrics say it is."""

from dataclasses import replace

import numpy as np
import pytest

from fame.data import DataError, planted, read
from fame.data.derived.derive import derive
from fame.data.derived.records import AUDIENCE
from fame.data.oracle import oracle, own_audiences


def test_each_truth_is_a_shared_value(cinema):
    """Where a facet drove a step, the item shares its value with the item before; noise has no row."""
    catalog, row = cinema.catalog, {user: u for u, user in enumerate(cinema.users)}
    for user, position, facet in cinema.truth.itertuples(index=False):
        history = cinema.histories[row[user]]
        before, item = int(history[position - 1]), int(history[position])
        assert catalog.values(facet, before) == catalog.values(facet, item)
    steps = len(cinema.histories.items) - len(cinema.users)
    assert 0.85 < len(cinema.truth) / steps < 1


def test_every_item_has_one_value_a_family_and_its_own_title(cinema):
    catalog = cinema.catalog
    for item in range(1, len(catalog) + 1):
        genre, era, director = (catalog.values(family.name, item) for family in catalog.families)
        assert len(genre) == len(era) == len(director) == 1
        title = catalog.title(item)
        assert title.startswith(director[0])
        assert era[0][:3] == title[-5:-2]
    assert len(set(catalog.titles)) == len(catalog)


def test_nobody_sees_a_film_twice(cinema):
    for user in range(len(cinema.users)):
        history = cinema.histories[user].tolist()
        assert len(set(history)) == len(history) >= 4


def test_a_seed_reproduces(tmp_path, cinema):
    same = planted.make(tmp_path / "same", planted.options(users=120, items=80, length=12, seed=5))
    other = planted.make(tmp_path / "other", planted.options(users=120, items=80, length=12, seed=6))
    assert same.fingerprint == cinema.fingerprint != other.fingerprint


def test_without_noise_every_step_has_a_truth_and_without_change_it_stays(tmp_path):
    chosen = planted.options(users=30, items=300, values=4, length=6, noise=0, stickiness=1, seed=2)
    data = planted.make(tmp_path / "d", chosen)
    assert len(data.truth) == len(data.histories.items) - len(data.users)
    assert (data.truth.groupby("user_id")["facet"].nunique() == 1).all()
    assert data.details["truth"]["oracle"] == 1.0
    assert len({data.catalog.values("director", i) for i in range(1, 301)}) == 4


def test_pure_noise_has_no_truth_to_find(tmp_path):
    data = planted.make(tmp_path / "d", planted.options(users=30, items=60, length=6, noise=1, seed=2))
    assert data.details["truth"] == {"events": 0, "chance": 1 / 3, "oracle": 0.0}


def test_the_oracle_against_doing_it_by_hand(cinema):
    catalog = cinema.catalog
    names = [family.name for family in catalog.families]
    holders = {name: [catalog.values(name, i) for i in range(1, len(catalog) + 1)] for name in names}
    known = {(u, p): f for u, p, f in cinema.truth.itertuples(index=False)}
    hits = events = 0
    for u, user in enumerate(cinema.users):
        history = cinema.histories[u].tolist()
        truth = known.get((user, len(history) - 1))
        if truth is None:
            continue
        events += 1
        shared = [n for n in names if catalog.values(n, history[-1]) == catalog.values(n, history[-2])]
        before = known.get((user, len(history) - 2))
        guess = (
            before
            if before in shared
            else min(shared, key=lambda n: (holders[n].count(catalog.values(n, history[-1])), n))
        )
        hits += guess == truth
    assert oracle(cinema) == {"events": events, "chance": 1 / 3, "oracle": hits / events} == cinema.details["truth"]


def test_the_stored_oracle_survives_reading(cinema_folder, cinema):
    assert read(cinema_folder).details["truth"] == cinema.details["truth"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"users": 1}, "users"), ({"noise": 1.5}, "noise"), ({"values": 99}, "values"), ({"items": 30}, "too few")],
)
def test_impossible_options_are_named(wrong, named):
    with pytest.raises(DataError, match=named):
        planted.options(**wrong)


def test_values_may_be_unequal_and_unknown(tmp_path):
    plain = planted.make(tmp_path / "plain", planted.options(users=60, items=200, length=12))
    made = planted.make(tmp_path / "made", planted.options(users=60, items=200, length=12, unknown=0.2, skew=1.0))
    for family in made.catalog.families:
        known = [made.catalog.values(family.name, item) for item in range(1, 201)]
        assert 0.1 < np.mean([not values for values in known]) < 0.3
        counts = np.unique([values[0] for values in known if values], return_counts=True)[1]
        assert counts.max() > 4 * counts.min()
        assert all(plain.catalog.values(family.name, item) for item in range(1, 201))
    assert made.details["truth"]["oracle"] < plain.details["truth"]["oracle"]


@pytest.fixture(scope="module")
def audiences(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audiences") / "made"
    return folder, planted.make(folder, planted.options(users=600, items=160, audiences=4, length=20, seed=3))


def test_an_audience_drives_its_viewers_to_its_own_films_whatever_these_are(audiences):
    _, data = audiences
    driven = data.truth[data.truth["facet"] == AUDIENCE]
    assert 0.3 < len(driven) / len(data.truth) < 0.5  # 0.4 was asked for
    films = {
        user: {int(data.histories[data.row(user)][position]) for position in own["position"]}
        for user, own in driven.groupby("user_id")
    }
    whole = []
    for own in films.values():  # viewers who share a film are of one audience
        mine = [other for other in whole if other & own]
        whole = [other for other in whole if not other & own] + [own.union(*mine)]
    assert sorted(map(len, whole)) == [40] * 4
    for name in ("genre", "era", "director"):  # independent of what the table tells
        assert all(len({data.catalog.values(name, item) for item in own}) > 4 for own in whole)


def test_planted_audiences_are_derived_from_who_took_what(audiences):
    folder, data = audiences
    found = derive(folder, data)
    whole = replace(data, catalog=found.onto(data.catalog))
    of_viewers = own_audiences(whole)
    driven = data.truth[data.truth["facet"] == AUDIENCE]
    right = [
        whole.catalog.values(AUDIENCE, int(data.histories[data.row(user)][position]))[:1] == of_viewers[data.row(user)]
        for user, position in zip(driven["user_id"], driven["position"], strict=True)
    ]
    assert found.stability[0].number == 4
    assert np.mean(right) > 0.9
    assert oracle(whole)["oracle"] == pytest.approx(data.details["truth"]["oracle"], abs=0.03)


def test_audiences_are_refused_where_they_cannot_be_planted(tmp_path):
    with pytest.raises(DataError, match="too few for histories"):
        planted.options(items=100, audiences=5)
    with pytest.raises(DataError, match="one of the two"):
        planted.options(audiences=2, preferences=2)
