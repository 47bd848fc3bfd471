"""Several preferences in a family: the truth is true, and nobody knows better than the oracle which one is followed."""

import json
from pathlib import Path

import numpy as np
import pytest

from fame.data import DataError, DataSet, planted, read
from fame.data.oracle import oracle
from fame.data.preferences import Preferences, preferences

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "planted-cinema"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    chosen = planted.options(users=400, items=400, values=6, length=20, preferences=2, seed=3)
    return planted.make(tmp_path_factory.mktemp("data") / "d", chosen)


@pytest.fixture(scope="module")
def found(made: DataSet) -> Preferences:
    return preferences(made)


def test_the_default_is_the_cinema_that_ships(tmp_path):
    """Data, models and figures of before stay what they were."""
    fresh = planted.make(tmp_path / "d", planted.options(preferences=1))
    assert fresh.fingerprint == json.loads((SHIPPED / "dataset.json").read_text())["fingerprint"]
    assert list(fresh.truth.columns) == ["user_id", "position", "facet"]


def test_a_choice_has_the_value_that_drove_it(made):
    row = {user: u for u, user in enumerate(made.users)}
    for user, position, facet, value in made.truth.itertuples(index=False):
        assert made.catalog.values(facet, int(made.histories[row[user]][position])) == (value,)


def test_a_user_likes_two_values_of_a_family_and_stays_with_one_as_often_as_asked(made):
    driven = made.truth.sort_values("position").groupby(["user_id", "facet"])["value"]
    assert driven.nunique().max() == 2
    stays = driven.apply(lambda values: (values.to_numpy()[1:] == values.to_numpy()[:-1]).astype(float))
    stays = np.concatenate(stays.to_list())
    assert abs(stays.mean() - 0.8) < 3 * np.sqrt(0.8 * 0.2 / len(stays))


def test_the_truth_about_preferences_by_hand(made, found):
    truth = made.truth.set_index(["user_id", "facet"]).sort_index()
    asked = 0
    for row, u in enumerate(found.events.users[:60]):
        last = len(made.histories[u]) - 1
        for a, family in enumerate(found.families):
            try:
                rows = truth.loc[[(made.users[u], family.family)]].sort_values("position")
            except KeyError:
                continue
            before, target = rows[rows["position"] < last], rows[rows["position"] == last]
            if before["value"].nunique() < 2:
                assert found.active[row, a] == -1
                continue
            asked += 1
            assert family.values[found.liked[row, a, found.active[row, a]]] == before["value"].iloc[-1]
            drives = family.values[found.liked[row, a, found.drives[row, a]]] if found.drives[row, a] >= 0 else None
            assert drives == (target["value"].iloc[0] if len(target) else None)
    assert asked > 60


def test_the_oracle_believes_what_is_so_and_beats_recency(made, found):
    right, believed, recent = [], [], []
    for row, a in zip(*np.nonzero(found.active >= 0), strict=True):
        belief, liked, active = found.believed[row, a], found.liked[row, a], found.active[row, a]
        assert belief.sum() == pytest.approx(1)
        right.append(belief.argmax() == active)
        believed.append(belief.max())
        values = found.families[a].of(found.events.histories[row])[:, 0]
        recent.append(liked[active] == values[np.isin(values, liked)][-1])
    assert np.mean(right) == pytest.approx(np.mean(believed), abs=0.03)  # as often right as it is sure
    assert np.mean(right) > np.mean(recent) + 0.03
    assert 0.6 < np.mean(right) < 1


def test_without_noise_or_other_families_to_follow_the_oracle_is_never_wrong(tmp_path):
    chosen = planted.options(users=60, items=400, values=4, length=12, preferences=2, noise=0, stickiness=1, seed=4)
    data = planted.make(tmp_path / "d", chosen)
    assert (data.truth.groupby("user_id")["value"].nunique() == 1).all()
    assert oracle(data)["oracle"] == 1.0
    assert (preferences(data).active == -1).all()  # only one preference was ever seen: there is no question


def test_values_in_the_truth_survive_reading_and_change_the_fingerprint(tmp_path, made):
    same = planted.make(
        tmp_path / "same", planted.options(users=400, items=400, values=6, length=20, preferences=2, seed=3)
    )
    assert read(tmp_path / "same").truth.equals(made.truth)
    assert same.fingerprint == made.fingerprint
    assert same.details["truth"] == made.details["truth"]
    assert made.details["truth"]["oracle"] > 0.8


def test_data_without_preferences_say_what_to_make(cinema):
    with pytest.raises(DataError, match="--preferences 2"):
        preferences(cinema)


def test_more_preferences_than_values_with_films_enough_are_refused():
    with pytest.raises(DataError, match="preferences: 5 are more than the 4"):
        planted.options(items=200, values=4, preferences=5)
    with pytest.raises(DataError, match="preferences: 2 are more than the 0"):
        planted.options(items=60, values=8, length=25, preferences=2)
