"""All that is told of a selection of events, from one function: for the page, the command line and a report."""

from collections.abc import Sequence

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
    chosen = events.only(holding(events, where))
    bands = np.bincount(RANKS.codes(chosen.rank.astype(float))[:, 0], minlength=len(RANKS.labels) + 1)[1:]
    return Analysis(
        where=tuple(where),
        events=len(chosen),
        of=len(events),
        found=int((chosen.rank <= CUT).sum()),
        measures=measures(chosen.rank),
        median_rank=float(np.median(chosen.rank)) if len(chosen) else None,
        bands=tuple(Band(label, int(n)) for label, n in zip(RANKS.labels, bands, strict=True)),
        slices=find_slices(chosen, minimum),
        kinds=count_kinds(chosen),
    )


def measures(ranks: np.ndarray) -> dict[str, float]:
    """The mean of each measure, as `fame.ranking.metrics.means` has it: worked out once a rank that occurs."""
    times = np.bincount(ranks)
    occurs = np.flatnonzero(times)
    return {name: float(values @ times[occurs] / len(ranks)) for name, values in per_user(occurs).items() if len(ranks)}


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
