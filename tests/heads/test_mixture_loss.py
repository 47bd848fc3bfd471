"""The likelihood of a mixture of softmaxes, against the formula as it is written."""

import pytest
import torch

from fame.heads import mixture
from fame.heads.mixture import full_mixture, sampled_mixture
from fame.heads.sum import full_softmax
from fame.model import build
from fame.training.objective import objective
from fame.training.presets import settings

V, H, K, n = 50, 3, 4, 30


@pytest.fixture
def scored() -> list[torch.Tensor]:
    """Queries (n, H, K), gate (n, H), keys (V + 1, H, K), bias (V + 1,) in double precision, and targets (n,)."""
    torch.manual_seed(0)
    query, keys, bias = torch.randn(n, H, K), torch.randn(V + 1, H, K), torch.randn(V + 1)
    gate = torch.randn(n, H).softmax(1)
    learned = [tensor.double().requires_grad_() for tensor in (query, gate, keys, bias)]
    return [*learned, torch.randint(1, V + 1, (n,))]


def plain(query, gate, keys, bias, targets):
    """-log of sum_h g_h softmax_v(<q_h, k_v,h> + b_v) at the target."""
    p = (torch.einsum("nhk,vhk->nhv", query, keys[1:]) + bias[1:]).softmax(2)
    return -(gate[..., None] * p).sum(1).gather(1, targets[:, None] - 1).log().mean()


@pytest.mark.parametrize("cells", [1, 10 * V, 1 << 20])
def test_the_loss_and_its_gradients_are_exact(scored, cells, monkeypatch):
    monkeypatch.setattr(mixture, "TRAINED", cells)
    monkeypatch.setattr(mixture, "ROWS", 7)
    loss, expected = full_mixture(*scored), plain(*scored)
    assert torch.allclose(loss, expected, atol=1e-12)
    found, wanted = torch.autograd.grad(3 * loss, scored[:4]), torch.autograd.grad(3 * expected, scored[:4])
    for a, b in zip(found, wanted, strict=True):
        assert torch.allclose(a, b, atol=1e-12)
    assert not found[2][0].any()  # padding learns nothing
    assert not found[3][0].any()


def test_one_facet_is_the_full_softmax(scored):
    query, _, keys, bias, targets = scored
    alone = full_mixture(query[:, :1], torch.ones(n, 1).double(), keys[:, :1], bias, targets)
    assert torch.allclose(alone.float(), full_softmax(query[:, 0], keys[:, 0].float(), bias.float(), targets))


@pytest.mark.parametrize("sampled", [False, True])
def test_a_facet_that_is_left_out_neither_speaks_nor_learns(scored, sampled):
    def loss(query, gate, keys, bias, targets):
        more = (torch.arange(1, V + 1), V) if sampled else ()
        return (sampled_mixture if sampled else full_mixture)(query, gate, keys, bias, targets, *more)

    query, _, keys, bias, targets = scored
    logits = torch.randn(n, H).double().requires_grad_()
    out = torch.zeros(n, H, dtype=torch.bool)
    out[::2, 1] = True
    with_gate = [query, logits.masked_fill(out, -torch.inf).softmax(1), keys, bias, targets]
    found = torch.autograd.grad(loss(*with_gate), (query, logits, keys, bias), retain_graph=True)
    wanted = torch.autograd.grad(plain(*with_gate), (query, logits, keys, bias))
    for a, b in zip(found, wanted, strict=True):
        assert torch.allclose(a, b, atol=1e-6)
    assert not found[0][::2, 1].any()


@pytest.mark.parametrize("far", [300, -300])
def test_scores_far_apart_are_no_infinite_loss(scored, far):
    query, gate, keys, bias, targets = scored
    given = [far * query.float(), gate.float(), keys.float(), bias.float(), targets]
    joint = torch.einsum("nhk,vhk->nhv", far * query, keys[1:]) + bias[1:]
    log_p = joint.log_softmax(2).gather(2, targets[:, None, None].expand(n, H, 1) - 1).squeeze(2)
    assert torch.allclose(full_mixture(*given).double(), -(gate.log() + log_p).logsumexp(1).mean(), rtol=1e-5)


def test_sampling_every_item_once_is_the_whole_catalog(scored):
    assert torch.allclose(sampled_mixture(*scored, torch.randperm(V) + 1, V), plain(*scored), atol=1e-12)


@pytest.mark.parametrize("loss", ["full", "sampled"])
@pytest.mark.parametrize("sees", ["slice", "learned"])
def test_a_model_learns_by_its_own_likelihood(sees, loss):
    """All its weights have the gradient of -log p as it is written in sub-embeddings, the item table's included."""
    torch.manual_seed(4)
    quick = {"width": 12, "heads": H, "experts": 2, "length": 6, "dropout": 0, "attention_dropout": 0}
    chosen = settings(
        **quick, head="mixture", experts_form="published", item_facets=sees, loss=loss, negatives=V, gate_balance=0
    )
    model = build(chosen.config(V)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    items, targets = torch.tensor([[3, 9, 4], [0, 7, 3]]), torch.tensor([[3, 9, 4, 8], [0, 7, 3, 1]])
    real = targets > 0
    torch.manual_seed(6)
    found = objective(model, chosen, items, targets)
    torch.autograd.backward(found.value)
    weights = dict(model.named_parameters())
    learned = {name: weight.grad for name, weight in weights.items() if weight.grad is not None}
    output, bias = model(items), model.bias()
    keys = model.sub_embeddings(model.table())
    given = output.facets[real], output.gate[real], keys, bias, targets[real]
    if loss == "sampled":
        torch.manual_seed(6)
        expected = sampled_mixture(*given, torch.randint(1, V + 1, (V,)), V)
        assert len(found.gradients) == 2
        table = torch.autograd.grad(expected, model.table(), retain_graph=True)[0]
        assert torch.allclose(found.gradients[0], table[found.rows], atol=1e-10)
    else:
        expected = plain(*given)
        assert "embedding.item.weight" in learned
    assert torch.allclose(found.loss, expected, atol=1e-10)
    wanted = torch.autograd.grad(expected, [weights[name] for name in learned])
    for (name, gradient), exact in zip(learned.items(), wanted, strict=True):
        if name == "embedding.item.weight":  # the padding's row, which the plain formula lets learn, is not looked at
            gradient, exact = gradient[1:], exact[1:]
        assert torch.allclose(gradient, exact, atol=1e-10), name
