"""Tying facets to families: it writes the meaning in, keeps the rest out, and is nothing where it is switched off."""

import numpy as np
import pytest
import torch

from fame.checkpoint.store import load
from fame.data import Catalog, Family
from fame.data.attributes import attributes, held_out, likeness, telling
from fame.training.anchoring import AnchoringError, Anchors, Overlap, gather, leak, plan, pull
from fame.training.presets import SettingsError, settings
from fame.training.run import Run
from fame.training.trainer import train
from tests.conftest import QUICK

CPU = torch.device("cpu")


def catalog(**families: list[tuple[str, ...]]) -> Catalog:
    ids = [f"i{n}" for n in range(len(next(iter(families.values()))))]
    return Catalog(ids, None, [Family(name, name, True) for name in families], families)


def test_overlap_is_the_weighted_jaccard_of_the_values():
    found = attributes(catalog(genre=[("a", "b"), ("a",), ("b", "c"), (), ("a", "b")]), "genre")
    weight = dict(zip(found.values, found.rarity, strict=True))
    by_hand = weight["a"] / (weight["a"] + weight["b"])
    overlap = Overlap(found, CPU)(torch.arange(1, 6))
    assert torch.isclose(overlap[0, 1], torch.tensor(by_hand, dtype=torch.float32))
    assert torch.isclose(overlap[0, 4], torch.tensor(1.0))
    assert overlap.diagonal().sum() == 0
    assert overlap[3].sum() == 0  # no value, nothing in common
    pairs = np.array([[1, 1, 2, 4], [2, 5, 3, 1]])
    expected = overlap[pairs[0] - 1, pairs[1] - 1].numpy()
    assert np.allclose(likeness(found, *pairs), expected, atol=1e-6)
    assert weight["c"] > weight["a"]  # sharing the rare value says more


def test_one_value_an_item_is_the_same_overlap_as_many():
    values = [("a",), ("b",), ("a",), (), ("b",)]
    single = Overlap(attributes(catalog(x=values), "x"), CPU)(torch.arange(1, 6))
    padded = Overlap(attributes(catalog(x=[*values, ("a", "b")]), "x"), CPU)(torch.arange(1, 6))
    assert torch.allclose(single, padded)


def test_items_without_a_value_neither_pull_nor_are_pushed():
    overlap = torch.tensor([[0.0, 1, 0], [1, 0, 0], [0, 0, 0]])
    known = torch.tensor([True, True, False])
    seen = torch.randn(3, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    unit = torch.nn.functional.normalize(seen, dim=1)
    pull(unit[None], 0.2, overlap[None], known[None]).sum().backward()
    assert seen.grad[2].abs().sum() == 0
    assert torch.isfinite(seen.grad).all()


def test_the_pull_is_the_cross_entropy_by_hand():
    generator = torch.Generator().manual_seed(1)
    seen = torch.randn(1, 5, 3, generator=generator)
    overlap = torch.tensor([[0, 1, 0.5, 0, 0], [1, 0, 0, 0, 0], [0.5, 0, 0, 0, 0], [0] * 5, [0] * 5])[None]
    known = torch.tensor([[True, True, True, True, False]])
    unit = torch.nn.functional.normalize(seen[0], dim=1)
    found = pull(unit[None], 0.5, overlap, known)[0]
    by_hand = []
    for item in range(3):
        others = [other for other in range(4) if other != item]  # the last has no value
        log_p = (unit[others] @ unit[item] / 0.5).log_softmax(0)
        wanted = overlap[0, item, others] / overlap[0, item].sum()
        by_hand.append(-(wanted * log_p).sum())
    assert torch.isclose(found, torch.stack(by_hand).mean(), atol=1e-5)


def test_gathering_is_the_cross_entropy_of_being_one_experts_by_hand():
    owned = torch.rand(1, 5, 3, generator=torch.Generator().manual_seed(1)).softmax(2)
    overlap = torch.tensor([[0, 1, 0.5, 0, 0], [1, 0, 0, 0, 0], [0.5, 0, 0, 0, 0], [0] * 5, [0] * 5])[None]
    by_hand = []
    for item in range(3):
        others = [other for other in range(4) if other != item]  # the last has no value
        both = owned[0, others] @ owned[0, item]
        wanted = overlap[0, item, others] / overlap[0, item].sum()
        by_hand.append(-(wanted * (both / both.sum()).log()).sum())
    found = gather(owned, overlap, torch.tensor([[True, True, True, True, False]]))[0]
    assert torch.isclose(found, torch.stack(by_hand).mean(), atol=1e-5)


def test_a_leak_is_the_share_of_variance_between_groups():
    generator = torch.Generator().manual_seed(0)
    group = torch.arange(400) % 4
    together = (group[:, None] == group).float().fill_diagonal_(0)
    nothing = torch.zeros_like(together)

    def of(seen):
        """Leak of the group into a facet whose own family no two items share."""
        return leak(seen[None], torch.stack([nothing, together]))[0, 1]

    noise = torch.randn(400, 8, generator=generator)
    apart = torch.randn(4, 8, generator=generator)[group]
    assert of(noise) < 0.02  # groups that say nothing explain nothing, however many they are
    assert of(apart) > 0.95
    mixed = apart / apart.std() + noise
    assert 0.4 < of(mixed) < 0.6
    assert leak(apart[None], torch.stack([together, together]))[0].tolist() == [0, 0]  # its own family is no leak


def test_a_weight_of_zero_is_plain_training_bit_for_bit(cinema, tmp_path):
    plain = train(Run.start(tmp_path / "plain", settings(**QUICK, anchor="none"), cinema), cinema)
    zero = train(Run.start(tmp_path / "zero", settings(**QUICK, anchor="genre,era", anchor_weight=0), cinema), cinema)
    a, b = plain.model.state_dict(), zero.model.state_dict()
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert zero.model.config.families == ()
    assert zero.model.config.facets == ("facet 1", "facet 2", "facet 3", "facet 4")


def test_names_and_families_survive_save_and_load(trained):
    again = load(trained.description.folder)
    assert again.model.config.facets == ("genre", "era", "director", "free 1")
    assert again.model.config.families == ("genre", "era", "director")


def test_a_tied_facet_tells_its_family_of_items_that_were_tied_and_no_other_family(cinema, tmp_path):
    def between(model, facet: int, family: str) -> float:
        """Share of the facet's variance between the values of a family, over the items that training tied."""
        tied = np.flatnonzero(~held_out(len(cinema.catalog)))[1:]
        seen = model.sub_embeddings(model.table()[tied])[:, facet]
        overlap = Overlap(attributes(cinema.catalog, family), CPU)(torch.from_numpy(tied))
        return float(leak(seen[None], torch.stack([torch.zeros_like(overlap), overlap]))[0, 1])

    chosen = QUICK | {"epochs": 12, "learning_rate": 0.01}
    plain = train(Run.start(tmp_path / "plain", settings(**chosen, anchor="none"), cinema), cinema).model
    tied = train(Run.start(tmp_path / "tied", settings(**chosen), cinema), cinema).model
    assert between(tied, 0, "genre") > 0.6 > between(plain, 0, "genre") + 0.2
    assert between(tied, 0, "era") < 0.1
    assert between(tied, 1, "era") > 0.6


def test_no_item_of_the_held_out_tenth_is_drawn(cinema):
    anchors = Anchors.of(cinema.catalog, plan(settings(), cinema.catalog).settings, CPU)
    out = held_out(len(cinema.catalog))
    drawn = torch.cat([anchors.draw(torch.Generator().manual_seed(seed)) for seed in range(20)])
    assert out.sum() == 8
    assert not out[drawn.numpy()].any()
    assert len(set(drawn.tolist())) == 72


SAME = [("a",), ("b",), ("a",), ("b",)] * 5


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([()] * 20, "has no value for any item"),
        ([("a",)] * 20, "has the value 'a' for almost every item"),
        (
            [("a",), ("a",), ("b",), ("b",)] + [()] * 16,
            "gives only 20% of the items a value that another item has, too",
        ),
        ([(f"v{n}",) for n in range(20)], "almost another for each"),
        ([("x" if value == ("a",) else "y",) for value in SAME], "says the same as 'good'"),
    ],
)
def test_a_family_that_tells_nothing_is_left_out_and_said_so(values, reason):
    found = telling(catalog(good=SAME, odd=values))
    assert found.families == ("good",)
    assert reason in found.left_out[0]
    planned = plan(settings(), catalog(good=SAME, odd=values))
    assert planned.settings.anchor == ("good",)
    assert planned.notes[0] == "1 of 4 facets are tied to good; 3 stay free."
    assert "odd" in planned.notes[1]


def test_more_families_than_facets_are_cut_and_said_so():
    rng = np.random.default_rng(0)
    many = {f"f{n}": [(str(value),) for value in rng.integers(4, size=40)] for n in range(3)}
    planned = plan(settings(heads=2), catalog(**many))
    assert planned.settings.anchor == ("f0", "f1")
    assert planned.notes[-1] == "No facet is left for the family 'f2'; give the model more heads, or choose."


def test_what_cannot_be_tied_is_refused_in_a_sentence(cinema):
    with pytest.raises(AnchoringError, match=r"no family 'mood'; its families are genre, era, director"):
        plan(settings(anchor="genre,mood"), cinema.catalog)
    with pytest.raises(AnchoringError, match="it declares none"):
        plan(settings(anchor="genre"), Catalog(["a", "b"]))
    with pytest.raises(AnchoringError, match="'odd' has the value 'a' for almost every item"):
        plan(settings(anchor="odd"), catalog(good=SAME, odd=[("a",)] * 20))
    with pytest.raises(SettingsError, match="anchor names 2 families for 1 facets"):
        settings(anchor="a,b", heads=1)
    with pytest.raises(SettingsError, match="sasrec has no use for anchor"):
        settings(model="sasrec", anchor="genre")


def test_items_that_share_a_value_are_pulled_to_one_expert():
    """Experts that split the items as the family's values do cost less than ones that split them across, or nothing."""
    made = catalog(x=[("a",), ("b",)] * 20)
    chosen = settings(anchor="x", heads=1, experts=2, experts_form="prototype", anchor_purity=0)
    anchors = Anchors.of(made, chosen, CPU)
    seen = torch.randn(len(anchors.items), 1, 4, generator=torch.Generator().manual_seed(0))
    alone = anchors.loss(anchors.items, seen)
    half = torch.arange(len(anchors.items)) % 4 < 2
    value = anchors.items % 2 == 0
    cost = {}
    for name, split in (("value", value), ("half", half), ("none", torch.zeros_like(half))):
        shares = torch.where(split[:, None], torch.tensor([0.9, 0.1]), torch.tensor([0.1, 0.9]))
        cost[name] = anchors.loss(anchors.items, seen, shares[:, None])
    assert alone < cost["value"] < cost["none"] < cost["half"]
