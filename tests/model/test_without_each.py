"""A history without each of its items is what a model makes of it that is run without the item."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fame.model import Edit, Intervention
from fame.model.attention import ROWS
from fame.model.output import Output
from fame.model.without_each import STATES, without_each
from tests.model.conftest import FAME, SASREC, VARIANTS, make

TWO_LAYERS = {name: make(config) for name, config in VARIANTS.items() if config.layers == 2}


def finished(model, one) -> Output:
    """A block of runs."""
    x, keep, ahead = one
    return model.finish(x, keep, Intervention(), newest=True, ahead=ahead)


@pytest.mark.parametrize("name", TWO_LAYERS)
@pytest.mark.parametrize("in_place", [False, True])
@given(history=st.lists(st.integers(1, 40), min_size=2, max_size=12), at_once=st.integers(1, 13))
@torch.inference_mode()
def test_each_run_is_one_by_itself(name, in_place, history, at_once):
    model, read = TWO_LAYERS[name], torch.tensor(history)
    numbers = at_once * STATES * model.config.width * (len(read) + model.config.begin)
    blocks = list(without_each(model, read, in_place, numbers))
    assert max(len(x) for x, _, _ in blocks) <= at_once
    found = torch.cat([finished(model, one).query for one in blocks])
    for t in range(len(history)):
        left = torch.arange(len(history)) != t
        alone = (
            model(read[None], Intervention(keep=left[None]), newest=True)
            if in_place
            else model(read[None, left], newest=True)
        )
        assert torch.allclose(found[t], alone.query[0], atol=5e-5)


@torch.inference_mode()
def test_an_item_that_takes_all_of_what_is_read_can_be_left_out():
    model = make(SASREC)
    block = model.blocks[0]
    block.qkv.weight[:48] *= 60  # queries and keys: differences between weights are beyond all numbers
    read = torch.tensor([3, 9, 27, 1, 14, 30])
    found = torch.cat([finished(model, one).query for one in without_each(model, read, True, 10**6)])
    keep = ~torch.eye(6, dtype=torch.bool)
    assert torch.allclose(found, model(read.expand(6, 6), Intervention(keep=keep), newest=True).query, atol=2e-5)


@pytest.mark.parametrize("config", [FAME, SASREC, VARIANTS["fame-absolute"]])
@torch.inference_mode()
def test_a_long_history_is_the_same_without_its_attention(config):
    model = make(config.model_copy(update={"length": 2 * ROWS + 9}))
    items = torch.randint(1, 41, (2, 2 * ROWS + 9))
    items[0, :ROWS] = 0
    whole, bare = model(items), model(items, attention=False)
    real = whole.keep
    for inner in ("query", "facets", "gate", "router"):
        assert torch.allclose(getattr(whole, inner)[real], getattr(bare, inner)[real], atol=2e-5)
    assert bare.attention is None


@torch.inference_mode()
def test_one_history_is_read_once_for_many_edits():
    model, read = make(FAME), torch.tensor([[7, 1, 2, 5]])
    scale = torch.rand(5, 1, 3)
    for of in ("gate", "router"):
        edit = Edit(scale=scale if of == "gate" else torch.rand(5, 1, 3, 4), renormalise=True)
        once = model(read, Intervention(**{of: edit}), newest=True)
        each = model(read.expand(5, -1), Intervention(**{of: edit}), newest=True)
        for inner in ("query", "facets", "gate", "router", "keep"):
            assert torch.allclose(getattr(once, inner).float(), getattr(each, inner).float(), atol=1e-6)
