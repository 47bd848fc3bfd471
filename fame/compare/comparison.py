"""What differs between two models, user by user: from their traces, and of different catalogs from the common items."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fame.compare.paired import differences, holm
from fame.compare.pairs import Pairs, pair
from fame.compare.records import Common, Comparison, Difference, Named
from fame.compare.sides import Side
from fame.compare.slices import ComparedEvents, slice_differences
from fame.error_analysis.events import CUT
from fame.error_analysis.prepare import events_of
from fame.trace.records import need, read_about


@dataclass(frozen=True)
class Compared:
    """What a comparison is told of: n users of both models, in the order of the first's trace."""

    named: tuple[Named, Named]
    pairs: Pairs
    events: ComparedEvents
    common: Common | None


def compare(first: Side, second: Side, models: int = 1, minimum: int | None = None) -> Comparison:
    """Compare two models over the users of both; what they learned is matched by `fame.compare.inside`.

    Of the same data it needs their traces only. Of different data both models are run again, to rank among the items
    that both catalogs have, for the users whose held-out item is the same in both.

    Parameters
    ----------
    models : how many are compared with the first, for the intervals; p is corrected by `correct`
    minimum : users that a slice must have; None leaves it to `fame.error_analysis`

    Raises
    ------
    TraceError, FolderError
        A trace is missing, or of something else.
    CompareError
        There are no users of both, or the traces were not made alike.
    """
    return tell(users_of_both(first, second), models, minimum)


def measured(first: Side, second: Side) -> tuple[Difference, ...]:
    """Of each measure how two models of the same data differ, and no more; raises as `compare`."""
    for side in (first, second):
        need(read_about(side.trace), side.trace, side.model.fingerprint, first.data.fingerprint)
    paired = pair(first.trace, second.trace)
    return differences(paired.first_rank, paired.second_rank)


def users_of_both(first: Side, second: Side) -> Compared:
    """The users that two models are compared over; raises as `compare`."""
    abouts = [read_about(side.trace) for side in (first, second)]
    for side, about in zip((first, second), abouts, strict=True):
        need(about, side.trace, side.model.fingerprint, side.data.fingerprint)
    paired, common = pair(first.trace, second.trace), None
    if first.data.fingerprint != second.data.fingerprint:
        paired, common = among_common(first, second, paired)
    ours, theirs = (
        Named(side.model.name, side.model.fingerprint, side.data.name, about.counted, about.items)
        for side, about in zip((first, second), abouts, strict=True)
    )
    return Compared((ours, theirs), paired, compared_events(first, paired), common)


def tell(compared: Compared, models: int = 1, minimum: int | None = None) -> Comparison:
    """What differs, over all of them; see `compare`."""
    paired = compared.pairs
    looked_at, least, slices = slice_differences(compared.events, minimum)
    ours, theirs = paired.first_rank <= CUT, paired.second_rank <= CUT
    return Comparison(
        first=compared.named[0],
        second=compared.named[1],
        users=len(paired),
        common=compared.common,
        both=int((ours & theirs).sum()),
        first_alone=int((ours & ~theirs).sum()),
        second_alone=int((theirs & ~ours).sum()),
        neither=int((~ours & ~theirs).sum()),
        wins=int((paired.first_rank < paired.second_rank).sum()),
        losses=int((paired.first_rank > paired.second_rank).sum()),
        measures=differences(paired.first_rank, paired.second_rank, models),
        agreement=paired.agreement(),
        looked_at=looked_at,
        minimum=least,
        slices=slices,
    )


def among_common(first: Side, second: Side, paired: Pairs) -> tuple[Pairs, Common]:
    """Users of both, with ranks among the items of both catalogs."""
    from fame.compare.common_items import ranks_among_common

    ranks, tops, items = ranks_among_common(first, second, (paired.first_event, paired.second_event))
    sizes = len(first.data.catalog), len(second.data.catalog)
    return paired.ranked_again(ranks, tops), Common(items, *sizes)


def compared_events(first: Side, paired: Pairs) -> ComparedEvents:
    """The events of the first model's trace that are compared, in their order."""
    events = events_of(first.trace, first.model.fingerprint, first.data)
    rows = np.searchsorted(events.row, paired.first_event)
    return ComparedEvents.of(events.only(rows), paired.first_rank, paired.second_rank)


def correct(found: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Comparisons with one first model, with each measure's p corrected for how many there are."""
    names = [one.measure for one in found[0].measures] if found else []
    p = {name: holm([one.measure(name).p for one in found]) for name in names}
    return tuple(
        replace(one, measures=tuple(replace(m, corrected=p[m.measure][k]) for m in one.measures))
        for k, one in enumerate(found)
    )
