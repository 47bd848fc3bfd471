"""The gate and router of every user, at the position from which their held-out item is predicted."""

from dataclasses import dataclass

import numpy as np
import torch

from fame.data import Events
from fame.data.batches import batches, pad
from fame.explain.facets.weights import entropy
from fame.model import Model

CELLS = 8_192  # history positions run at a time


@dataclass(frozen=True)
class Population:
    """One row an event, in the order of the events."""

    gate: np.ndarray  # (n, H)
    router: np.ndarray  # (n, H, N)
    length: np.ndarray  # (n,) items in the history
    last_item: np.ndarray  # (n,) catalog index of the newest item
    users: np.ndarray  # (n,) rows of the data set's users

    def router_entropy(self) -> np.ndarray:
        """(n, H): entropy of each user's router weights over its maximum; 1 = uniform."""
        return entropy(torch.from_numpy(self.router)).numpy()


@torch.inference_mode()
def population(model: Model, events: Events) -> Population:
    """Run every event's history through the model."""
    H, N, n = len(model.config.facets), model.config.experts, len(events.targets)
    gate, router = np.zeros((n, H), np.float32), np.zeros((n, H, N), np.float32)
    lengths = events.histories.lengths
    for rows in batches(np.minimum(lengths, model.config.length), CELLS):
        output = model(torch.from_numpy(pad(events.histories, rows, model.config.length)), newest=True)
        gate[rows], router[rows] = output.at_last(output.gate).numpy(), output.at_last(output.router).numpy()
    last = events.histories.items[events.histories.offsets[1:] - 1]
    return Population(gate, router, lengths, last, events.users)
