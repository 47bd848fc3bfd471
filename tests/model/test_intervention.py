"""What an intervention changes, and that its identity element changes nothing."""

import pytest
import torch

from fame.model import Edit, Intervention

NAN = torch.tensor(float("nan"))


@pytest.mark.parametrize(
    "identity",
    [
        Intervention(),
        Intervention(gate=Edit(scale=torch.ones(3))),
        Intervention(gate=Edit(set=NAN.expand(3))),
        Intervention(gate=Edit(renormalise=True)),
        Intervention(router=Edit(scale=torch.ones(3, 4))),
        Intervention(router=Edit(set=NAN.expand(3, 4))),
        Intervention(router=Edit(renormalise=True)),
        Intervention(facets=Edit(scale=torch.ones(3, 1))),
        Intervention(facets=Edit(set=NAN.expand(3, 8))),
        Intervention(keep=torch.ones(3, 6, dtype=torch.bool)),
    ],
)
def test_the_identity_changes_nothing(fame, items, identity):
    plain, changed = fame(items), fame(items, identity)
    assert torch.allclose(plain.query, changed.query, atol=3e-6)
    assert torch.equal(plain.last(), changed.last())


def test_a_values_own_value_set_changes_nothing(fame, items):
    plain = fame(items)
    own = Intervention(router=Edit(set=plain.router), facets=Edit(set=plain.facets), gate=Edit(set=plain.gate))
    assert torch.allclose(plain.query, fame(items, own).query, atol=1e-6)


def test_a_facet_switched_off_takes_exactly_its_part_away(fame, items):
    plain = fame(items)
    without = fame(items, Intervention(gate=Edit(scale=torch.tensor([1.0, 0.0, 1.0]))))
    part = fame.facet_queries(plain.gate[..., None] * plain.facets)[:, :, 1] @ fame.table().T
    assert torch.allclose(plain.query @ fame.table().T - without.query @ fame.table().T, part, atol=1e-4)


def test_renormalising_gives_the_mass_to_the_others(fame, items):
    plain = fame(items)
    without = fame(items, Intervention(gate=Edit(scale=torch.tensor([0.0, 1.0, 1.0]), renormalise=True)))
    assert torch.allclose(without.gate.sum(-1), plain.gate.sum(-1))
    assert torch.allclose(
        without.gate[..., 1] / without.gate[..., 2], plain.gate[..., 1] / plain.gate[..., 2], rtol=1e-4
    )


def test_an_edit_reaches_what_comes_after_it_and_nothing_before(fame, items):
    plain = fame(items)
    one_expert = torch.zeros(3, 4).index_fill_(1, torch.tensor([2]), 1.0)
    changed = fame(items, Intervention(router=Edit(set=one_expert)))
    assert torch.equal(changed.router, one_expert.expand_as(changed.router))
    assert not torch.allclose(plain.facets, changed.facets, atol=1e-3)
    scaled = fame(items, Intervention(facets=Edit(scale=torch.tensor([2.0, 1.0, 1.0])[:, None])))
    assert torch.equal(scaled.router, plain.router)
    assert not torch.allclose(plain.gate, scaled.gate, atol=1e-3)


def test_an_edit_at_one_position_leaves_the_others(fame, items):
    plain = fame(items)
    scale = torch.ones(1, plain.query.shape[1], 3)
    scale[0, -1, 0] = 0
    changed = fame(items, Intervention(gate=Edit(scale=scale)))
    assert torch.equal(plain.query[:, :-1], changed.query[:, :-1])
    assert not torch.allclose(plain.query[:, -1], changed.query[:, -1], atol=1e-3)


def test_a_masked_item_has_no_influence(model):
    keep = torch.tensor([[True, False, True, True]])
    a, b = (model(torch.tensor([[7, item, 12, 30]]), Intervention(keep=keep)) for item in (3, 25))
    assert torch.allclose(a.at_last(a.query), b.at_last(b.query), atol=1e-6)


def test_masking_the_newest_items_is_reading_an_earlier_position(model):
    history = torch.tensor([[7, 3, 12, 30]])
    masked = model(history, Intervention(keep=torch.tensor([[True, True, False, False]])))
    short = model(history[:, :2])
    assert masked.last().item() == 1 + model.config.begin
    assert torch.allclose(masked.at_last(masked.query), short.at_last(short.query), atol=1e-5)
