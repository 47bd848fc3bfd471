"""The driver is named by a reading that an intervention confirms, and the scorecard can fail."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fame.data import planted
from fame.explain.families.anatomy import fit
from fame.explain.families.driver import Evidence, name_driver, objection
from fame.explain.families.evidence import evidence
from fame.explain.trust.scorecard import NoTruthError, among, calibrate, scorecard
from fame.ranking.recommend import HistoryError
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

FAMILIES = ("genre", "era")


def found(parts, means, spread=0.01, draws=8):
    wobble = np.linspace(-spread, spread, draws)
    return Evidence(FAMILIES, np.array(parts), np.array(means)[:, None] + wobble)


@pytest.mark.parametrize(
    ("case", "why_not"),
    [
        (found([2.0, 0.5], [1.0, 0.2]), ""),
        (found([2.0, 0.5], [0.2, 1.0]), "it falls further when the past says nothing of era"),
        (found([2.0, 0.5], [0.0, 0.0]), "it does not fall when the past says nothing of genre"),
        (found([2.0, 0.5], [0.07, 0.0], 0.001), "it hardly falls when the past says nothing of genre"),
        (found([2.0, 0.5], [-1.0, -2.0]), "it does not fall when the past says nothing of genre"),
        (found([-2.0, -0.5], [1.0, 0.5]), "none of its attributes lifts it above the average item"),
        (Evidence((), np.zeros(0), np.zeros((0, 8))), "nothing is known about the items"),
    ],
)
def test_what_speaks_against_the_family_that_lifts_it_most(case, why_not):
    assert objection(case).endswith(why_not)
    again = Evidence.from_json(json.loads(json.dumps(case.as_json())))
    assert (again.families, again.usual) == (case.families, case.usual)
    assert np.array_equal(again.effect.ravel(), case.effect.ravel())


def test_a_family_is_named_where_part_and_fall_agree_and_none_where_both_are_against_it():
    assert name_driver(found([2.0, 0.1], [1.5, 0.0])).name == "genre"
    assert name_driver(found([0.1, 2.0], [0.0, 1.5])).name == "era"
    assert name_driver(found([-2.0, -0.5], [-1.0, -1.0])) is None
    assert name_driver(found([2.0, 2.0], [1.5, 1.5])) is None
    assert name_driver(Evidence((), np.zeros(0), np.zeros((0, 8)))) is None


def test_a_larger_probability_can_be_asked_for():
    case = found([2.0, 0.1], [1.5, 0.0])
    sure = name_driver(case).evidence["probability"]
    assert sure == case.chances.of.max() == case.chances.ranked[0][1]
    assert name_driver(case, least=sure) is not None
    assert name_driver(case, least=sure + 1e-6) is None


@pytest.mark.parametrize(
    ("parts", "effect", "why_not"),
    [
        ([2.0, 0.5], [[1.0], [0.2]], "2 draws or more are needed"),
        ([2.0, 0.5], [[], []], "2 draws or more are needed"),
        ([2.0, 0.5], [[1.0, 1.1], [np.nan, 0.2]], "not a finite number"),
        ([2.0, 0.5], [[1.0, np.inf], [0.1, 0.2]], "not a finite number"),
        ([2.0, np.nan], [[1.0, 1.1], [0.1, 0.2]], "not a finite number"),
    ],
)
def test_no_driver_is_named_on_evidence_whose_error_is_not_known(parts, effect, why_not):
    case = Evidence(FAMILIES, np.array(parts), np.array(effect))
    assert name_driver(case) is None
    assert case.chances is None
    assert why_not in objection(case)


def test_one_draw_measures_nothing_and_says_so(world):
    model, data = world
    one = evidence(model, fit(model, data.catalog), [3, 9, 27], [5], draws=1)[0]
    assert not one.measured.any()
    assert np.isinf(one.error).all()
    assert name_driver(one) is None
    assert "draws" in objection(one)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A world without noise in which viewers mostly stay with one family, and a model that learned it."""
    folder = tmp_path_factory.mktemp("planted")
    chosen = planted.options(users=500, items=120, values=6, length=12, noise=0, stickiness=0.9)
    data = planted.make(folder / "data", chosen)
    quick = {"width": 32, "experts": 2, "length": 20, "epochs": 20, "dropout": 0.2, "attention_dropout": 0.2}
    return train(Run.start(folder / "run", settings(**quick, learning_rate=0.005), data), data).model, data


def test_the_driver_is_named_where_the_truth_is_planted(world):
    model, data = world
    card = scorecard(model, data)
    assert card.events > 450
    assert not card.matched
    assert card.named.value > 0.75 * card.oracle
    assert card.readings["anatomy"].value > 0.8 * card.oracle
    assert card.readings["gate"].value < card.readings["contribution"].value
    low, high = card.named.interval
    assert low < card.named.value < high
    assert card.curve[-1].accuracy >= card.curve[0].accuracy
    assert card.curve[0].coverage > card.curve[-1].coverage
    assert card.driver.all.value >= 0.9 * card.oracle
    assert card.driver.of_named.value > 0.85
    assert card.driver.calibration.error < 0.25
    assert sum(card.driver.calibration.cases) >= card.events
    assert sum(share.right for share in card.by_family.values()) == card.named.right


def test_with_a_shuffled_truth_every_reading_falls_to_chance(world):
    model, data = world
    shuffled = data.truth.copy()
    shuffled["facet"] = np.random.default_rng(0).permutation(shuffled["facet"].to_numpy())
    card = scorecard(model, replace(data, truth=shuffled))
    for share in [*card.readings.values(), card.named]:
        assert share is None or share.value < card.chance + 0.08
    # however sure, a name is right as often as one in three: the reliability curve is flat
    assert card.driver.all.value < card.chance + 0.08
    told = card.driver.calibration
    often = [right for right, cases in zip(told.right, told.cases, strict=True) if cases > 40]
    assert max(often) - min(often) < 0.25
    assert told.error > 0.15


def test_a_probability_falls_as_the_past_items_that_speak_for_it_are_exchanged(world):
    """A history of one genre, half of it and then all of it exchanged; asked of one item of that genre."""
    model, data = world
    anatomy, rng, every = fit(model, data.catalog), np.random.default_rng(0), range(1, len(data.catalog) + 1)
    genre = np.array(["", *(data.catalog.values("genre", item)[0] for item in every)])
    asked = []
    for value in sorted(set(genre[1:])):
        *alike, target = rng.permutation(np.flatnonzero(genre == value))[:7].tolist()
        others = rng.permutation(np.flatnonzero((genre != value) & (genre != "")))[:6].tolist()
        histories = [alike[:kept] + others[kept:] for kept in (6, 3, 0)]
        told = [evidence(model, anatomy, history, [target])[0].chances for history in histories]
        asked.append([dict(one.ranked)["genre"] for one in told])
    all_six, half, none = np.mean(asked, 0)
    assert all_six > 0.7
    assert all_six - half > 0.3
    assert none < 0.3


def test_data_without_a_truth_are_refused_in_a_sentence(world):
    model, data = world
    with pytest.raises(NoTruthError, match=r"has no truth\.parquet"):
        scorecard(model, replace(data, truth=None))


def test_evidence_needs_a_history(world):
    model, data = world
    with pytest.raises(HistoryError):
        evidence(model, fit(model, data.catalog), [], [1])


def test_evidence_after_a_history_is_that_of_the_same_event_among_many(world):
    model, data = world
    anatomy = fit(model, data.catalog)
    one, two = evidence(model, anatomy, [3, 9, 27], [5, 6])
    assert one.parts.shape == (3,)
    assert one.effect.shape == (3, 8)
    again = evidence(model, anatomy, [3, 9, 27], [6])[0]
    assert np.allclose(again.parts, two.parts, atol=1e-5)
    assert np.allclose(again.effect, two.effect, atol=1e-5)


def test_a_responsibility_that_is_right_as_often_as_it_says_has_no_calibration_error():
    rng = np.random.default_rng(0)
    said = rng.random((20_000, 1))
    wanted = np.where(rng.random(20_000) < said[:, 0], 0, 1)
    found = calibrate(said, np.array([0]), wanted)
    assert found.error < 0.02
    assert sum(found.cases) == 20_000
    assert calibrate(said, np.array([0]), 1 - wanted).error > 0.3


def test_what_a_free_facet_takes_is_shared_out_where_a_family_is_known_to_have_driven():
    shares = among(np.array([[0.3, 0.3], [0.06, 0.54], [0.0, 0.0]], np.float32))
    assert np.allclose(shares, [[0.5, 0.5], [0.1, 0.9], [0, 0]])
