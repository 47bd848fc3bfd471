"""All that is told of a selection of events, from one function: for the page, the command line and a report."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fame.error_analysis.conditions import Condition, holding
from fame.error_analysis.events import CUT, RANKS, TracedEvents
from fame.error_analysis.kinds import KINDS
from fame.error_analysis.records import Analysis, Band, Kind
from fame.error_analysis.slices import find_slices
from fame.ranking.metrics import per_user


def analyse(events: TracedEvents, where: Sequence[Condition] = (), minimum: int | None = None) -> Analysis:
    """Rank bands, measures, slices and kinds of the events for which all conditions hold; there may be none.

    `minimum` is how many events a slice must have; None leaves it to `find_slices`.

    Raises
    ------
    FilterError
        A condition names no column or label of these events.
    """
    # What filters alone ask for is not copied.
    chosen = replace(events, others=(), numbers={}).only(holding(events, where)) if where else events
    times = np.bincount(chosen.rank, minlength=CUT + 1)  # that each rank occurs
    bands = np.bincount(RANKS.codes(np.arange(float(len(times))))[:, 0], times, len(RANKS.labels) + 1)[1:]
    return Analysis(
        where=tuple(where),
        events=len(chosen),
        of=len(events),
        found=int(times[: CUT + 1].sum()),
        measures=measures(times),
        median_rank=median(times) if len(chosen) else None,
        bands=tuple(Band(label, int(n)) for label, n in zip(RANKS.labels, bands, strict=True)),
        slices=find_slices(chosen, minimum),
        kinds=count_kinds(chosen),
    )


def measures(times: np.ndarray) -> dict[str, float]:
    """The mean of each measure, as `fame.ranking.metrics.means` has it, where the ranks 0, 1, … occur so many times."""
    occurs = np.flatnonzero(times)
    n = times.sum()
    return {name: float(values @ times[occurs] / n) for name, values in per_user(occurs).items() if n}


def median(times: np.ndarray) -> float:
    """The rank in the middle, where the ranks 0, 1, … occur so many times."""
    below, n = np.cumsum(times), times.sum()
    middle = np.searchsorted(below, ((n + 1) // 2, n // 2 + 1))
    return float(middle.mean())


def count_kinds(events: TracedEvents) -> tuple[Kind, ...]:
    """How many of the events are of each kind that the trace tells."""
    if events.tags is None:
        return ()
    rules, wrong = {rule.name: rule for rule in KINDS}, events.rank > CUT
    first = np.bincount(events.kind, minlength=len(events.kinds) + 1)[1:]
    found = []
    for place, name in enumerate(events.kinds):
        match = (events.tags >> place) & 1 == 1
        right = int((match & ~wrong).sum()) if rules[name].of_all else None
        also = int((match & wrong).sum()) - int(first[place])
        found.append(Kind(name, rules[name].words, int(first[place]), also, right))
    return tuple(found)
