"""What a step minimises besides the loss of the next items."""

import torch

from fame.training.objective import gate_imbalance


def test_balance_is_of_the_mean_gate_not_of_each():
    assert gate_imbalance(torch.tensor([[0.0, 1.0], [1.0, 0.0]])).abs() < 1e-6
    assert torch.isclose(gate_imbalance(torch.tensor([[1.0, 0.0], [1.0, 0.0]])), torch.tensor(2.0).log(), atol=1e-5)
