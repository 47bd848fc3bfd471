"""A facet is named by what it tells on items kept out of training, and nothing is named that a test did not find."""

import json

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

from fame.checkpoint.store import save as save_model
from fame.cli import app
from fame.data import leave_one_out
from fame.data.attributes import Attributes, attributes, held_out
from fame.explain.facets.experts import ALIKE_BITS
from fame.explain.meaning import records as store
from fame.explain.meaning.measure import compare_seeds, judge, measure
from fame.explain.meaning.probe import FEWEST_EITHER, held_out_probe, tell, tells_better
from fame.explain.meaning.records import DISCOVERY_RATE, Meaning, MeaningError
from fame.explain.meaning.specialists import attention_apart, specialists
from fame.explain.meaning.stability import stability
from fame.explain.stored import StoredError
from fame.model import build
from fame.model.cka import cka

ITEMS = 400


def family(name: str, values: int, seed: int, most: int = 1) -> Attributes:
    """Each item has one value, or up to `most`; every tenth has none."""
    rng = np.random.default_rng(seed)
    codes = np.full((ITEMS + 1, most), -1)
    for item in range(1, ITEMS + 1):
        drawn = rng.choice(values, rng.integers(1, most + 1), replace=False)
        codes[item, : len(drawn)] = drawn if item % 10 else -1
    return Attributes.padded(name, tuple(f"{name} {v}" for v in range(values)), codes)


def noise(seed: int, facets: int = 3, width: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(ITEMS + 1, facets, width))


FAMILIES = [family("genre", 5, 1), family("era", 4, 2, most=2)]


def planted() -> np.ndarray:
    """Facet 1 has the genre written into it, the others are noise."""
    vectors = noise(0)
    vectors[:, 1, :5] += 4 * FAMILIES[0].one_hot()
    return vectors


def test_a_planted_family_names_its_facet_and_no_other():
    probe, fits = held_out_probe(planted(), FAMILIES, held_out(ITEMS), 0)
    assert probe.gain(1, 0) > 0.5
    assert [judge(h, None, ("genre", "era"), probe, fits) for h in range(3)] == [
        (None, "nothing"),
        ("genre", "told"),
        (None, "nothing"),
    ]
    assert judge(1, "genre", ("genre", "era"), probe, fits) == ("genre", "told")
    assert judge(1, "era", ("genre", "era"), probe, fits) == (None, "other")
    assert judge(1, "era", ("genre", "era"), probe, fits, {"genre"}) == (
        None,
        "nothing",
    )  # all facets tell who takes what
    assert judge(0, "genre", ("genre", "era"), probe, fits) == (None, "nothing")


def test_a_family_that_two_facets_tell_names_neither():
    vectors = planted()
    vectors[:, 2] = vectors[:, 1] + 0.1 * noise(3)[:, 2]
    probe, fits = held_out_probe(vectors, FAMILIES, held_out(ITEMS), 0)
    assert judge(1, None, ("genre", "era"), probe, fits) == judge(2, None, ("genre", "era"), probe, fits)
    assert judge(1, None, ("genre", "era"), probe, fits) == (None, "shared")
    assert judge(1, "genre", ("genre", "era"), probe, fits) == ("genre", "told")  # it was meant to


def test_noise_tells_nothing_and_permuted_values_no_more():
    out = held_out(ITEMS)
    random, _ = held_out_probe(noise(4), FAMILIES, out, 0)
    assert all(q > DISCOVERY_RATE for row in random.q for q in row)
    shuffled = np.random.default_rng(5).permutation(ITEMS) + 1
    codes = FAMILIES[0].of(np.arange(ITEMS + 1))
    codes[1:] = codes[shuffled]
    chance, _ = held_out_probe(planted(), [Attributes.padded("genre", FAMILIES[0].values, codes)], out, 0)
    assert abs(chance.gain(1, 0)) < 0.2
    assert chance.p[1][0] > DISCOVERY_RATE


def test_values_that_are_told_on_fitted_items_only_are_told_on_none():
    """Held-out items whose sub-embeddings know nothing: what is written into the others does not count."""
    vectors, out = planted(), held_out(ITEMS)
    vectors[out] = noise(6)[out]
    probe, fits = held_out_probe(vectors, FAMILIES, out, 0)
    assert judge(1, "genre", ("genre", "era"), probe, fits) == (None, "nothing")


def test_the_probe_is_scikit_learns_ridge_and_its_mark_the_mean_auc():
    vectors, out = planted(), held_out(ITEMS)
    for found in FAMILIES:
        fitted, tested = (np.flatnonzero(found.known & side) for side in (~out, out))
        fit, has = tell(vectors, found, np.flatnonzero(~out)[1:], np.flatnonzero(out), 0, 0), found.one_hot()[tested]
        assert np.array_equal(fit.items, tested)
        assert fit.alone.shape == (3, len(tested))
        for h in range(3):
            unit = (vectors[:, h] - vectors[fitted, h].mean(0)) / vectors[fitted, h].std(0)
            said = Ridge(alpha=1.0).fit(unit[fitted], found.one_hot()[fitted]).predict(unit[tested])

            def mark(rows, said=said, has=has):
                return np.mean([roc_auc_score(has[rows, v], said[rows, v]) for v in range(has.shape[1])])

            everyone = np.arange(len(tested))
            assert np.isclose(fit.auc[h], mark(everyone))
            without = np.array([mark(np.delete(everyone, i)) for i in everyone])
            assert np.allclose(fit.alone[h], len(tested) * fit.auc[h] - (len(tested) - 1) * without)


def skewed(seed: int) -> Attributes:
    """76 % of the items have one value, the others one of four."""
    rng = np.random.default_rng(seed)
    codes = np.append(-1, rng.choice(5, ITEMS, p=[0.76, 0.06, 0.06, 0.06, 0.06]))[:, None]
    return Attributes.padded("era", tuple("abcde"), codes)


def test_a_skewed_family_is_found_where_it_is_and_nowhere_else():
    """Facet 1 has it written in so softly that the commonest value is all that would ever be named."""
    seeds, out, found = 40, held_out(ITEMS), {0: 0, 1: 0, 2: 0}
    for seed in range(seeds):
        era, vectors = skewed(seed), noise(100 + seed)
        vectors[:, 1, :5] += 1.2 * era.one_hot()
        probe, fits = held_out_probe(vectors, [era], out, seed)
        for h in found:
            found[h] += judge(h, "era", ("era",), probe, fits)[0] == "era"
    assert found[1] >= 0.95 * seeds
    assert found[0] <= 0.05 * seeds
    assert found[2] <= 0.05 * seeds


def test_the_commonest_value_moves_no_gain():
    """The same vectors tell the same family as well, whatever share of the tested items has one value."""
    era, out = skewed(0), held_out(ITEMS)
    vectors = noise(1)
    vectors[:, 1, :5] += 2 * era.one_hot()
    common = np.intersect1d(era.having(0), np.flatnonzero(out))
    inside = np.flatnonzero(~out)[1:]
    whole, less = (tell(vectors, era, inside, np.flatnonzero(kept), 0, 0) for kept in (out, out & ~np.isin(
        np.arange(ITEMS + 1), common[::2])))  # fmt: skip
    assert len(less.items) < 0.7 * len(whole.items)
    assert np.isclose(whole.gain()[1], less.gain()[1], atol=0.1)
    assert whole.gain()[1] > 0.7
    assert np.all(np.abs(whole.gain()[[0, 2]]) < 0.4)


def test_a_facet_is_outdone_only_where_a_test_says_so():
    out, better, same = held_out(ITEMS), 0, 0
    for seed in range(40):
        genre, vectors = family("genre", 5, seed), noise(200 + seed)
        vectors[:, 0, :5] += 1.5 * genre.one_hot()
        vectors[:, 1, :5] += 1.5 * genre.one_hot()
        vectors[:, 2, :5] += 4 * genre.one_hot()
        probe, fits = held_out_probe(vectors, [genre], out, seed, 99)
        assert judge(2, "genre", ("genre",), probe, fits) == ("genre", "told")
        better += judge(0, "genre", ("genre",), probe, fits) == (None, "outdone")
        same += tells_better(fits[0], 0, fits[0], 1) + tells_better(fits[0], 1, fits[0], 0)
    assert better > 0.7 * 40
    assert same <= 0.1 * 80


def test_a_value_that_nearly_all_or_nearly_none_have_is_left_out():
    codes = np.append(-1, np.zeros(ITEMS, int))[:, None]
    out = held_out(ITEMS)
    codes[np.flatnonzero(~out)[1:9], 0] = 1
    codes[np.flatnonzero(out)[: FEWEST_EITHER - 1], 0] = 1
    probe, fits = held_out_probe(noise(0), [Attributes.padded("era", ("a", "b"), codes)], out, 0)
    assert fits == [None]
    assert judge(0, "era", ("era",), probe, fits) == (None, "untested")


def test_few_held_out_items_are_said_to_be_few():
    few = held_out(ITEMS)
    few[np.flatnonzero(few)[15:]] = False
    probe, fits = held_out_probe(planted(), FAMILIES, few, 0)
    assert probe.auc == probe.q == ((None, None),) * 3
    assert judge(1, "genre", ("genre", "era"), probe, fits) == (None, "untested")


def alike(x: np.ndarray, y: np.ndarray) -> float:
    return cka(x[:, None], y[:, None]).item()


def test_cka_knows_a_rotation_from_noise():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 6))
    rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    assert np.isclose(alike(x, 3 * x @ rotation + 1), 1)
    assert abs(alike(x, rng.normal(size=(2000, 6)))) < 0.01


@pytest.mark.parametrize("items", [20, 30, 50])
def test_facets_with_nothing_in_common_have_a_cka_of_0_in_a_small_catalog_too(items):
    rng = np.random.default_rng(items)
    found = [alike(*rng.normal(1, 2, (2, items, 16))) for _ in range(400)]
    assert abs(np.mean(found)) < 0.02  # the plain estimate is about .5, .35 and .25
    x = rng.normal(size=(items, 16))
    assert np.isclose(alike(x, x), 1)


def test_cka_is_by_the_unbiased_estimator():
    """Song et al. 2012, equation 5, on Gram matrices."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(2, 1, (12, 5)), rng.normal(-1, 3, (12, 3))

    def hsic(a, b):
        n, one = len(a), np.ones(len(a))
        k, m = a @ a.T, b @ b.T
        np.fill_diagonal(k, 0)
        np.fill_diagonal(m, 0)
        return np.trace(k @ m) + one @ k @ one * (one @ m @ one) / (n - 1) / (n - 2) - 2 / (n - 2) * one @ k @ m @ one

    assert np.isclose(alike(x, y), hsic(x, y) / np.sqrt(hsic(x, x) * hsic(y, y)))
    both = cka(np.stack([x, x], 1), y[:, None])
    assert both.shape == (2, 1)
    assert np.allclose(both, alike(x, y))


@pytest.mark.parametrize("items", [1, 3])
def test_of_too_few_items_nothing_is_alike(items):
    assert np.array_equal(cka(np.ones((items, 2, 3)), np.ones((items, 1, 3))), np.zeros((2, 1)))


def test_facets_are_matched_over_seeds_whatever_their_order():
    ours = noise(0)[1:]
    other = ours[:, [2, 0, 1]].copy()
    other[:, 2] = noise(9)[1:, 0]  # our facet 1 has no counterpart
    found = stability(ours, [other, ours], ["a", "b"])
    assert np.allclose(found.facets, [1, 0.5, 1], atol=0.05)
    assert np.isclose(found.overall, np.mean(found.facets))
    assert found.unmatched < 0.1


@pytest.fixture(scope="module")
def measured(trained, cinema):
    return measure(trained.model, cinema)


def test_a_value_written_into_a_facet_is_its_strongest(trained, cinema):
    """A facet's sub-embeddings of the horror films become alike, by hand: held-out ones too, so nothing is anchored."""
    from fame.explain.meaning.cohesion import strongest

    families = [attributes(cinema.catalog, name) for name in ("genre", "era", "director")]
    horror = families[0].having(families[0].values.index("horror"))
    vectors = np.random.default_rng(0).normal(size=(81, 4, 4))
    assert strongest(vectors, families, 0) == [()] * 4
    vectors[horror, 2] += [5, 0, 0, 0]
    found = strongest(vectors, families, 0)
    assert [len(values) for values in found] == [0, 0, 1, 0]
    value = found[2][0]
    assert (value.family, value.value, value.items) == ("genre", "horror", len(horror))
    rows = vectors[horror, 2] / np.linalg.norm(vectors[horror, 2], axis=1, keepdims=True)
    everyone = vectors[1:, 2] / np.linalg.norm(vectors[1:, 2], axis=1, keepdims=True)
    pairs = [(x @ x.T)[np.triu_indices(len(x), 1)].mean() for x in (rows, everyone)]
    assert np.isclose(value.lift, pairs[0] - pairs[1], atol=1e-5)
    assert set(value.typical) <= set(horror)
    assert value.typical[0] == horror[(rows @ rows.mean(0)).argmax()]


def test_a_value_planted_into_the_router_is_found_and_alone():
    genre, rng = FAMILIES[0], np.random.default_rng(0)
    last = rng.choice(np.flatnonzero(genre.known), 1500)
    router = rng.random((1500, 2, 3)) * 0.5
    router[genre.of(last)[:, 0] == 2, 1, 0] += 0.4
    router[rng.random(1500) < 0.01, 1, 2] = 0.9
    apart = np.ones((2, 3, 3))
    apart[0, 0, 2] = apart[0, 2, 0] = ALIKE_BITS / 2
    experts, found, by_chance = specialists(router, last, FAMILIES, apart, 0)
    assert not any(e.speaks_for for e in experts[:3])  # the other facet's
    (speaks,) = experts[3].speaks_for
    assert (speaks.family, speaks.value) == ("genre", "genre 2")
    theirs = [value.value for e in experts[4:] for value in e.speaks_for]  # the rest of the genres is left to them
    assert "genre 2" not in theirs
    assert not any(value.startswith("era") for value in theirs)
    assert found == 1 + len(theirs)
    leads = router[:, 1].argmax(1) == 0
    assert np.isclose(speaks.share, (genre.of(last[leads])[:, 0] == 2).mean())
    assert experts[3].events == leads.sum()
    assert by_chance < 0.5
    assert [e.same_as for e in experts] == [(2,), (), (0,), (), (), ()]


def test_chance_is_what_it_is_where_histories_end_with_few_items():
    """Two items end all histories and the router knows them apart: any value would then be enriched."""
    genre, rng = FAMILIES[0], np.random.default_rng(1)
    one, other = genre.having(0)[0], genre.having(1)[0]
    last = rng.choice([one, other], 400)
    router = np.stack([last == one, last == other], 1)[:, None].astype(float)
    _, found, by_chance = specialists(router, last, [genre], np.ones((1, 2, 2)), 0)
    assert found == by_chance == 2


def test_experts_made_identical_are_said_to_be_the_same(trained, cinema):
    model = build(trained.model.config).eval()
    model.load_state_dict(trained.model.state_dict())
    events = leave_one_out(cinema.histories).test
    before = attention_apart(model, events, 0)
    assert before[1, 0, 1] > ALIKE_BITS
    queries = model.expert_attention.query.weight.data.view(4, 2, 4, 16)
    queries[1, 1] = queries[1, 0]
    after = attention_apart(model, events, 0)
    assert np.allclose(after[1], 0, atol=1e-6)
    assert np.allclose(after[0], before[0], atol=1e-6)


def test_a_facet_without_a_confirmed_name_has_none(measured, trained):
    assert [facet.facet for facet in measured.facets] == list(trained.model.config.facets)
    for facet in measured.facets:
        assert (facet.named is None) == (facet.verdict != "told")
    assert measured.held_out.items == (8, 8, 8)  # too few of 80
    assert {facet.verdict for facet in measured.facets} == {"untested"}
    assert all(cell is not None for row in measured.written_in.auc for cell in row)


def test_it_survives_saving_and_belongs_to_its_model(measured, trained, cinema, tmp_path):
    save_model(tmp_path / "m", trained.model, cinema, {})
    description = store.Description(tmp_path / "m", "m", trained.description.config, {})
    assert store.load(description) is None
    store.save(description.folder, description.fingerprint, measured)
    assert store.load(description) == measured
    content = json.loads((description.folder / store.MEANING_FILE).read_text())
    with pytest.raises(ValueError, match="validation error"):
        Meaning.from_json(content["result"] | {"facets": [{"facet": 3}]})
    (description.folder / store.MEANING_FILE).write_text(json.dumps(content | {"model": "another"}))
    with pytest.raises(StoredError, match="measured on other weights"):
        store.load(description)
    (description.folder / store.MEANING_FILE).write_text(json.dumps({"model": description.fingerprint}))
    with pytest.raises(StoredError, match="cannot be read"):
        store.load(description)


def test_what_has_no_facets_has_no_meaning(trained, trained_sasrec, cinema):
    with pytest.raises(MeaningError, match="SASRec has no facets"):
        measure(trained_sasrec.model, cinema)
    other = build(trained.model.config.model_copy(update={"items": 9}))
    with pytest.raises(MeaningError, match="tiny has 9 items and 4 facets, not 80 and 4"):
        compare_seeds(trained.model, [("tiny", other)])
    same = compare_seeds(trained.model, [("itself", trained.model)])
    assert np.allclose(same.facets, 1)


def test_data_without_families_leaves_what_needs_none(trained, cinema):
    from dataclasses import replace

    from fame.data import Catalog

    bare = measure(trained.model, replace(cinema, catalog=Catalog(cinema.catalog.ids)))
    assert bare.families == ()
    assert bare.found == 0
    assert all(facet.named is None and not facet.values for facet in bare.facets)
    assert np.allclose(np.diag(bare.cka), 1)


def test_the_command_stores_and_prints_it(trained, cinema, cinema_folder, tmp_path):
    save_model(tmp_path / "m", trained.model, cinema, {})
    command = ["verify", "meaning", "--model", str(tmp_path / "m"), "--data", str(cinema_folder)]
    done = CliRunner().invoke(app, [*command, "--seeds", str(tmp_path / "m"), "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    stored = json.loads((tmp_path / "m" / store.MEANING_FILE).read_text())
    assert answer == {"model": stored["model"], **stored["result"]}
    assert np.allclose(answer["stability"]["facets"], 1)
    said = CliRunner().invoke(app, command)
    assert said.exit_code == 0, said.output
    assert "genre: unnamed (untested; tied to its family)" in said.stdout
