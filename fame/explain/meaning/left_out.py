"""Every expert left out, and turned up, after many users' histories: what that does to their items.

A history is read once, and its last layer made again for every expert; scores come block by block. So memory does not
grow with users or with items times experts, and time is that of so many rankings as there are users times experts.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fame.data import Events
from fame.heads.contract import Head
from fame.heads.item_side import item_side
from fame.heads.registry import head
from fame.heads.topk import TopK
from fame.model import Faceted
from fame.runs.execute import execute
from fame.runs.plan import each_expert_alone_at, without_each_expert

TOP = 10


@dataclass(frozen=True)
class LeftOut:
    """n users' events and E = H N experts, facet after facet; an expert's weight goes to its siblings.

    The first ten are those of the items that are not in the history.
    """

    fall: np.ndarray  # (n, E) of log p of the target without it, nats
    changed: np.ndarray  # (n, E) items among the first ten that are not among them without it
    apart: np.ndarray  # (n, E) mean fall of log p of its own items beyond that of the others; NaN: it has none, or all
    largest: np.ndarray  # (n, H) number of the expert with the largest weight
    own: np.ndarray  # (n, E) share of the first ten that are its own items
    turned_up: np.ndarray  # (n, E) the same where its weight is 1 and its siblings' are as they were


@torch.inference_mode()
def left_out(model: Faceted, events: Events, owner: np.ndarray) -> LeftOut:
    """Of every event; `owner` (V, H) as in `owners`."""
    H, N, n = model.config.heads, model.config.experts, len(events.targets)
    side, belongs = item_side(model), torch.from_numpy(owner).long()
    counts = np.stack([np.bincount(owner[:, h], minlength=N)[:N] for h in range(H)]).reshape(-1)
    fall, changed, apart, own, turned_up = np.zeros((5, n, H * N))
    largest = np.zeros((n, H), dtype=np.int64)
    facet, expert = (number[:, None] for number in (torch.arange(H).repeat_interleave(N), torch.arange(N).repeat(H)))
    for row in range(n):
        history = torch.from_numpy(events.histories[row].astype(np.int64))
        read, hidden, target = history[-model.config.length :], torch.unique(history), int(events.targets[row])
        output = execute(model, without_each_expert(read, H, N))
        by = head(model, output, side)
        k = min(TOP, model.config.items - len(hidden))
        ranked = top(by, k, hidden)
        log_p = by.at(torch.full((1 + H * N, 1), target))[:, 0] - ranked.log_normaliser
        up = top(head(model, execute(model, each_expert_alone_at(read, H, N, 1.0)), side), k, hidden).items
        first = ranked.items
        largest[row] = output.router[0, 0].argmax(-1)
        fall[row] = log_p[0] - log_p[1:]
        changed[row] = k - (first[1:, :, None] == first[0]).sum((1, 2))
        apart[row] = own_beyond_others(by, belongs, counts)
        own[row] = (belongs[first[0] - 1].T[:, None] == torch.arange(N)[:, None]).double().mean(2).view(-1)
        turned_up[row] = (belongs[up - 1, facet] == expert).double().mean(1)
    return LeftOut(fall, changed, apart, largest, own, turned_up)


def top(by: Head, k: int, hidden: Tensor) -> TopK:
    """The first k of every run that are not hidden (E,)."""
    return by.top_k(k, hidden.expand(len(by.output.query), -1))


def own_beyond_others(by: Head, belongs: Tensor, counts: np.ndarray) -> np.ndarray:
    """Runs with all experts and without each, and every item's experts (V, H) -> `apart` of one event (E,).

    What scores are lessened by to be log-probabilities is the same for all items, so that scores do.
    """
    E, H = len(by.output.query) - 1, belongs.shape[1]
    number = torch.arange(E // H)[:, None]
    own, every = torch.zeros(2, E, dtype=torch.float64)
    for start, scores in by.blocks():
        fallen = (scores[0] - scores[1:]).double()  # (E, block)
        mask = belongs[start - 1 : start - 1 + fallen.shape[1]].T[:, None] == number  # (H, N, block)
        every += fallen.sum(1)
        own += (fallen * mask.reshape(E, -1)).sum(1)
    others = len(belongs) - counts
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = own.numpy() / counts - (every - own).numpy() / others
    return np.where((counts > 0) & (others > 0), apart, np.nan)
