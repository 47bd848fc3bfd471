"""A trained model of the planted cinema, fresh viewers of it, and failures planted in either: it is known who is wrong.

The model is one that ships, the viewers are new ones of the same films, so that there are as many events as are wanted.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from fame.checkpoint.store import load
from fame.data import DataSet, Events, leave_one_out, planted, read
from fame.data.attributes import attributes
from fame.data.batches import pad
from fame.error_analysis.events import CERTAINTY, COUNTS, Labels, TracedEvents
from fame.heads.contract import ItemSide
from fame.heads.item_side import item_side
from fame.heads.kinds import head_class
from fame.heads.registry import head
from fame.heads.topk import best_of
from fame.home import PROJECT
from fame.model import Faceted, Model
from fame.ranking.evaluation import blocks, rank, seen, together

NOISE = 2.0  # of a facet, in standard deviations of what it has
MODEL, DATA = PROJECT / "pretrained" / "planted-cinema-fame", PROJECT / "data" / "planted-cinema"


@dataclass(frozen=True)
class Cinema:
    """A model and new viewers of its films."""

    model: Faceted
    data: DataSet
    events: Events  # of the new viewers
    counts: np.ndarray  # (V + 1,) how often each film was taken in training


def cinema(viewers: int) -> Cinema:
    """New viewers of the films of the planted cinema that ships."""
    checkpoint, home = load(MODEL), read(DATA)
    model = checkpoint.model
    assert isinstance(model, Faceted)
    with tempfile.TemporaryDirectory() as folder:
        made = {name: value for name, value in home.details["generator"].items() if value is not None}
        data = planted.make(Path(folder) / "new", planted.options(**made | {"users": viewers}))
    assert data.catalog.titles == home.catalog.titles, "the same seed no longer makes the same films"
    events = leave_one_out(data.histories).test
    train = leave_one_out(home.histories).train
    return Cinema(model, data, events, np.bincount(train.items, minlength=len(home.catalog) + 1))


@dataclass(frozen=True)
class Failure:
    """What was planted."""

    what: str  # "value", "facet" or "users"
    slice: frozenset[str]  # the filters that tell whom it hits


@dataclass(frozen=True)
class World:
    """The cinema with failures in it."""

    events: TracedEvents
    planted: tuple[Failure, ...]


def world(of: Cinema, seed: int) -> World:
    """One failure of each sort: a value whose films are shuffled, a facet whose embeddings are noise, users with noise.

    The films of the value get the vectors of films that have another. What the users took is drawn anew; they
    are those with a length of history, or whose newest film has a value, or both at once.
    """
    rng = np.random.default_rng(seed)
    families = [family.name for family in of.data.catalog.families]
    first, second = rng.permutation(families)[:2]
    value = some_value(of, first, rng)
    facet = int(rng.choice([h for h, name in enumerate(of.model.config.facets) if name in families]))
    side = noisy_facet(of.model, shuffled_value(of, first, value, rng), facet, rng)
    failures = [
        Failure("value", frozenset({f"truth.{first} = {value}"})),
        Failure("facet", frozenset({f"facet = {of.model.config.facets[facet]}"})),
    ]
    bands = COUNTS.codes(of.events.histories.lengths.astype(float))[:, 0]
    newest = of.events.histories.items[of.events.histories.offsets[1:] - 1]
    liked = some_value(of, second, rng)
    band = int(rng.choice([b for b in np.unique(bands) if 0.1 < (bands == b).mean() < 0.5]))
    hit, names = np.ones(len(newest), bool), set()
    kind = seed % 3
    if kind != 0:
        found = attributes(of.data.catalog, second)
        hit &= np.isin(newest, found.having(found.values.index(liked)))
        names.add(f"newest.{second} = {liked}")
    if kind != 1:
        hit &= bands == band
        names.add(f"length = {COUNTS.labels[band - 1]}")
    failures.append(Failure("users", frozenset(names)))
    targets = of.events.targets.copy()
    targets[hit] = rng.integers(1, len(of.data.catalog) + 1, int(hit.sum()))
    events = Events(of.events.users, of.events.histories, targets)
    return World(traced(of, events, side), tuple(failures))


def some_value(of: Cinema, family: str, rng: np.random.Generator) -> str:
    """A value that many films have."""
    found = attributes(of.data.catalog, family)
    return str(rng.choice([value for value, films in zip(found.values, found.counts, strict=True) if films >= 50]))


def shuffled_value(of: Cinema, family: str, value: str, rng: np.random.Generator) -> torch.Tensor:
    """The item table in which the films of a value have the vectors of films that have another."""
    table, found = of.model.table().detach().clone(), attributes(of.data.catalog, family)
    own = found.having(found.values.index(value))
    others = np.setdiff1d(np.arange(1, found.items + 1), own)
    table[own] = table[rng.choice(others, len(own), replace=False)]
    return table


def noisy_facet(
    model: Faceted, table: torch.Tensor, facet: int, rng: np.random.Generator, strength: float = NOISE
) -> ItemSide:
    """What queries meet where a facet's slice of the item vectors is noise."""
    wide = table.shape[1] // len(model.config.facets)
    part = slice(facet * wide, (facet + 1) * wide)
    noise = strength * torch.from_numpy(rng.standard_normal((len(table), wide)).astype(np.float32))
    table[:, part] = table[1:, part].mean(0) + table[1:, part].std(0) * noise
    return side_of(model, table)


def side_of(model: Model, table: torch.Tensor) -> ItemSide:
    """What queries meet, with another item table."""
    return replace(item_side(model), table=table, average=table[1:].mean(0), keys=head_class(model).keys(model, table))


@torch.inference_mode()
def traced(of: Cinema, events: Events, side: ItemSide) -> TracedEvents:
    """The events as a trace would have them, without the columns that slices do not need."""
    model, n = of.model, len(events.targets)
    ranks, first, ahead = np.zeros(n, np.int32), np.zeros(n), np.zeros(n, np.int64)
    lengths = events.histories.lengths
    for block in blocks(n):
        for rows in (block[some] for some in together(model, lengths[block])):
            output = model(torch.from_numpy(pad(events.histories, rows, model.config.length)), newest=True)
            by = head(model, output, side)
            scores = by.scores()
            normaliser = scores.logsumexp(1)
            scores[seen(events.histories, rows)] = -torch.inf
            ranks[rows] = rank(scores, torch.from_numpy(events.targets[rows].astype(np.int64))).numpy()
            best, top = best_of(scores, 1)
            first[rows] = (best[:, 0] - normaliser).exp().numpy()
            ahead[rows] = by.parts(top + 1)[:, 0].argmax(1).numpy()
    return labelled(of, events, ranks, first, ahead)


def labelled(of: Cinema, events: Events, ranks: np.ndarray, first: np.ndarray, ahead: np.ndarray) -> TracedEvents:
    """What slices are made of; repeats are left out, as `evaluate` does."""
    keep = np.flatnonzero(~events.repeated())
    newest = events.histories.items[events.histories.offsets[1:] - 1][keep]
    targets = events.targets[keep]
    lengths, popularity = events.histories.lengths[keep].astype(float), of.counts[targets].astype(float)
    columns = [
        Labels("length", COUNTS.labels, COUNTS.codes(lengths)),
        Labels("popularity", COUNTS.labels, COUNTS.codes(popularity)),
        Labels("certainty", CERTAINTY.labels, CERTAINTY.codes(first[keep])),
        Labels("facet", tuple(of.model.config.facets), (ahead[keep] + 1).astype(np.int8)[:, None]),
    ]
    for family in of.data.catalog.families:
        found = attributes(of.data.catalog, family.name)
        for owner, items in (("truth", targets), ("newest", newest)):
            columns.append(
                Labels(f"{owner}.{family.name}", found.values, found.of(np.arange(found.items + 1)) + 1, items)
            )
    return TracedEvents(ranks[keep], keep, tuple(columns))


def shuffled(events: TracedEvents, seed: int) -> TracedEvents:
    """The same events with their ranks dealt anew: no slice differs but by chance."""
    return replace(events, rank=np.random.default_rng(seed).permutation(events.rank))
