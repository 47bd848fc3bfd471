"""Exact top-k, against scoring everything."""

import pytest
import torch

from fame.heads import topk


@pytest.mark.parametrize("block", [1, 35, 150, 1000])
@pytest.mark.parametrize("k", [1, 10, 57])
def test_blocks_give_what_brute_force_gives(monkeypatch, block, k):
    monkeypatch.setattr(topk, "BLOCK", block)
    torch.manual_seed(0)
    query, table, bias = torch.randn(5, 16), torch.randn(61, 16), torch.randn(61)
    exclude = torch.tensor([[1, 60, 0], [2, 3, 4], [0, 0, 0], [9, 9, 9], [30, 31, 29]])
    found = topk.top_k(query, table, bias, k, exclude)
    assert topk.top_k(query, table, bias, k, exclude, normalise=False).items.tolist() == found.items.tolist()
    scores = query @ table.T + bias
    assert torch.allclose(found.log_normaliser, scores[:, 1:].logsumexp(1), atol=1e-5)
    for row in range(5):
        allowed = [v for v in range(1, 61) if v not in exclude[row]]
        best = sorted(allowed, key=lambda v: -scores[row, v].item())[:k]
        assert found.items[row].tolist() == best
        assert torch.allclose(found.scores[row], scores[row, best], atol=1e-5)


@pytest.mark.parametrize("n", [10, 64, 640, 1000, 4099])
def test_the_best_are_found_wherever_they_stand(n):
    """The columns that are left out hold none of them, the tail that fills no column is not forgotten."""
    torch.manual_seed(n)
    scores = torch.randn(4, n)
    scores[0] = torch.arange(n)  # best at the end
    scores[1] = -torch.arange(n)  # best at the start
    scores[2, ::64] += 10  # best in one row of the grid
    found = topk.best_of(scores, 5)
    expected = scores.topk(5)
    assert torch.equal(found[0], expected.values)
    assert torch.equal(found[1], expected.indices)
