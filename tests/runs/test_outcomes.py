"""What became of an item is read off the catalog's scores, whatever the blocks in which they are made."""

import pytest
import torch

from fame.heads import topk
from fame.heads.registry import scores
from fame.runs.execute import execute
from fame.runs.outcomes import first, leads, outcomes
from fame.runs.plan import histories
from tests.model.conftest import FAME, SASREC, make

CONFIGS = [FAME, SASREC, FAME.model_copy(update={"head": "mixture"})]


@pytest.mark.parametrize("config", CONFIGS, ids=["sum", "sasrec", "mixture"])
@pytest.mark.parametrize("block", [1, 60, 333, topk.BLOCK])
@torch.inference_mode()
def test_log_p_rank_lead_and_the_first(config, block, monkeypatch):
    model = make(config)
    model.table()[20] = model.table()[17]  # a twin is no better
    model.bias.weight[20] = model.bias.weight[17]
    read = torch.randint(1, 41, (30, 6), generator=torch.Generator().manual_seed(2))
    output, hidden, target = execute(model, histories(read)), torch.tensor([3, 9, 31, 40]), 17
    whole = scores(model, output)
    monkeypatch.setattr(topk, "BLOCK", block)
    found, lead = outcomes(model, output, target, hidden), leads(model, output, target, hidden)
    assert torch.allclose(found.log_probability, whole.log_softmax(1)[:, target - 1], atol=1e-5)
    left = whole.clone()
    left[:, hidden - 1] = -torch.inf
    assert torch.equal(found.rank, (left > left[:, target - 1, None]).sum(1) + 1)
    left[:, target - 1] = -torch.inf
    assert torch.allclose(lead, whole[:, target - 1] - left.amax(1), atol=1e-5)
    left[:, target - 1] = whole[:, target - 1]
    assert torch.allclose(whole.gather(1, first(model, output, 5, hidden) - 1), left.topk(5).values, atol=1e-5)
    assert first(model, output, 50, hidden).shape == (30, 36)


@torch.inference_mode()
def test_each_run_may_hide_its_own():
    model = make(FAME)
    read = torch.randint(1, 17, (8, 6), generator=torch.Generator().manual_seed(2))
    output = execute(model, histories(read))
    found = outcomes(model, output, 17, read).rank
    for run, items in enumerate(read):
        assert found[run] == outcomes(model, output.only([run]), 17, items.unique()).rank[0]
