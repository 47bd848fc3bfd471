"""Everything that might name what drove an event, for many events at once: readings, and interventions."""

from dataclasses import dataclass

import numpy as np
import torch

from fame.data import Events
from fame.data.batches import pad
from fame.explain.families.anatomy import Anatomy
from fame.explain.families.evidence import ask
from fame.explain.families.knockout import FAMILY_DRAWS
from fame.heads.kinds import kind_of
from fame.heads.registry import head
from fame.model import Model
from fame.runs.budget import histories_at_once
from fame.runs.execute import execute
from fame.runs.plan import histories


@dataclass(frozen=True)
class DriverCandidates:
    """One row an event, of its target; H facets, A families."""

    gate: np.ndarray  # (n, H)
    contribution: np.ndarray  # (n, H), centred over the catalog
    responsibility: np.ndarray  # (n, H); (n, 0) where scores are sums of parts
    anatomy: np.ndarray  # (n, A), centred over the catalog
    effect: np.ndarray  # (n, A, R) by how much log p falls when the past says nothing of the family, draw by draw
    usual: np.ndarray  # (n, 2) of parts and of mean falls, after the same history, of items drawn at random

    def of(self, rows: np.ndarray) -> "DriverCandidates":
        """Some of the events."""
        return DriverCandidates(**{name: values[rows] for name, values in vars(self).items()})


@torch.inference_mode()
def driver_candidates(model: Model, anatomy: Anatomy, events: Events, draws: int = FAMILY_DRAWS) -> DriverCandidates:
    """What might name the driver of each of n events: facet parts (n, H), family parts (n, A), knock-outs in nats."""
    n, H, A = len(events.targets), len(model.config.facets), len(anatomy.families)
    R = 0 if kind_of(model.config.head).additive else H
    found = DriverCandidates(
        *(np.zeros((n, *shape), np.float32) for shape in ((H,), (H,), (R,), (A,), (A, draws), (2,)))
    )
    for rows in histories_at_once(model.config, events.histories.lengths):
        read = torch.from_numpy(pad(events.histories, rows, model.config.length))
        targets = torch.from_numpy(events.targets[rows].astype(np.int64))
        output = execute(model, histories(read))
        found.gate[rows] = output.at_last(output.gate).numpy()
        by = head(model, output)
        found.contribution[rows] = by.parts(targets[:, None])[:, 0].numpy()
        shares = by.shares(targets[:, None])
        if shares is not None:
            found.responsibility[rows] = shares[:, 0].numpy()
        asked = ask(model, anatomy, read, targets[:, None], draws)
        found.anatomy[rows], found.effect[rows] = asked.parts[:, 0].numpy(), asked.effect[:, 0].numpy()
        found.usual[rows] = asked.usual.numpy()
    return found
