"""Bands of a number that follows from the training part: how often an item is taken, when, how it is liked."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from fame.data.derived.log import Log
from fame.data.derived.records import DerivedFamily

BANDS = 10
OFTEN, WHEN, TREND, LIKING, REPEAT = "times taken", "when", "trend", "liking", "repeat"
FEWEST = 5  # interactions, or ratings, of an item by which a mean says something
ERRORS = 2.0  # standard errors by which an item's trend must differ from none


def bands(log: Log) -> tuple[list[DerivedFamily], list[str]]:
    """The families that the training part tells, and a sentence for each that it does not."""
    found: list[DerivedFamily] = []
    left_out: list[str] = []
    for name, make in ((OFTEN, often), (WHEN, when), (TREND, trend), (LIKING, liking), (REPEAT, repeat)):
        made = make(log)
        if isinstance(made, str):
            left_out.append(f"{name}: {made}.")
        else:
            found.append(made)
    return found, left_out


def often(log: Log) -> DerivedFamily | str:
    """Bands of equal width in the logarithm of the count."""
    counts = _counts(log)
    taken = counts[1:][counts[1:] > 0]
    if not len(taken) or taken.min() == taken.max():
        return "all items were taken equally often"
    top = np.log(taken.max() + 1)
    edges = np.unique(np.ceil(np.exp(np.linspace(0, top, BANDS + 1)[:-1]) - 1e-9).astype(np.int64))  # from 1
    codes = np.where(counts > 0, np.searchsorted(edges, counts, "right") - 1, -1)
    highest = np.append(edges[1:] - 1, taken.max())
    labels = [
        ("taken once" if low == 1 else f"taken {low:,} times") if low == high else f"taken {low:,}–{high:,} times"
        for low, high in zip(edges, highest, strict=True)
    ]
    return _family(OFTEN, "how often an item is taken", codes, labels)


def when(log: Log) -> DerivedFamily | str:
    """Tenths of the items by the mean time of their interactions."""
    if log.times is None:
        return "the times of the data are no dates, only an order"
    counts = _counts(log)
    mean = np.bincount(log.items, log.times, minlength=log.V + 1) / np.maximum(counts, 1)
    return _tenths(WHEN, "mean time at which an item is taken", mean, counts > 0, _date)


def trend(log: Log) -> DerivedFamily | str:
    """Whether an item's interactions come early or late in the time in which it is taken, against all interactions'.

    Time is counted in interactions of everybody, so that a log that grows makes no item rise.
    """
    if log.times is None:
        return "the times of the data are no dates, only an order"
    order = np.argsort(log.times, kind="stable")
    place = np.empty(len(order))
    place[order] = np.arange(len(order)) / max(1, len(order))
    counts = _counts(log)
    first, last = np.full(log.V + 1, np.inf), np.full(log.V + 1, -np.inf)
    np.minimum.at(first, log.items, place)
    np.maximum.at(last, log.items, place)
    mean = np.bincount(log.items, place, minlength=log.V + 1) / np.maximum(counts, 1)
    first[counts == 0] = last[counts == 0] = 0
    known = (counts >= FEWEST) & (last > first)
    inside = np.full(log.V + 1, 0.5)
    # The first and the last are the ends of the span: what lies between is uniform where there is no trend.
    between = (mean * counts - first - last)[known] / (counts[known] - 2)
    inside[known] = (between - first[known]) / (last - first)[known]
    error = np.sqrt(1 / 12 / np.maximum(counts - 2, 1))
    codes = np.where(inside > 0.5 + ERRORS * error, 2, np.where(inside < 0.5 - ERRORS * error, 0, 1))
    codes[~known] = -1
    if len(np.unique(codes[codes >= 0])) < 2:
        return "no item is taken more and more, or less and less, beyond chance"
    return _family(
        TREND, "whether an item is taken more or less as time goes by", codes, ["fading", "steady", "rising"]
    )


def liking(log: Log) -> DerivedFamily | str:
    """Tenths of the items by their mean rating."""
    if log.ratings is None:
        return "the data have no ratings"
    rated = np.isfinite(log.ratings)
    counts = np.bincount(log.items[rated], minlength=log.V + 1)
    mean = np.bincount(log.items[rated], log.ratings[rated], minlength=log.V + 1) / np.maximum(counts, 1)
    return _tenths(LIKING, "mean rating of an item", mean, counts >= FEWEST, lambda value: f"{value:.2f}")


def repeat(log: Log) -> DerivedFamily | str:
    """How often an item is taken by who had taken it before."""
    pairs = log.users.astype(np.int64) * (log.V + 1) + log.items
    distinct = np.unique(pairs) % (log.V + 1)
    if len(distinct) == len(pairs):
        return "nobody takes an item twice"
    counts = _counts(log)
    share = 1 - np.bincount(distinct, minlength=log.V + 1) / np.maximum(counts, 1)
    known = counts >= FEWEST
    edges = np.array([0.0, 1e-9, 0.1, 0.2, 0.4, 0.6])
    labels = [
        "never again",
        "again under 10 %",
        "again 10–20 %",
        "again 20–40 %",
        "again 40–60 %",
        "again 60 % or more",
    ]
    codes = np.where(known, np.searchsorted(edges, share, "right") - 1, -1)
    if len(np.unique(codes[codes >= 0])) < 2:
        return "all items are taken again equally often"
    return _family(REPEAT, "share of an item's interactions by who took it before", codes, labels)


def _counts(log: Log) -> np.ndarray:
    return np.bincount(log.items, minlength=log.V + 1)


def _tenths(
    name: str, told_by: str, number: np.ndarray, known: np.ndarray, said: Callable[[float], str]
) -> DerivedFamily | str:
    """Bands with as many items each; those whose ends read alike are one."""
    its = number[known]
    if not len(its) or its.min() == its.max():
        return f"{told_by[0].lower()}{told_by[1:]} is the same for all" if len(its) else "no item has enough of them"
    edges = np.unique(np.quantile(its, np.linspace(0, 1, BANDS + 1)))
    codes = np.full(len(number), -1)
    codes[known] = np.clip(np.searchsorted(edges, its, "right") - 1, 0, len(edges) - 2)
    ends = [f"{name} {said(low)}–{said(high)}" for low, high in pairwise(edges.tolist())]
    labels = list(dict.fromkeys(ends))
    place = np.array([labels.index(end) for end in ends] + [-1])
    return _family(name, told_by, place[codes], labels)


def _date(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


def _family(name: str, told_by: str, codes: np.ndarray, labels: list[str]) -> DerivedFamily:
    """Codes (V + 1,), row 0 is padding; values that no item has are left out."""
    codes = codes.copy()
    codes[0] = -1
    there = np.unique(codes[codes >= 0])
    place = np.full(len(labels) + 1, -1)
    place[there] = np.arange(len(there))
    return DerivedFamily(name, told_by, tuple(labels[n] for n in there), place[codes].astype(np.int32)[:, None])
