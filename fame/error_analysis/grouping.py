"""Of slices that are told, which stands for which: a value's failure shows in all that goes with the value."""

import numpy as np

from fame.error_analysis.counts import Counted
from fame.error_analysis.events import TracedEvents

MINE = 1 / 3  # share of a slice's cost that must be its own beside another
ENOUGH = 100_000  # events on which that is worked out; of more, so many drawn at random


def stands_for(events: TracedEvents, counted: Counted, told: np.ndarray) -> dict[int, int]:
    """Told slice -> the one that most of its cost goes with; those that stand for themselves are left out.

    Of slice S beside slice T it is asked what S costs within T and outside T, each against all events there. Of two
    that explain one another the simpler, then the more costly stands for both.

    Parameters
    ----------
    told : (S,) places among the slices, the most costly first
    """
    S, N = len(told), len(events)
    if S < 2:
        return {}
    if N > ENOUGH:
        events, N = events.only(np.sort(np.random.default_rng(0).choice(N, ENOUGH, replace=False))), ENOUGH
    found = events.only(np.flatnonzero(events.level))
    gain = events.gains[found.level].astype(np.float32)
    bits = np.stack([np.packbits(within(events, counted, s)) for s in told])
    masks = np.stack([within(found, counted, s) for s in told]).astype(np.float32)
    n = np.array([np.bitwise_count(bits & own).sum(1, dtype=np.int64) for own in bits], float)  # (S, S) in both
    total = ((masks * gain) @ masks.T).astype(float)
    kept = own_cost(n, total, N, float(gain.sum()))
    simple = 1 + (counted.second[told, 0] >= 0)
    before = np.lexsort((np.arange(S), simple)).argsort()
    goes = (kept < MINE) & ~((kept.T < MINE) & (before[:, None] < before[None, :]))
    heads: list[int] = []
    under: dict[int, int] = {}
    for s in range(S):
        over = [t for t in heads if goes[s, t]]
        if over:
            under[s] = min(over, key=lambda t: kept[s, t])
            continue
        for t in [t for t in heads if goes[t, s]]:
            heads.remove(t)
            under[t] = s
        heads.append(s)
    final = {}
    for s in under:
        head = under[s]
        while head in under:
            head = under[head]
        final[int(told[s])] = int(told[head])
    return final


def own_cost(n: np.ndarray, total: np.ndarray, events: int, gain: float) -> np.ndarray:
    """[S, T]: share of the cost of S that is left beside T.

    Parameters
    ----------
    n, total : (S, S) events, and sum of their gains, in both of two slices; in one of them on the diagonal
    events, gain : of all
    """
    own, its = np.diag(n), np.diag(total)
    inside = total - n * (its / np.maximum(own, 1))[None, :]
    rest = np.maximum(events - own, 1)
    outside = (its[:, None] - total) - (own[:, None] - n) * ((gain - its) / rest)[None, :]
    cost = its - own * gain / events
    return (inside + outside) / np.where(np.abs(cost) < 1e-12, 1e-12, cost)[:, None]


def within(events: TracedEvents, counted: Counted, s: int) -> np.ndarray:
    """(n,) bool: the events of a slice."""
    (column, label), *more = labels_of(counted, s)
    found = events.columns[column].having(label + 1)
    for column, label in more:
        found = found & events.columns[column].having(label + 1)
    return found


def labels_of(counted: Counted, s: int) -> list[tuple[int, int]]:
    """(column, label) of a slice."""
    pairs = (counted.first[s], counted.second[s])
    return [(int(column), int(label)) for column, label in pairs if column >= 0]
