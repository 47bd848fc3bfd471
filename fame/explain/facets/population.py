"""The gate and router of every user, at the position from which their held-out item is predicted."""

from dataclasses import dataclass, fields

import numpy as np
import torch

from fame.data import Events
from fame.data.batches import pad
from fame.explain.facets.groups import WEIGHT_QUANTILES
from fame.explain.facets.weights import entropy
from fame.model import Model
from fame.runs.budget import histories_at_once
from fame.runs.execute import execute
from fame.runs.plan import histories


@dataclass(frozen=True)
class Population:
    """One row an event, in the order of the events."""

    gate: np.ndarray  # (n, H)
    router: np.ndarray  # (n, H, N)
    length: np.ndarray  # (n,) items in the history
    last_item: np.ndarray  # (n,) catalog index of the newest item
    users: np.ndarray  # (n,) rows of the data set's users

    def only(self, rows: np.ndarray) -> "Population":
        """Some of the events, by number."""
        return Population(*(getattr(self, of.name)[rows] for of in fields(self)))

    def router_entropy(self) -> np.ndarray:
        """(n, H): entropy of each user's router weights over its maximum; 1 = uniform."""
        return entropy(torch.from_numpy(self.router)).numpy()


@dataclass(frozen=True)
class Load:
    """How much the experts of each facet are used over a population of n users."""

    users: int  # n
    mean: np.ndarray  # (H, N) router weight
    quantiles: np.ndarray  # (Q, H, N) router weight
    leads: np.ndarray  # (H, N) users for whom it is the largest of its facet
    imbalance: np.ndarray  # (H,) coefficient of variation of the means; 0 = all alike
    entropy: np.ndarray  # (H,) mean of `Population.router_entropy`


def load(everyone: Population) -> Load:
    """The router weights (n, H, N) of a population, summed up."""
    router, N = everyone.router, everyone.router.shape[2]
    mean, leads = router.mean(0), router.argmax(2)
    return Load(
        len(router),
        mean,
        np.quantile(router, WEIGHT_QUANTILES, axis=0),
        np.stack([np.bincount(column, minlength=N) for column in leads.T]),
        mean.std(1) / mean.mean(1),
        everyone.router_entropy().mean(0),
    )


@torch.inference_mode()
def population(model: Model, events: Events) -> Population:
    """Run every event's history through the model."""
    H, N, n = len(model.config.facets), model.config.experts, len(events.targets)
    gate, router = np.zeros((n, H), np.float32), np.zeros((n, H, N), np.float32)
    lengths = events.histories.lengths
    for rows in histories_at_once(model.config, lengths):
        output = execute(model, histories(torch.from_numpy(pad(events.histories, rows, model.config.length))))
        gate[rows], router[rows] = output.at_last(output.gate).numpy(), output.at_last(output.router).numpy()
    last = events.histories.items[events.histories.offsets[1:] - 1]
    return Population(gate, router, lengths, last, events.users)
