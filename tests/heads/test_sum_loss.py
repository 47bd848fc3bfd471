"""Losses against the plainest way to write them."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from fame.heads import sum as sum_head
from fame.heads.sum import full_softmax, sampled_softmax

V, D, n = 50, 6, 30


@pytest.fixture
def scored() -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    query, table, bias = torch.randn(n, D), torch.randn(V + 1, D), torch.randn(V + 1)
    targets = torch.randint(1, V + 1, (n,))
    return query.requires_grad_(), table.requires_grad_(), bias.requires_grad_(), targets


def plain(query, table, bias, targets):
    return cross_entropy(query @ table[1:].T + bias[1:], targets - 1)


@pytest.mark.parametrize("cells", [1, 10 * V, 1 << 20])
def test_the_full_softmax_and_its_gradient_are_exact(scored, cells, monkeypatch):
    monkeypatch.setattr(sum_head, "SCORES", cells)
    monkeypatch.setattr(sum_head, "POSITIONS", 7)
    loss, expected = full_softmax(*scored), plain(*scored)
    assert torch.allclose(loss, expected)
    found, wanted = torch.autograd.grad(3 * loss, scored[:3]), torch.autograd.grad(3 * expected, scored[:3])
    for a, b in zip(found, wanted, strict=True):
        assert torch.allclose(a, b, atol=1e-6)
    assert not found[1][0].any()  # padding learns nothing
    assert not found[2][0].any()


def test_scores_far_apart_do_not_overflow(scored):
    query, table, bias, targets = scored
    assert torch.allclose(full_softmax(query * 300, table, bias, targets), plain(query * 300, table, bias, targets))


def test_sampling_every_item_once_is_the_full_softmax(scored):
    everything = torch.randperm(V) + 1
    assert torch.allclose(sampled_softmax(*scored, everything, V), plain(*scored), atol=1e-5)


def test_a_sample_stands_for_the_catalog(scored):
    """1 / p(target) is a sum over the catalog; its mean over many draws is that sum."""
    query, table, bias, targets = scored
    query, targets = query[:1], targets[:1]
    torch.manual_seed(1)
    with torch.no_grad():
        samples = torch.randint(1, V + 1, (2000, 40))
        draw = [sampled_softmax(query, table, bias, targets, sample, V).exp() for sample in samples]
        exact = plain(query, table, bias, targets).exp()
    draws = torch.stack(draw)
    assert (draws.mean() - exact).abs() < 4 * draws.std() / len(draws) ** 0.5 < 0.05 * exact
