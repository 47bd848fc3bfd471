"""Filters as text, `column op value`: what the command line takes, what a chip shows and what a link holds.

A filter is read into a column that is known, one of six signs, and a value that is compared as a number or as a label;
it never becomes part of a query.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from fame.error_analysis.events import CUT, Labels, TracedEvents
from fame.errors import InputError

Sign = Literal["<=", ">=", "!=", "=", "<", ">"]
WRITTEN = re.compile(r"\s*(.+?)\s*(<=|>=|!=|=|<|>)\s*(.*?)\s*", re.S)
RANGE = re.compile(r"([\d.,]+)\s*[-–]\s*([\d.,]+)")
OPEN = re.compile(r"([\d.,]+)\s*\+")
COMPARE: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "<=": np.less_equal, ">=": np.greater_equal, "!=": np.not_equal, "=": np.equal, "<": np.less, ">": np.greater,
}  # fmt: skip
SHOWN = 60  # characters of what somebody typed that are said back


class FilterError(InputError):
    """A text that is no filter of these events."""


@dataclass(frozen=True)
class Condition:
    """One filter."""

    column: str
    sign: Sign
    value: str

    @property
    def text(self) -> str:
        """As it is typed, and read again by `parse`."""
        return f"{self.column} {self.sign} {self.value}"


def parse(text: str) -> Condition:
    """`truth.genre = Drama` -> a condition, whatever the events are; the first sign parts it, a value may hold more.

    Raises
    ------
    FilterError
        It is no `column op value`.
    """
    found = WRITTEN.fullmatch(text)
    if not found or not found[3]:
        raise FilterError(
            f"The filter {_short(text)} is no column, sign and value; write one like "
            f'"length < 20" with one of {" ".join(get_args(Sign))}.'
        )
    return Condition(found[1], found[2], found[3])  # type: ignore[arg-type] # one of the signs


def holding(events: TracedEvents, conditions: Sequence[Condition]) -> np.ndarray:
    """Numbers of the events for which all conditions hold, in their order.

    Raises
    ------
    FilterError
        A column or a label is not known, or a value does not fit its column.
    """
    keep = np.ones(len(events), bool)
    for condition in conditions:
        keep &= holds(events, condition)
    return np.flatnonzero(keep)


def holds(events: TracedEvents, condition: Condition) -> np.ndarray:
    """(n,) bool; raises `FilterError`."""
    name, sign, value = condition.column, condition.sign, condition.value
    column = events.column(name)
    if name in ("kind", "tag"):
        return _of_kind(events, condition)
    if column is not None and value in column.labels and sign in ("=", "!="):
        found = column.having(column.labels.index(value) + 1)
        return found if sign == "=" else ~found
    if name in events.numbers:
        return _compared(events.numbers[name], condition)
    if column is None:
        every = (column.name for column in (*events.columns, *events.others))
        known = dict.fromkeys([*every, *events.numbers, "kind", "tag"])
        raise FilterError(
            f"There is no column {_short(name)} to filter by{_meant(name, known)}; there are {', '.join(known)}."
        )
    if sign not in ("=", "!="):
        raise FilterError(f"{name} has labels, which are no numbers; write {name} = … or {name} != …, not {sign}.")
    raise FilterError(f"No {name} is {_short(value)}{_meant(value, column.labels)}; {_some(column)}.")


def _of_kind(events: TracedEvents, condition: Condition) -> np.ndarray:
    name, sign, value = condition.column, condition.sign, condition.value
    if value not in events.kinds:
        raise FilterError(
            f"There is no kind of errors {_short(value)}{_meant(value, events.kinds)}; "
            + (f"there are {', '.join(events.kinds)}." if events.kinds else "this trace tells none.")
        )
    if sign not in ("=", "!="):
        raise FilterError(f"{name} is no number; write {name} = … or {name} != …, not {sign}.")
    place = events.kinds.index(value)
    has_tag = events.tags if events.tags is not None else np.zeros(len(events), np.uint16)
    found = events.kind == place + 1 if name == "kind" else ((has_tag >> place) & 1 == 1) & (events.rank > CUT)
    return found if sign == "=" else ~found


def _compared(values: np.ndarray, condition: Condition) -> np.ndarray:
    sign, value = condition.sign, condition.value
    between, above = RANGE.fullmatch(value), OPEN.fullmatch(value)
    if sign in ("=", "!=") and (between or above):
        found = values >= _number((between or above)[1], condition)  # type: ignore[index] # one of them matched
        if between:
            found = found & (values <= _number(between[2], condition))
        return found if sign == "=" else ~found
    return COMPARE[sign](values, _number(value, condition))


def _number(text: str, condition: Condition) -> float:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise FilterError(
            f"{condition.column} is compared with a number, and {_short(condition.value)} is none; "
            f'write one like "{condition.column} {condition.sign} 20", or a range like "{condition.column} = 20-49".'
        )
    return number


def _some(column: Labels) -> str:
    few = ", ".join(column.labels[:5])
    return f"there are {few}" + (f" and {len(column.labels) - 5:,} more" if len(column.labels) > 5 else "")


def _meant(text: str, known: Sequence[str] | dict[str, None]) -> str:
    close = difflib.get_close_matches(text[:64], list(known)[:20_000], 1, 0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")
