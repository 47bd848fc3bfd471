"""What every architecture promises: `fame.model.contract`. A new one is asked the same by being registered."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fame.architectures import DEFAULT_ARCHITECTURE, ArchitectureError, architecture, register, trained_here
from fame.model import Config, Intervention, Model, build
from fame.training.presets import settings as preset
from tests.model.conftest import make

ITEMS, LENGTH = 30, 8
EVERY = pytest.mark.parametrize("name", [one.name for one in trained_here()])
SMALL = {"width": 24, "length": LENGTH, "dropout": 0.2}
histories = st.lists(st.integers(1, ITEMS), min_size=1, max_size=LENGTH)
_made: dict[tuple[str, bool], Model] = {}


def of(name: str, begin: bool = True) -> Model:
    """A small one, made once: they are only read."""
    if (name, begin) not in _made:
        heads = {} if "heads" in architecture(name).lacks else {"heads": 3}
        _made[name, begin] = make(preset(model=name, begin=begin, **SMALL, **heads).config(ITEMS))
    return _made[name, begin]


def query(model: Model, history: list[int], change: Intervention | None = None, newest: bool = False) -> torch.Tensor:
    """(D,) where the next item is predicted."""
    output = model(torch.tensor([history]), change, newest)
    return output.at_last(output.query)[0]


@EVERY
@settings(max_examples=25)
@given(history=histories, padding=st.integers(0, 6), begin=st.booleans())
def test_padding_on_the_left_changes_nothing(name, history, padding, begin):
    model = of(name, begin)
    assert torch.allclose(query(model, ([0] * padding + history)[-LENGTH:]), query(model, history), atol=1e-5)


@EVERY
@settings(max_examples=25)
@given(history=histories, later=histories, begin=st.booleans())
def test_no_output_depends_on_a_later_item(name, history, later, begin):
    model = of(name, begin)
    n = len(history) + begin
    longer = (history + later)[: model.config.length]
    whole, short = (model(torch.tensor([items])).query[0] for items in (longer, history))
    assert torch.allclose(whole[:n], short[:n], atol=1e-5)


@EVERY
@settings(max_examples=25)
@given(history=histories, data=st.data(), other=st.integers(1, ITEMS))
def test_what_is_not_kept_is_read_by_nobody(name, history, data, other):
    model, t = of(name), data.draw(st.integers(0, len(history) - 1))
    keep = torch.tensor([[position != t for position in range(len(history))]])
    changed = [*history[:t], other, *history[t + 1 :]]
    before, after = (model(torch.tensor([items]), Intervention(keep=keep)) for items in (history, changed))
    places = torch.arange(before.query.shape[1]) != t + model.config.begin
    assert torch.allclose(before.query[:, places], after.query[:, places], atol=1e-5)
    assert before.last().tolist() == after.last().tolist()


@EVERY
@settings(max_examples=25)
@given(history=histories, data=st.data(), begin=st.booleans())
def test_the_newest_position_alone_is_as_among_all(name, history, data, begin):
    kept = data.draw(st.lists(st.booleans(), min_size=len(history), max_size=len(history)))
    model, keep = of(name, begin), torch.tensor([kept if any(kept) else [True] * len(history)])
    shift = torch.randn(1, len(history), model.config.width, generator=torch.Generator().manual_seed(len(history)))
    change = Intervention(keep=keep, shift=shift)
    output = model(torch.tensor([history]), change, newest=True)
    assert output.query.shape[1] == output.keep.shape[1] == 1
    assert torch.allclose(query(model, history, change, newest=True), query(model, history, change), atol=1e-5)


@EVERY
def test_a_shift_moves_what_is_read_and_gradients_reach_it(name):
    model, history = of(name), [3, 9, 12, 30]
    table = model.table().detach()
    shift = torch.zeros(1, 4, model.config.width)
    shift[0, 1] = table[20] - table[9]
    assert torch.allclose(query(model, history, Intervention(shift=shift)), query(model, [3, 20, 12, 30]), atol=1e-5)
    shift = torch.zeros(1, 4, model.config.width, requires_grad=True)
    (slope,) = torch.autograd.grad(query(model, history, Intervention(shift=shift)).square().sum(), shift)
    assert (slope.abs().sum(2) > 1e-6).all()


@EVERY
def test_earlier_items_and_their_order_matter(name):
    model = of(name)
    first = query(model, [7, 3, 12])
    for other in ([3, 7, 12], [8, 3, 12], [7, 3]):
        assert not torch.allclose(query(model, other), first, atol=1e-3)


@EVERY
def test_what_is_kept_is_read_past_what_is_not(name):
    model, mask = of(name), Intervention(keep=torch.tensor([[True, False, True]]))
    first = query(model, [7, 3, 12], mask)
    for other in ([7, 3, 20], [8, 3, 12]):
        assert not torch.allclose(query(model, other, mask), first, atol=1e-3)


@EVERY
def test_it_has_what_it_says(name):
    model = of(name)
    output, kind = model(torch.tensor([[5, 6, 7]])), model.architecture
    assert isinstance(model, Model)
    assert (output.attention is not None) == kind.attention == bool(model.attention_by_layer(torch.tensor([[5, 6]])))
    assert output.gate.shape[2] == len(model.config.facets) == (3 if kind.facets else 0)
    assert model.table().shape == (ITEMS + 1, model.config.width)
    assert dict(model.named_parameters())[model.table_name] is model.table()
    assert model.bias().shape == (ITEMS + 1,)
    parts = {part for _, parts in model.stages() for part in parts}
    named = {key for part in parts for key in (f"{part}.{inner}" for inner in model.get_submodule(part).state_dict())}
    assert named == set(model.state_dict())  # what was learned can be unlearned, all of it
    assert Config.model_validate(model.config.model_dump()) == model.config


@EVERY
def test_a_seed_draws_the_weights(name):
    config = preset(model=name, **SMALL | ({} if "heads" in architecture(name).lacks else {"heads": 3})).config(ITEMS)
    drawn = []
    for _ in range(2):
        torch.manual_seed(4)
        drawn.append(build(config).state_dict())
    assert all(torch.equal(drawn[0][key], value) for key, value in drawn[1].items())


def test_there_is_one_of_a_name():
    with pytest.raises(ArchitectureError, match="there are fame"):
        architecture("bert")
    with pytest.raises(ArchitectureError, match="already"):
        register(architecture(DEFAULT_ARCHITECTURE))
