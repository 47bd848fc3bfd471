"""The anatomy adds up, is the ridge regression it says it is, and its components are what the score is made of."""

import numpy as np
import pytest
import torch

from fame.data import Catalog, Family
from fame.explain.families.anatomy import fit
from fame.explain.families.driver import objection
from fame.explain.families.evidence import evidence
from fame.explain.families.knockout import knock_out_families, log_probability
from fame.model import Intervention
from fame.ranking.recommend import recommend

HISTORY = [3, 9, 27, 41, 8]


def query(model):
    with torch.inference_mode():
        output = model(torch.tensor([HISTORY]))
        return output.at_last(output.query)


def test_parts_and_rest_add_up_to_the_score(trained, trained_sasrec, cinema):
    for model in (trained.model, trained_sasrec.model):
        found, q = fit(model, cinema.catalog), query(model)
        answer = recommend(model, HISTORY, 20)
        items = torch.from_numpy(answer.items)
        parts = found.parts(q[:, None], items[None])[0]
        rest = model.table()[items] - found.average - found.components(items).sum(1)
        total = answer.reference + answer.bias + parts.sum(1).numpy() + (rest @ q[0]).numpy()
        assert np.allclose(total, answer.score, atol=1e-4)
        everything = found.parts(q[:, None], torch.arange(1, len(cinema.catalog) + 1)[None])[0]
        assert torch.allclose(everything.mean(0), torch.zeros(3), atol=1e-5)  # centred over the catalog


def test_it_is_the_ridge_that_least_squares_gives_by_hand(trained, cinema):
    found = fit(trained.model, cinema.catalog)
    V = len(cinema.catalog)
    columns, penalties = [], []
    for name, penalty in zip(found.families, found.penalties, strict=True):
        values = [cinema.catalog.values(name, item)[0] for item in range(1, V + 1)]
        for value in sorted(set(values)):
            columns.append([float(value == other) for other in values])
            penalties.append(penalty)
    z = np.array(columns).T
    z -= z.mean(0)
    table = trained.model.table()[1:].double().numpy()
    x = table - table.mean(0)
    # Ridge is least squares with the root of the penalty as further rows.
    solved = np.linalg.lstsq(
        np.vstack([z, np.diag(np.sqrt(penalties))]), np.vstack([x, np.zeros((len(penalties), x.shape[1]))]), rcond=None
    )[0]
    assert np.allclose(found.components(torch.arange(1, V + 1)).sum(1).numpy(), z @ solved, atol=1e-5)


def test_taking_a_component_out_of_an_item_changes_its_score_by_exactly_that_part(trained, cinema):
    found, q = fit(trained.model, cinema.catalog), query(trained.model)
    item = torch.tensor([17])
    parts, components = found.parts(q[:, None], item[None])[0, 0], found.components(item)[0]
    for family in range(3):
        without = (trained.model.table()[17] - components[family]) @ q[0]
        assert torch.isclose(trained.model.table()[17] @ q[0] - without, parts[family], atol=1e-5)


def test_several_values_an_item_and_none(trained):
    """Ten items with both values of a family, ten with one, the rest with none: a component is a sum over values."""
    values = [("a", "b")] * 10 + [("a",)] * 10 + [()] * 60
    catalog = Catalog([f"f{n}" for n in range(80)], None, [Family("x", "x", True)], {"x": values})
    found = fit(trained.model, catalog)
    both, one, none = found.components(torch.tensor([1, 11, 80])) + found.centres
    assert torch.allclose(none, torch.zeros_like(none))
    assert torch.allclose(both - one, found.weights[0][1], atol=1e-6)


def test_a_catalog_without_attributes_has_no_anatomy(trained):
    found = fit(trained.model, Catalog([f"f{n}" for n in range(80)]))
    assert found.families == ()
    assert found.parts(query(trained.model)[:, None], torch.tensor([[1, 2]])).shape == (1, 2, 0)


@pytest.mark.parametrize("padding", [0, 3])
def test_knocking_a_family_out_equals_running_with_changed_embeddings(trained, trained_sasrec, cinema, padding):
    for model in (trained.model, trained_sasrec.model):
        found = fit(model, cinema.catalog)
        read = torch.tensor([[0] * padding + HISTORY])
        effects = knock_out_families(model, found, read, torch.tensor([[50, 60]]), draws=4, seed=3)
        drawn = torch.randint(1, 81, (4, read.shape[1]), generator=torch.Generator().manual_seed(3))
        table = model.embedding.item.weight
        own = table[read[0]].clone()
        for family in range(3):
            for draw in range(4):
                with torch.inference_mode():
                    changed = own - found.components(read[0])[:, family] + found.components(drawn[draw])[:, family]
                    shift = (changed - own)[None]
                    by_hand = log_probability(model, read, torch.tensor([[50, 60]]), Intervention(shift=shift))
                    plain = log_probability(model, read, torch.tensor([[50, 60]]))
                assert torch.allclose(effects.effect[0, :, family, draw], (plain - by_hand)[0], atol=1e-5)


def test_a_shift_of_nothing_changes_nothing_and_padding_is_not_shifted(trained):
    read = torch.tensor([[0, 0, *HISTORY]])
    with torch.inference_mode():
        plain = trained.model(read)
        still = trained.model(read, Intervention(shift=torch.zeros(1, 7, 16)))
        far = torch.zeros(1, 7, 16)
        far[:, :2] = 9
        padded = trained.model(read, Intervention(shift=far))
        far[:, 2] = 9
        moved = trained.model(read, Intervention(shift=far))
    assert torch.equal(plain.query[:, -5:], still.query[:, -5:])
    assert torch.equal(plain.query[:, -5:], padded.query[:, -5:])
    assert not torch.allclose(plain.query[:, -1], moved.query[:, -1])


def test_derived_families_take_nothing_from_the_given_ones(trained, cinema):
    """Not even one that says the same as a given one."""
    V = len(cinema.catalog)
    rng = np.random.default_rng(0)
    same = [cinema.catalog.values("genre", item) for item in range(1, V + 1)]
    derived = [Family("same", "same", False, "derived"), Family("other", "other", False, "derived")]
    values = {"same": same, "other": [(str(rng.integers(5)),) for _ in range(V)]}
    both = cinema.catalog.with_families(derived, values)
    alone, beside = fit(trained.model, cinema.catalog), fit(trained.model, both)
    assert beside.families == (*alone.families, "same", "other")
    assert beside.given == len(alone.families)
    items = torch.arange(1, V + 1)
    own = alone.components(items)
    assert torch.allclose(beside.components(items)[:, : beside.given], own, atol=1e-6)
    assert torch.allclose(beside.asked.components(items), own, atol=1e-6)
    told, before = (evidence(trained.model, one, HISTORY, [5])[0] for one in (beside, alone))
    assert told.derived == 2
    assert np.allclose(told.chances.of, before.chances.of, atol=1e-5)
    assert objection(told) == objection(before)
