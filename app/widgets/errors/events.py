"""The selected events one by one: a list, and what is known of the one that is open beside it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import streamlit as st

from app import state
from app.components.event_list import EventColumn, event_list
from app.look.numbers import factor
from app.traces import Selection

SURE = "-lead"  # the surest errors first
ROWS = 100  # listed at a time: what a browser gets
COLUMNS = (
    EventColumn("user"),
    EventColumn("past", "length", True, "Items before the one that was held out"),
    EventColumn("truth", help="What the user really took next"),
    EventColumn("rank", "rank", True, "Of the truth, among all items that the user had not seen"),
    EventColumn("first instead", help="What the model ranks first"),
    EventColumn("lead", "lead", True, "So many times as likely as the truth the first item is"),
    EventColumn("kind", "kind", help="First rule that matches; none where the truth is among the first ten"),
    EventColumn("ahead", "facet", help="Facet with the largest part in the first item's score"),
)


@dataclass(frozen=True)
class Listing:
    """Selected events in the chosen order."""

    chosen: Selection
    order: str

    @cached_property
    def events(self) -> np.ndarray:
        """Rows of the trace."""
        key, rows, events = self.order.removeprefix("-"), self.chosen.rows, self.chosen.events
        values = self._values(key)[rows]
        down = self.order.startswith("-")
        return np.asarray(events.row[rows[np.argsort(-values if down else values, kind="stable")]])

    def _values(self, key: str) -> np.ndarray:
        events = self.chosen.events
        if key == "lead":
            return np.asarray(events.numbers["certainty"] / np.maximum(events.numbers["probability"], 1e-30))
        if key == "kind":
            return events.kind.astype(np.int64)
        facet = events.column("facet") if key == "facet" else None
        if key == "facet":
            return np.zeros(len(events)) if facet is None else facet.codes[:, 0].astype(np.int64)
        return np.asarray(events.numbers[key])


def listing(chosen: Selection) -> Listing:
    """In the session's order; one that there is not is told of."""
    now = state.session()
    keys = [column.key for column in columns(chosen) if column.key]
    if now.order and now.order.removeprefix("-") not in keys:
        state.notice(f"Events cannot be ordered by {now.order[:60]!r}; there are {', '.join(keys)}.")
        now.order = ""
    return Listing(chosen, now.order or SURE)


def columns(chosen: Selection) -> tuple[EventColumn, ...]:
    """Those that the model has something for."""
    return COLUMNS if chosen.trace.about.facets else COLUMNS[:-1]


def opened(chosen: Selection) -> int | None:
    """The event that is open; one that is not among those selected is told of."""
    now = state.session()
    if not now.event:
        return None
    text = now.event
    event = int(text[:18]) if text.isascii() and text.isdigit() else -1
    if event in chosen.events.row[chosen.rows]:
        return event
    why = "is not in the selection" if event in chosen.events.row else "is none of this trace"
    state.notice(f"The event {text[:60]!r} in the link {why}; none is open.")
    now.event = ""
    return None


def table(listed: Listing, event: int | None) -> None:
    """The list; the event that is open stays in it, wherever it stands."""
    chosen, every = listed.chosen, listed.events
    start = 0
    if event is not None:
        start = int(np.flatnonzero(every == event)[0]) // ROWS * ROWS
    some = every[start : start + ROWS]
    found = chosen.trace.rows(some.tolist())
    foot = (
        f"{len(every):,} users"
        if len(every) <= ROWS
        else f"{start + 1:,} to {start + len(some):,} of {len(every):,} users"
    )
    event_list(
        columns(chosen),
        [(str(row), cells) for row, cells in zip(some.tolist(), lines(chosen, found), strict=True)],
        chosen="" if event is None else str(event),
        order=listed.order,
        foot=f"{foot}. J and K go down and up, Enter opens, Esc closes; a head sorts.",
        key="events",
        on_choose=state.open_event,
        on_order=state.order_events,
    )
    if len(every) > ROWS:
        turn(every, start)


def turn(every: np.ndarray, start: int) -> None:
    """To the hundred before and after."""
    with st.container(horizontal=True):
        for name, place, icon in (("Before", start - ROWS, "chevron_left"), ("After", start + ROWS, "chevron_right")):
            inside = 0 <= place < len(every)
            st.button(
                f"The {ROWS} {name.lower()}",
                icon=f":material/{icon}:",
                disabled=not inside,
                key=f"events-{name}",
                on_click=state.open_event,
                args=(str(int(every[place])) if inside else "",),
            )


def kind_of(chosen: Selection, rows: np.ndarray) -> list[str]:
    """Kinds of events by their rows of the trace; empty where the truth is among the first ten."""
    place = np.searchsorted(chosen.events.row, rows)
    return [chosen.events.kinds[kind - 1] if kind else "" for kind in chosen.events.kind[place].tolist()]


def lines(chosen: Selection, found: pd.DataFrame) -> list[tuple[str, ...]]:
    """Cells of events, as they are read."""
    kinds, facets = kind_of(chosen, found["event"].to_numpy()), bool(chosen.trace.about.facets)
    said: list[tuple[str, ...]] = []
    for kind, (_, row) in zip(kinds, found.iterrows(), strict=True):
        right = row["rank"] == 1
        first = "" if right or pd.isna(row["first_id"]) else chosen.title(row["first_id"])
        cells = (
            row["user_id"],
            f"{row['length']:,}",
            chosen.title(row["target_id"]),
            f"{row['rank']:,}",
            first,
            f"{lead(row)} ×" if first else "",
            kind,
            "" if not facets or pd.isna(row["ahead"]) else row["ahead"],
        )
        said.append(cells if facets else cells[:-1])
    return said


def lead(row: pd.Series) -> str:
    """How many times as likely the first item is as the truth."""
    return factor(float(np.log(row["first_probability"]) - np.log(max(row["probability"], 1e-300))))
