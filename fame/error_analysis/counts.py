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
    standing: np.ndarray  # (S,) sum of their standings
    squares: np.ndarray  # (S,) of the standings of single labels; of pairs it is not known, 0


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
    K = len(labels)
    alone, squares = np.zeros(K), np.zeros(K)  # of the standings of each label
    pieces = []
    for larger, smaller, n, *sums in (_few if len(events) < FEW else _many)(events, _parts(events, kept), squares):
        itself = larger == smaller
        alone[larger[itself]] = sums[1][itself]
        told = np.flatnonzero(~itself & (n >= least) & (n <= most))
        known = n, *sums, np.zeros(len(n))
        pieces.append((labels[smaller[told]], labels[larger[told]], *(values[told] for values in known)))
    pieces.insert(0, (labels, np.full_like(labels, -1), single.sum(1), single @ gains, alone, squares))
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


# (P,) larger and smaller label, events, sums of their gains and of their standings; a label is paired with itself, too.
Pairs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _few(events: TracedEvents, parts: Sequence[_Part], squares: np.ndarray) -> Iterator[Pairs]:
    """All pairs of labels that stand together somewhere; `squares` (K,) gets those of the standings."""
    labels = np.array([part.number[part.of] for part in parts]).reshape(len(parts), len(events))
    part, event = np.nonzero(labels >= 0)
    if not len(event):
        return
    label, standing = labels[part, event], events.standing[event].astype(float)
    squares += np.bincount(label, standing**2, len(squares))
    n, gain, stands = (
        tril(_has(event, label, None, len(squares)).T @ _has(event, label, values, len(squares)), 0, "csr")
        for values in (None, events.gains[events.level[event]], standing)
    )
    larger, smaller = n.nonzero()
    yield larger, smaller, n.data.astype(np.int64), gain[larger, smaller], stands[larger, smaller]


def _has(event: np.ndarray, label: np.ndarray, values: np.ndarray | None, K: int) -> csr_array:
    """(events, K) values of what has a label; None = 1."""
    return csr_array((np.ones(len(event)) if values is None else values, (event, label)), (event.max() + 1, K))


def _many(events: TracedEvents, parts: Sequence[_Part], squares: np.ndarray) -> Iterator[Pairs]:
    """All pairs of labels that stand together somewhere, some of the larger labels at a time; else as `_few`."""
    K = len(squares)
    rows = max(1, CELLS // max(1, K))
    threads = min(THREADS, -(-len(events) // BLOCK))
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, K, rows):
            shape = min(rows, K - start), K
            every = pool.map(lambda k: _some(events, parts, k, threads, start, shape), range(threads))  # noqa: B023
            n, *sums, own = (np.sum(tables, axis=0) for tables in zip(*every, strict=True))
            squares[start : start + rows] = own
            larger, smaller = np.nonzero(n)
            yield larger + start, smaller, n[larger, smaller], sums[0][larger, smaller], sums[1][larger, smaller]


def _some(
    events: TracedEvents, parts: Sequence[_Part], k: int, step: int, start: int, shape: tuple[int, int]
) -> tuple[np.ndarray, ...]:
    """Of every `step`-th block of events, from the k-th: the tables of `tally`."""
    from fame.error_analysis.tally import tally

    tables = np.zeros(shape, np.int32), np.zeros(shape), np.zeros(shape), np.zeros(shape[0])
    labels = np.empty((len(parts), BLOCK), np.int32)
    for begin in range(k * BLOCK, len(events), step * BLOCK):
        here = slice(begin, begin + BLOCK)
        level, standing = events.level[here], events.standing[here].astype(float)
        for part, out in zip(parts, labels, strict=True):
            np.take(part.number, part.of[here], out=out[: len(level)], mode="clip")  # else it is copied to be checked
        tally(labels, len(level), events.gains[level], standing, start, *tables)
    return tables
