"""For whom two models differ otherwise than on the whole: the slices of `fame.error_analysis`, of differences."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np

from fame.compare.records import SliceDifference
from fame.error_analysis.conditions import holding
from fame.error_analysis.events import GAINS, TracedEvents, levels
from fame.error_analysis.slices import find_slices


@dataclass(frozen=True)
class ComparedEvents(TracedEvents):
    """Held-out events of the first model; what one counts is by how much its NDCG@10 is above the second's."""

    second_rank: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))  # (n,) of the truth
    values: np.ndarray = field(default_factory=lambda: np.zeros(1))  # (L,) differences there are, 0 first

    @classmethod
    def of(cls, events: TracedEvents, first: np.ndarray, second: np.ndarray) -> ComparedEvents:
        """Events with the ranks (n,) of both models."""
        values = np.unique(GAINS[levels(first)] - GAINS[levels(second)])
        values = np.append(0.0, values[values != 0])
        known = {one.name: getattr(events, one.name) for one in fields(TracedEvents)}
        return cls(**known | {"rank": first}, second_rank=second, values=values)

    @property
    def gains(self) -> np.ndarray:
        """(L,) what an event can count."""
        return self.values

    @cached_property
    def level(self) -> np.ndarray:
        """(n,) int8: which of the `gains` the event has; there are 111 at most."""
        difference = GAINS[levels(self.rank)] - GAINS[levels(self.second_rank)]
        return (difference[:, None] == self.values[None, :]).argmax(1).astype(np.int8)

    @cached_property
    def standing(self) -> np.ndarray:
        """(n,) nothing is asked of it: what differs is told by NDCG@10 alone."""
        return np.zeros(len(self), np.float32)

    def only(self, rows: np.ndarray) -> ComparedEvents:
        """Some of them, by number, in that order."""
        found = super().only(rows)
        assert isinstance(found, ComparedEvents)
        return found if found is self else replace(found, second_rank=self.second_rank[rows])


def slice_differences(
    events: ComparedEvents, minimum: int | None = None
) -> tuple[int, int, tuple[SliceDifference, ...]]:
    """How many slices were looked at, how many users each has at least, and those that stand out, in order.

    Tested against all draws of as many users, and corrected, as `find_slices` does; most in favour of the second first.
    """
    found = find_slices(events, minimum)
    rows = []
    for one in found.rows:
        held = holding(events, one.conditions)
        ours, theirs = (float(GAINS[levels(rank[held])].mean()) for rank in (events.rank, events.second_rank))
        rows.append(
            SliceDifference(
                conditions=one.conditions,
                n=one.n,
                first=ours,
                second=theirs,
                value=one.mean,
                low=found.mean + one.low,
                high=found.mean + one.high,
                p=one.p,
                q=one.q,
                told=one.told,
                under=one.under,
            )
        )
    order = sorted(range(len(rows)), key=lambda k: (rows[k].value, k))
    place = {old: new for new, old in enumerate(order)}
    return (
        found.looked_at,
        found.minimum,
        tuple(replace(rows[k], under=None if (over := rows[k].under) is None else place[over]) for k in order),
    )
