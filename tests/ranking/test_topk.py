"""Exact top-k, against scoring everything."""

import pytest
import torch

from fame.ranking import topk


@pytest.mark.parametrize("block", [1, 7, 30, 1000])
@pytest.mark.parametrize("k", [1, 10, 57])
def test_blocks_give_what_brute_force_gives(monkeypatch, block, k):
    monkeypatch.setattr(topk, "BLOCK", block)
    torch.manual_seed(0)
    query, table, bias = torch.randn(5, 16), torch.randn(61, 16), torch.randn(61)
    exclude = torch.tensor([[1, 60, 0], [2, 3, 4], [0, 0, 0], [9, 9, 9], [30, 31, 29]])
    found = topk.top_k(query, table, bias, k, exclude)
    scores = query @ table.T + bias
    assert torch.allclose(found.log_normaliser, scores[:, 1:].logsumexp(1), atol=1e-5)
    for row in range(5):
        allowed = [v for v in range(1, 61) if v not in exclude[row]]
        best = sorted(allowed, key=lambda v: -scores[row, v].item())[:k]
        assert found.items[row].tolist() == best
        assert torch.allclose(found.scores[row], scores[row, best], atol=1e-5)
