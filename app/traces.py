"""The trace of the model on screen, and which of its events the session looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import resources, state
from fame.checkpoint.description import Description
from fame.data import DataSet, format_history, parse_history
from fame.error_analysis.conditions import Condition, FilterError, holding, parse
from fame.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from fame.error_analysis.events import TracedEvents
    from fame.error_analysis.records import Analysis
    from fame.trace.queries import Trace


@dataclass(frozen=True)
class Selection:
    """Events of a trace; all where there is no condition."""

    model: Description
    data: DataSet
    trace: Trace
    events: TracedEvents
    where: tuple[Condition, ...]
    rows: np.ndarray  # numbers among the events

    def analysis(self, without: str = "") -> Analysis:
        """What is told of them, or of those that would be chosen without the conditions on one column."""
        kept = tuple(condition for condition in self.where if condition.column != without)
        return resources.analysis(self.model, self.data, kept)

    def title(self, item_id: str) -> str:
        """Of an item; its id where it is not in the catalog any more."""
        catalog = self.data.catalog
        return catalog.title(catalog.index(item_id)) if item_id in catalog else item_id


def selection(model: Description, data: DataSet) -> Selection:
    """The events that the session looks at; conditions that name nothing are told of and dropped.

    Raises
    ------
    InputError
        There is no trace of the model, or it cannot be read.
    """
    trace, events = resources.traced(model, data)
    now, kept = state.session(), []
    for text in _texts(now.where):
        try:
            condition = parse(text)
            holding(events, [condition])
        except FilterError as error:
            state.notice(f"{error} All without it are shown.")
        else:
            kept.append(condition)
    where = tuple(dict.fromkeys(kept))
    now.where = written(where)
    return Selection(model, data, trace, events, where, holding(events, where))


def users(chosen: Selection) -> tuple[int, ...]:
    """Rows of the data set's users whose held-out items are selected."""
    kept = chosen.trace.rows(chosen.events.row[chosen.rows].tolist())["user_id"]
    return tuple(row for user in kept if (row := chosen.data.row(user)) is not None)


def _texts(link: str) -> list[str]:
    try:
        return parse_history(link)
    except InputError:
        state.notice(f"The filters {link[:60]!r} in the link cannot be read; none is set.")
        return []


def written(where: Sequence[Condition]) -> str:
    """Conditions as the link has them."""
    return format_history([condition.text for condition in where]) if where else ""


def toggled(chosen: Selection, wanted: Sequence[Condition], alone: bool = False) -> str:
    """The conditions with some more, or where all these are set already without them.

    Where they are `alone`, others on their columns give way.
    """
    if all(condition in chosen.where for condition in wanted):
        return written([condition for condition in chosen.where if condition not in wanted])
    columns = {condition.column for condition in wanted} if alone else set()
    kept = [one for one in chosen.where if one.column not in columns and one not in wanted]
    return written([*kept, *wanted])


def chooser(chosen: Selection, column: str) -> Callable[[str], None]:
    """What happens where one value of a column is clicked: it alone is looked at, or no longer."""

    def choose(value: str) -> None:
        state.choose_events(toggled(chosen, [Condition(column, "=", value)], alone=True))

    return choose
