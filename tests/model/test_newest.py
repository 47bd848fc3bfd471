"""Working out the newest position alone gives what working out all of them gives there."""

import pytest
import torch

from fame.heads.registry import scores
from fame.model import Edit, Intervention
from tests.model.conftest import FAME, VARIANTS, make

MODELS = VARIANTS | {"mixture": FAME.model_copy(update={"head": "mixture"})}
ITEMS = torch.tensor([[0, 0, 3, 9, 12, 30], [7, 1, 2, 5, 8, 40], [0, 0, 0, 0, 0, 6]])
KEEP = torch.tensor([[True] * 6, [True, False, True, True, False, False], [True] * 6])  # the second ends early


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("change", ["none", "masked", "shifted", "weighed"])
@torch.inference_mode()
def test_it_is_the_same_as_of_all_positions(name, change):
    model = make(MODELS[name])
    H, N = len(model.config.facets), model.config.experts
    torch.manual_seed(0)
    changes = {
        "none": None,
        "masked": Intervention(keep=KEEP),
        "shifted": Intervention(shift=torch.randn(3, 6, 24), keep=KEEP),
        "weighed": Intervention(
            gate=Edit(scale=torch.rand(3, 1, H), renormalise=True), router=Edit(set=torch.rand(3, 1, H, N))
        ),
    }
    whole, newest = model(ITEMS, changes[change]), model(ITEMS, changes[change], newest=True)
    for inner in ("query", "facets", "gate", "router"):
        assert getattr(newest, inner).shape[1] == 1
        assert torch.allclose(newest.at_last(getattr(newest, inner)), whole.at_last(getattr(whole, inner)), atol=1e-5)
    rows = whole.attention.movedim(-2, 1)  # (B, S, H, N, S')
    assert torch.allclose(newest.attention[..., 0, :], whole.at_last(rows), atol=1e-5)
    assert torch.allclose(scores(model, newest), scores(model, whole), atol=1e-4)


def test_its_gradient_is_the_same():
    model = make(FAME)
    slopes = []
    for newest in (False, True):
        shift = torch.zeros(3, 6, 24, requires_grad=True)
        output = model(ITEMS, Intervention(shift=shift), newest=newest)
        slopes += torch.autograd.grad(output.at_last(output.query).square().sum(), shift)
    assert torch.allclose(*slopes, atol=1e-4)
