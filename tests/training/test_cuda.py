"""What only a GPU can show."""

import contextlib

import numpy as np
import pytest
import torch

from fame.checkpoint.store import load
from fame.data import leave_one_out, planted
from fame.ranking.evaluation import ranks
from fame.ranking.metrics import per_user
from fame.training import objective
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")


def test_bf16_products_rank_as_well_as_float32(tmp_path, monkeypatch):
    """Trained both ways, a user's NDCG@10 differs by chance alone; and the CPU ranks as the GPU does."""
    data = planted.make(tmp_path / "d", planted.options(users=1500, items=200, length=16, noise=0, seed=5))
    events = leave_one_out(data.histories).test
    chosen = settings(width=32, experts=2, epochs=8, dropout=0.2, attention_dropout=0.0, learning_rate=3e-3)

    def trained(name: str) -> np.ndarray:
        run = Run.start(tmp_path / name, chosen, data)
        found = ranks(train(run, data, device="cuda").model, events)
        on_cpu = ranks(load(run.folder / "best").model, events)
        assert (found == on_cpu).mean() > 0.95
        return per_user(found)["NDCG@10"]

    half = trained("bf16")
    monkeypatch.setattr(objective, "mixed_precision", lambda device: contextlib.nullcontext())
    difference = half - trained("float32")
    assert abs(difference.mean()) < 3 * difference.std(ddof=1) / np.sqrt(len(difference)) + 0.005
