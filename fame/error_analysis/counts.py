"""How many events every slice has, and what gain: all single labels and all pairs of labels at once, exactly.

Labels of too few events are dropped first. The others are numbered through all columns; one pass over the events, block
by block on two threads, counts which of them stand together. What grows with the events is time alone. Of few events
the same is a product of sparse matrices, which needs nothing compiled.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, tril

from fame.error_analysis.events import TracedEvents

FEW = 5_000  # events for which it takes longer to compile a loop than to multiply
THREADS = 2
BLOCK = 1 << 14  # events whose labels stay in a core's cache
CELLS = 1 << 22  # pairs of labels that a thread counts in one pass


@dataclass(frozen=True)
class Counted:
    """S slices of one label or two."""

    first: np.ndarray  # (S, 2) number of the column and of the label
    second: np.ndarray  # (S, 2) the same; -1, -1: there is none
    n: np.ndarray  # (S,) events
    total: np.ndarray  # (S,) sum of their gains


@dataclass(frozen=True)
class _Part:
    """The first, or second, … label of every event in one column."""

    number: np.ndarray  # by what `of` has: the label's number among all that are kept; -1 = none
    of: np.ndarray  # (n,) codes, or catalog indices


def count(events: TracedEvents, least: int) -> tuple[Counted, np.ndarray]:
    """Slices of at least `least` events, and as many outside.

    Returns
    -------
    the slices, single labels first, and (singles, L) how many events of each single label have each gain
    """
    most, gains = len(events) - least, events.gains
    numbers = _numbers(events)
    kept = [np.flatnonzero((n >= least) & (n <= most)) for n in numbers]
    labels = np.array([(c, label) for c, own in enumerate(kept) for label in own], np.int64).reshape(-1, 2)
    single = _by_level(events, numbers, kept)
    pieces = [(labels, np.full_like(labels, -1), single.sum(1), single @ gains)]
    counted = _few if len(events) < FEW else _many
    for larger, smaller, n, total in counted(events, _parts(events, kept), len(labels)):
        told = np.flatnonzero((n >= least) & (n <= most))
        pieces.append((labels[smaller[told]], labels[larger[told]], n[told], total[told]))
    return Counted(*(np.concatenate(column) for column in zip(*pieces, strict=True))), single


def _numbers(events: TracedEvents) -> list[np.ndarray]:
    """A column after another: (K,) how many events have each label. Of items they are counted item by item first."""
    times: dict[int, np.ndarray] = {}  # by the array of items, which several columns share
    found = []
    for column in events.columns:
        weight = None
        if column.items is not None:
            if id(column.items) not in times:
                times[id(column.items)] = np.bincount(column.items, minlength=len(column.codes))
            weight = times[id(column.items)]
        size = len(column.labels) + 1
        total = sum(np.bincount(codes, weight, size) for codes in column.codes.T)
        found.append(np.asarray(total)[1:].astype(np.int64))
    return found


def _by_level(events: TracedEvents, numbers: Sequence[np.ndarray], kept: Sequence[np.ndarray]) -> np.ndarray:
    """(singles, L) events of each label that is kept with each gain; most have none and are never looked at."""
    hits = np.flatnonzero(events.level)
    level, L = events.level[hits], len(events.gains)
    found = [np.zeros((0, L), np.int64)]
    for column, n, own in zip(events.only(hits).columns, numbers, kept, strict=True):
        table = np.zeros((len(column.labels) + 1) * L, np.int64)
        for k in range(column.codes.shape[1]):
            codes = column.codes[:, k] if column.items is None else column.codes[column.items, k]
            table += np.bincount(codes.astype(np.intp) * L + level, minlength=len(table))
        rows = table.reshape(-1, L)[own + 1]
        rows[:, 0] = n[own] - rows[:, 1:].sum(1)
        found.append(rows)
    return np.concatenate(found)


def _parts(events: TracedEvents, kept: Sequence[np.ndarray]) -> list[_Part]:
    parts, start = [], 0
    for column, own in zip(events.columns, kept, strict=True):
        number = np.full(len(column.labels) + 1, -1, np.int32)
        number[own + 1] = start + np.arange(len(own))
        start += len(own)
        for codes in column.codes.T if len(own) else ():
            if column.items is None:
                parts.append(_Part(number, codes))
            elif (by_item := number[codes]).max() >= 0:
                parts.append(_Part(by_item, column.items))
    return parts


Pairs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # (P,) larger and smaller label, events, sum of gains


def _few(events: TracedEvents, parts: Sequence[_Part], K: int) -> Iterator[Pairs]:
    """All pairs of K labels that stand together somewhere."""
    labels = np.array([part.number[part.of] for part in parts]).reshape(len(parts), len(events))
    part, event = np.nonzero(labels >= 0)
    if not len(event):
        return
    has = csr_array((np.ones(len(event)), (event, labels[part, event])), (len(events), K))
    n = tril(has.T @ has, -1, "csr")
    gain = tril(has.T @ (has * events.gains[events.level][:, None]), -1, "csr")
    larger, smaller = n.nonzero()
    if not len(larger):
        return
    yield larger, smaller, n.data.astype(np.int64), gain[larger, smaller]


def _many(events: TracedEvents, parts: Sequence[_Part], K: int) -> Iterator[Pairs]:
    """The same, some of the larger labels at a time."""
    rows = max(1, CELLS // max(1, K))
    threads = min(THREADS, -(-len(events) // BLOCK))
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, K, rows):
            shape = min(rows, K - start), K
            every = pool.map(lambda k: _some(events, parts, k, threads, start, shape), range(threads))  # noqa: B023
            n, total = (np.sum(tables, axis=0) for tables in zip(*every, strict=True))
            larger, smaller = np.nonzero(n)
            yield larger + start, smaller, n[larger, smaller], total[larger, smaller]


def _some(
    events: TracedEvents, parts: Sequence[_Part], k: int, step: int, start: int, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Of every `step`-th block of events, from the k-th: both tables."""
    from fame.error_analysis.tally import tally

    n, total = np.zeros(shape, np.int32), np.zeros(shape)
    labels = np.empty((len(parts), BLOCK), np.int32)
    for begin in range(k * BLOCK, len(events), step * BLOCK):
        here = slice(begin, begin + BLOCK)
        level = events.level[here]
        for part, out in zip(parts, labels, strict=True):
            np.take(part.number, part.of[here], out=out[: len(level)], mode="clip")  # else it is copied to be checked
        tally(labels, len(level), events.gains[level], start, n, total)
    return n, total
