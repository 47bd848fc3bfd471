"""Facets and experts of two models, matched: facets by how they arrange the items, experts by what they read."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from fame.compare.assignment import PERMUTATIONS, assign, match_facets
from fame.compare.common_items import translated, translation
from fame.compare.records import Matching
from fame.data import DataSet, leave_one_out
from fame.data.batches import pad
from fame.data.histories import Histories
from fame.data.split import sample
from fame.explain.meaning.measure import facet_vectors
from fame.model import Faceted, Model
from fame.runs.execute import blocks
from fame.runs.plan import histories as plan

READ = 160  # histories on which it is compared what experts read
HELD = 4_000_000  # numbers at a time


def matched(
    ours: Model, theirs: Model, data: tuple[DataSet, DataSet], seed: int = 0
) -> tuple[Matching | None, Matching | None]:
    """Facets and experts of two models, on the items that both catalogs have and histories of the first's data."""
    to = translation(data[0].catalog, data[1].catalog)
    common = np.flatnonzero(to)
    events = sample(leave_one_out(data[0].histories).test, READ, seed)
    second = translated(events.histories, to)
    first = translated(events.histories, np.where(to > 0, np.arange(len(to)), 0))
    return facets(ours, theirs, (common, to[common])), experts(ours, theirs, (first, second), seed)


def facets(ours: Model, theirs: Model, items: tuple[np.ndarray, np.ndarray]) -> Matching | None:
    """Facets matched on the same items, by their index in each catalog; None where a model has no facets."""
    if not (isinstance(ours, Faceted) and isinstance(theirs, Faceted)):
        return None
    vectors = [facet_vectors(model)[of] for model, of in zip((ours, theirs), items, strict=True)]
    return match_facets(vectors[0], vectors[1], ours.config.facets, theirs.config.facets)


@torch.inference_mode()
def experts(ours: Model, theirs: Model, histories: tuple[Histories, Histories], seed: int = 0) -> Matching | None:
    """Experts matched by what they read of the same histories (n), each in the indices of its model's catalog.

    1 less the Jensen-Shannon divergence, in bits, of the attention with which the next item is predicted, the mean over
    histories. Chance is the same of other histories of the same length. None where a model has no experts to tell
    apart, or no two histories are of one length.
    """
    if not (isinstance(ours, Faceted) and isinstance(theirs, Faceted)) or max(
        ours.config.experts, theirs.config.experts
    ) < 2:  # fmt: skip
        return None
    longest = min(ours.config.length, theirs.config.length)
    lengths = np.minimum(histories[0].lengths, longest)
    rng, n = np.random.default_rng(seed), 0
    names = [
        [f"{facet} {number}" for facet in model.config.facets for number in range(1, model.config.experts + 1)]
        for model in (ours, theirs)
    ]
    total = torch.zeros(1 + PERMUTATIONS, len(names[0]), len(names[1]), dtype=torch.float64)
    for rows in of_one_length(lengths):
        if len(rows) < 2:
            continue  # there is no other to be read by chance
        n += len(rows)
        first = reads(ours, torch.from_numpy(pad(histories[0], rows, longest)))
        second = reads(theirs, torch.from_numpy(pad(histories[1], rows, longest)))
        total[0] += alike(first, second)
        for k in range(PERMUTATIONS):
            other = np.roll(np.arange(len(rows)), int(rng.integers(1, len(rows))))
            total[1 + k] += alike(first, second[torch.from_numpy(other)])
    if not n:
        return None
    found = (total / n).numpy()
    return assign(found[0], found[1:], names[0], names[1])


def of_one_length(lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Rows of histories (n,) that have one length."""
    for length in np.unique(lengths[lengths > 0]):
        yield np.flatnonzero(lengths == length)


def reads(model: Faceted, items: Tensor) -> Tensor:
    """(B, T) items -> (B, H N, 1 + T): of the begin token, 0 without one, then of each item; rows sum to 1."""
    rows = []
    for output in blocks(model, plan(items)):
        assert output.attention is not None
        attention = output.attention[..., -1, :].flatten(1, 2)
        of_items = attention[..., -items.shape[1] :]
        rows.append(torch.cat([(1 - of_items.sum(-1, keepdim=True)).clamp_min(0), of_items], -1).double())
    return torch.cat(rows)


def alike(first: Tensor, second: Tensor) -> Tensor:
    """(B, P, T) and (B, Q, T), rows that sum to 1 -> (P, Q): 1 - their Jensen-Shannon divergence, summed over B."""
    P, (Q, T) = first.shape[1], second.shape[1:]
    total, step = first.new_zeros(P, Q), max(1, HELD // (P * Q * T))
    for start in range(0, len(first), step):
        p, q = first[start : start + step], second[start : start + step]
        middle = (p[:, :, None] + q[:, None]) / 2
        own = (plogp(p)[:, :, None] + plogp(q)[:, None]) / 2
        total += (1 - (own - plogp(middle)).clamp(0, 1)).sum(0)
    return total


def plogp(rows: Tensor) -> Tensor:
    """Less the entropy, in bits, of rows (…, T)."""
    return torch.special.xlogy(rows, rows).sum(-1) / math.log(2)
