"""What experts do: what becomes of recommendations without one, whose items those are, and whether seeds agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from fame.data import Events
from fame.data.batches import batches, pad
from fame.data.split import sample
from fame.heads.registry import scores
from fame.model import Edit, Faceted, Intervention
from fame.model.fame import FAME

CELLS = 8_192  # history positions run at a time
ASKED = 500  # histories in which every expert is left out
TOP = 10


@dataclass(frozen=True)
class Done:
    """Without an expert, whose weight goes to the others of its facet in proportion."""

    fall: float  # of log p of the target without the expert that it falls most without, nats, median
    changed: float  # of the first ten items without the expert that changes most of them, mean
    selectivity: float  # of log p without a facet's largest expert: its own items' mean fall beyond that of the others


@torch.inference_mode()
def owners(model: Faceted) -> np.ndarray:
    """(V, H): the expert that each item belongs to, by its prototype.

    Where experts have none, that to which the item as a whole history is routed above average.
    """
    if isinstance(model, FAME) and model.prototypes is not None:
        return np.asarray(model.prototypes.belongs(model.sub_embeddings(model.table()[1:])).argmax(2))
    alone = torch.arange(1, model.config.items + 1)[:, None].split(CELLS)
    router = torch.cat([model(items, newest=True).router[:, 0] for items in alone])
    return np.asarray((router / router.mean(0)).argmax(2))


@torch.inference_mode()
def done(model: Faceted, events: Events, facets: list[int], seed: int) -> Done:
    """Over events; selectivity is the mean over these facets."""
    H, N = model.config.heads, model.config.experts
    belongs = owners(model)
    own = [[torch.from_numpy(belongs[:, h] == n) for n in range(N)] for h in range(H)]
    falls, changes, apart = [], [], []
    for items, targets, hidden in histories(model, sample(events, ASKED, seed)):
        asked = torch.arange(len(items))
        plain, output = log_p(model, items, None)
        largest = output.argmax(2)  # (B, H)
        first = plain.masked_fill(hidden, -torch.inf).topk(TOP).indices
        fall, change = [], []
        for h in range(H):
            for n in range(N):
                without = torch.ones(H, N)
                without[h, n] = 0
                left, _ = log_p(model, items, Intervention(router=Edit(scale=without, renormalise=True)))
                fallen = plain - left
                fall.append(fallen[asked, targets])
                then = left.masked_fill(hidden, -torch.inf).topk(TOP).indices
                change.append(TOP - (then[:, :, None] == first[:, None]).sum((1, 2)).double())
                leads = largest[:, h] == n
                if h in facets and own[h][n].any() and not own[h][n].all() and leads.any():
                    apart.append(fallen[leads][:, own[h][n]].mean(1) - fallen[leads][:, ~own[h][n]].mean(1))
        falls.append(torch.stack(fall, 1).amax(1))
        changes.append(torch.stack(change, 1).amax(1))
    return Done(
        fall=float(torch.cat(falls).median()),
        changed=float(torch.cat(changes).mean()),
        selectivity=float(torch.cat(apart).mean()) if apart else float("nan"),
    )


def log_p(model: Faceted, items: torch.Tensor, change: Intervention | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Of every item (B, V), and the router (B, H, N)."""
    output = model(items, change, newest=True)
    return scores(model, output).log_softmax(1), output.router[:, 0]


def histories(model: Faceted, events: Events) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Items (B, T), places of the targets in the catalog (B,), and which of its items were seen (B, V)."""
    for rows in batches(np.minimum(events.histories.lengths, model.config.length), CELLS):
        hidden = torch.zeros(len(rows), model.config.items, dtype=torch.bool)
        for place, row in enumerate(rows):
            hidden[place, events.histories[row] - 1] = True
        yield (
            torch.from_numpy(pad(events.histories, rows, model.config.length)),
            torch.from_numpy(events.targets[rows].astype(np.int64)) - 1,
            hidden,
        )


def agreement(belongs: list[np.ndarray], experts: int) -> float:
    """Items' experts (V,) in one facet of several models -> share of items that matched experts hold in common.

    Experts have no order, so each pair's are matched as they hold most items in common (Hungarian method); mean over
    pairs.
    """
    shares = []
    for one, other in combinations(belongs, 2):
        common = np.zeros((experts, experts))
        np.add.at(common, (one, other), 1)
        shares.append(common[linear_sum_assignment(common, maximize=True)].sum() / len(one))
    return float(np.mean(shares)) if shares else float("nan")
