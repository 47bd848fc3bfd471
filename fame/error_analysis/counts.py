"""How many events every slice has, and what gain: all single labels and all pairs of labels at once, exactly.

Columns of few labels are counted together, so that one pass over the events counts all pairs among several columns.
What grows is events times pairs of columns, never the number of values: labels of too few events are dropped first.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fame.error_analysis.events import Labels, TracedEvents

TOGETHER = 600  # cells in which columns are counted together; the table of two such groups stays in the cache


@dataclass(frozen=True)
class Counted:
    """S slices of one label or two."""

    first: np.ndarray  # (S, 2) number of the column and of the label
    second: np.ndarray  # (S, 2) the same; -1, -1: there is none
    n: np.ndarray  # (S,) events
    total: np.ndarray  # (S,) sum of their gains


@dataclass(frozen=True)
class _Part:
    """The first, or second, … label of every event, of one column or of several that are counted as one."""

    codes: np.ndarray  # (n,) 0 = none
    rows: np.ndarray | None = None  # which events have one; None = take all


@dataclass(frozen=True)
class _Coded:
    """One column of some events; labels of too few have no code."""

    column: int
    kept: np.ndarray  # (K,) labels in the order of their codes 1…K
    parts: tuple[_Part, ...]

    @property
    def size(self) -> int:
        return len(self.kept) + 1


@dataclass(frozen=True)
class _Group:
    """Columns of one label an event that are counted as one, or a single column."""

    members: tuple[int, ...]  # places in the list of coded columns
    sizes: tuple[int, ...]
    parts: tuple[_Part, ...]

    @property
    def size(self) -> int:
        return int(np.prod(self.sizes))


def count(events: TracedEvents, least: int) -> tuple[Counted, np.ndarray]:
    """Slices of at least `least` events, and as many outside.

    Returns
    -------
    the slices, single labels first, and (singles, L) how many events of each single label have each gain
    """
    hit, gains = np.flatnonzero(events.level), events.gains
    found, level = events.only(hit), events.level[hit]
    every: list[_Coded] = []
    of_hits: list[_Coded] = []
    levels = [np.zeros((0, len(gains)), np.int64)]
    for c, column in enumerate(events.columns):
        n = _numbers(column, len(events))
        kept = np.flatnonzero((n >= least) & (n <= len(events) - least))
        if len(kept):
            every.append(_coded(c, column, kept))
            of_hits.append(_coded(c, found.columns[c], kept))
            levels.append(_by_level(of_hits[-1], level, n[kept], len(gains)))
    single = np.concatenate(levels)
    labels = np.array([(one.column, label) for one in every for label in one.kept], np.int64).reshape(-1, 2)
    pieces = [(labels, np.full_like(labels, -1), single.sum(1), single @ gains)]
    pieces += _pairs(every, of_hits, gains[level], least, len(events) - least)
    return Counted(*(np.concatenate(column) for column in zip(*pieces, strict=True))), single


def _numbers(column: Labels, events: int) -> np.ndarray:
    """(K,) how many events have each label; of items counted item by item first."""
    weight = None if column.items is None else np.bincount(column.items, minlength=len(column.codes))
    size = len(column.labels) + 1
    total = np.zeros(size)
    for codes in column.codes.T:
        total += np.bincount(codes, weight, size)
    return total[1:].astype(np.int64)


def _coded(number: int, column: Labels, kept: np.ndarray) -> _Coded:
    table = np.zeros(len(column.labels) + 1, np.int16)
    table[kept + 1] = np.arange(1, len(kept) + 1)
    codes = table[column.codes]  # (n or V + 1, m)
    parts = []
    for k in range(codes.shape[1]):
        own = np.ascontiguousarray(codes[:, k]) if column.items is None else codes[:, k][column.items]
        rows = np.flatnonzero(own) if k else None
        if rows is None or len(rows):
            parts.append(_Part(own, rows))
    return _Coded(number, kept, tuple(parts))


def _by_level(hits: _Coded, level: np.ndarray, n: np.ndarray, L: int) -> np.ndarray:
    """(K, L) events of each label with each gain."""
    table = np.zeros(hits.size * L, np.int64)
    for part in hits.parts:
        table += np.bincount(part.codes.astype(np.intp) * L + level, minlength=len(table))
    found = table.reshape(-1, L)[1:]
    found[:, 0] = n - found[:, 1:].sum(1)
    return found


def _together(coded: list[_Coded]) -> list[tuple[int, ...]]:
    """Which columns are counted as one."""
    groups: list[tuple[tuple[int, ...], int]] = []
    for k in sorted(range(len(coded)), key=lambda k: coded[k].size):
        size = coded[k].size if len(coded[k].parts) == 1 else TOGETHER + 1
        if groups and groups[-1][1] * size <= TOGETHER:
            groups[-1] = ((*groups[-1][0], k), groups[-1][1] * size)
        else:
            groups.append(((k,), size))
    return [members for members, _ in groups]


def _group(coded: list[_Coded], members: tuple[int, ...]) -> _Group:
    sizes = tuple(coded[k].size for k in members)
    if len(members) == 1:
        return _Group(members, sizes, coded[members[0]].parts)
    code = np.zeros(len(coded[members[0]].parts[0].codes), np.int16)
    for k in members:
        code = code * np.int16(coded[k].size) + coded[k].parts[0].codes
    return _Group(members, sizes, (_Part(code),))


Piece = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # first and second label (P, 2), n and total (P,)


def _pairs(every: list[_Coded], hits: list[_Coded], gain: np.ndarray, least: int, most: int) -> Iterator[Piece]:
    """For each two columns, and for two labels of one column, what has enough events and leaves enough."""
    together = _together(every)
    of_all = [_group(every, members) for members in together]
    of_hits = [_group(hits, members) for members in together]
    for a in range(len(together)):
        for b in range(a, len(together)):
            if a == b and len(of_all[a].parts) == 1 and len(of_all[a].members) == 1:
                continue  # one label an event
            n, total = _cells(of_all[a], of_all[b], None), _cells(of_hits[a], of_hits[b], gain)
            left = of_all[a].members
            axes = left if a == b and len(left) > 1 else (*left, *of_all[b].members)
            for i, j in itertools.combinations(range(len(axes)), 2):
                if axes is left or i < len(left) <= j:
                    others = tuple(k for k in range(len(axes)) if k not in (i, j))
                    yield _enough(every[axes[i]], every[axes[j]], n.sum(others), total.sum(others), least, most)


def _cells(one: _Group, other: _Group, weights: np.ndarray | None) -> np.ndarray:
    """Counts, or sums of weights, by the labels of the columns of two groups, or of one where both are the same."""
    if one.members == other.members and len(one.members) > 1:
        return np.asarray(np.bincount(one.parts[0].codes, weights, one.size)).reshape(one.sizes)
    table = np.zeros(one.size * other.size, np.int64 if weights is None else float)
    same = one.members == other.members
    for i, part in enumerate(one.parts):
        for second in other.parts[i + 1 if same else 0 :]:
            table += _joint(part, second, one.size, other.size, weights)
    if same:  # an event with two labels of a column has them in any order
        square = table.reshape(one.size, one.size)
        return np.triu(square + square.T, 1)
    return table.reshape(*one.sizes, *other.sizes)


def _joint(a: _Part, b: _Part, size_a: int, size_b: int, weights: np.ndarray | None) -> np.ndarray:
    """Flat counts of both labels, over the events of the part that fewest have."""
    few = min((part.rows for part in (a, b) if part.rows is not None), key=len, default=None)
    first, second = (part.codes if few is None else part.codes[few] for part in (a, b))
    code = np.multiply(first, size_b, dtype=np.intp)
    code += second
    return np.bincount(code, weights if weights is None or few is None else weights[few], size_a * size_b)


def _enough(one: _Coded, other: _Coded, n: np.ndarray, total: np.ndarray, least: int, most: int) -> Piece:
    inner = n[1:, 1:]
    i, j = np.nonzero((inner >= least) & (inner <= most))
    first = np.stack([np.full(len(i), one.column), one.kept[i]], 1)
    second = np.stack([np.full(len(i), other.column), other.kept[j]], 1)
    return first, second, inner[i, j], total[1:, 1:][i, j]
