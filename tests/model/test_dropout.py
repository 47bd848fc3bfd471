"""Our dropout is dropout: the share, the scale, the gradient, the seed, and nothing outside training."""

import pytest
import torch

from fame.model.dropout import Dropout, dropout


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("shape", [(100_003,), (7, 11, 13, 101)])
def test_that_share_is_zeroed_and_the_mean_kept(share, shape):
    torch.manual_seed(0)
    found = dropout(torch.ones(shape), share, True)
    assert found.unique().tolist() == [0.0, pytest.approx(1 / (1 - share))]
    assert (found == 0).float().mean().item() == pytest.approx(share, abs=0.01)


def test_each_of_the_numbers_from_one_draw_is_fair_and_by_itself():
    torch.manual_seed(0)
    kept = (dropout(torch.ones(400_000), 0.5, True) > 0).float().view(-1, 4)
    assert torch.allclose(kept.mean(0), torch.full((4,), 0.5), atol=0.01)
    assert torch.allclose(torch.corrcoef(kept.T), torch.eye(4), atol=0.02)


def test_the_gradient_goes_where_the_value_went():
    torch.manual_seed(0)
    x = torch.randn(1000, requires_grad=True)
    found = dropout(x, 0.3, True)
    found.sum().backward()
    assert torch.allclose(x.grad, (found != 0) / 0.7)


def test_a_seed_repeats_it_and_nothing_is_drawn_outside_training():
    layer = Dropout(0.5)
    torch.manual_seed(3)
    first = layer(torch.ones(50))
    torch.manual_seed(3)
    assert torch.equal(layer(torch.ones(50)), first)
    assert not torch.equal(layer(torch.ones(50)), first)
    state = torch.get_rng_state()
    assert torch.equal(layer.eval()(torch.ones(50)), torch.ones(50))
    assert torch.equal(dropout(torch.ones(5), 0.0, True), torch.ones(5))
    assert torch.equal(torch.get_rng_state(), state)
