"""What a process does first: the same numbers however its threads happen to start, and soon."""

import os
import subprocess
import sys

import pytest

from fame.home import PROJECT

PROCESSES = 10  # without the first call by one thread, one of ten differs on an idle machine

FIRST = """
import fame.model, torch
x = -4 * torch.rand(22_264)
print(torch.equal(x.exp(), x.exp()))
"""


def test_the_first_threaded_exponential_of_a_process_is_like_every_later_one():
    threads = os.environ | {"OMP_NUM_THREADS": "2"}
    said = [
        subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True, env=threads).stdout
        for _ in range(PROCESSES)
    ]
    assert [one.strip() for one in said] == ["True"] * PROCESSES


LOADED_AND_TRAINED = """
import sys
from pathlib import Path
import torch
from fame.checkpoint.store import load
from fame.training.optimizer import Optimizer
from fame.training.presets import settings
model = load(Path(sys.argv[1])).model.requires_grad_(True)
optimizer = Optimizer(model, settings(loss=sys.argv[2]))
model.bias.weight.grad = torch.ones_like(model.bias.weight)
optimizer.step(0.5, torch.tensor([1]), [torch.ones_like(weight[:1]) for weight in optimizer.table])
print("torch._dynamo" in sys.modules)
"""


@pytest.mark.parametrize("loss", ["full", "sampled"])
def test_a_model_is_loaded_and_trained_without_waiting_for_torchs_compiler(loss):
    """Its import takes seconds, in which somebody looks at an empty page."""
    model = str(PROJECT / "pretrained" / "planted-cinema-fame")
    command = [sys.executable, "-c", LOADED_AND_TRAINED, model, loss]
    assert subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT).stdout.strip() == "False"
