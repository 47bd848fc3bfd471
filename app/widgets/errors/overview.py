"""All selected events at once: rank bands, slices, kinds of errors, and the items that are first instead."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from app import state
from app.components.slice_list import SliceRow, slice_list
from app.components.tallies import Tally, tallies
from app.look.numbers import percent
from app.sentences import events as say
from app.sentences.errors import errors_of, rule_of
from app.traces import Selection, chooser, toggled
from app.widgets.shared.tables import table_behind
from fame.error_analysis.conditions import Condition

LISTED = 14  # slices drawn; all stand in the table
SQUARES = 60  # of the largest kind at most
FIRSTS = 15  # wrong first items listed
NAMES = {"1": "first", "201+": "beyond"}


def bands(chosen: Selection) -> None:
    """Where the truth stands, as one bar of buttons."""
    found = chosen.analysis(without="rank")
    tallies(
        [
            Tally(
                band.ranks,
                NAMES.get(band.ranks, band.ranks),
                band.n,
                f"{percent(band.n / max(1, found.events))} have what they took at rank {band.ranks}",
                Condition("rank", "=", band.ranks) in chosen.where,
            )
            for band in found.bands
        ],
        shape="bar",
        label="Rank of what came, among all items",
        key="bands",
        on_choose=chooser(chosen, "rank"),
    )
    st.caption("Rank of what each user really took next, and how many users. Click a band to look at these alone.")


def kinds(chosen: Selection) -> None:
    """Why the truth is not among the first ten, as counted squares."""
    found = chosen.analysis(without="kind")
    most = max((kind.first for kind in found.kinds), default=0)
    unit = nice(most / SQUARES)
    tallies(
        [
            Tally(
                kind.name,
                kind.name,
                kind.first,
                rule_of(kind, found),
                Condition("kind", "=", kind.name) in chosen.where,
                f"+ {kind.also:,}" if kind.also else "",
            )
            for kind in found.kinds
        ],
        shape="squares",
        label="Kinds of errors",
        key="kinds",
        unit=unit,
        on_choose=chooser(chosen, "kind"),
    )
    st.markdown(errors_of(found.kinds))
    one = "A square is a user" if unit == 1 else f"A square is {unit:,} users"
    st.caption(
        f"{one} whose truth is not among the first ten. The first rule that matches counts; behind the + are those "
        "whom a rule before it has. Each is a rule on what was run, not a cause that was found; hover for it."
    )


def nice(least: float) -> int:
    """1, 2 or 5 times a power of ten, not below `least`."""
    if least <= 1:
        return 1
    power = 10 ** math.floor(math.log10(least))
    return int(next(step * power for step in (1, 2, 5, 10) if step * power >= least))


def slices(chosen: Selection) -> None:
    """Who fares otherwise than the whole, those that cost it most first."""
    whole = chosen.analysis()
    found = whole.slices
    if whole.found in (0, whole.events):
        who = "Nobody" if not whole.found else "Everybody"
        st.info(f"{who} here has the truth among the first ten, so that no group of them differs in NDCG@10.")
        return
    if not found.rows:
        st.info(f"These are too few to be told apart: a group needs {found.minimum} users.")
        return
    heads = [one for one in found.rows if one.under is None]
    told = sorted((one for one in heads if one.told), key=lambda one: -abs(one.cost))
    grey = [one for one in heads if not one.told]
    shown = sorted([*told, *grey][:LISTED], key=lambda one: one.cost)
    every = {say.together(one.conditions, chosen.title): one for one in found.rows}
    names = {id(one): name for name, one in every.items()}
    slice_list(
        [
            SliceRow(
                str(number),
                names[id(one)],
                one.mean,
                found.mean + one.low,
                found.mean + one.high,
                one.n,
                one.told,
                say.of_slice(one, found.mean, chosen.title),
            )
            for number, one in enumerate(shown)
        ],
        found.mean,
        ticks(found.mean, max(found.mean + one.high for one in shown)),
        label="Slices by NDCG@10",
        key="slices",
        on_choose=lambda number: state.choose_events(toggled(chosen, shown[int(number)].conditions)),
    )
    left = ", and a slice that goes with another's is left to that one" if len(heads) < len(found.rows) else ""
    st.caption(
        f"NDCG@10 with 95 % intervals; the line is the whole, {found.mean:.3f}. What costs the total most stands "
        "first. Blue can be told from the whole, by NDCG@10 or by where the truth stands among all ranks, after "
        f"correction for all {found.looked_at:,} slices of {found.minimum} users or more (Benjamini and Hochberg)"
        f"{left}. Click to look at one alone."
    )
    table_behind(
        pd.DataFrame(
            {
                "slice": list(every),
                "users": [one.n for one in every.values()],
                "NDCG@10": [one.mean for one in every.values()],
                "less the whole": [one.effect for one in every.values()],
                "from": [one.low for one in every.values()],
                "to": [one.high for one in every.values()],
                "costs": [one.cost for one in every.values()],
                "among ten": [one.hits for one in every.values()],
                "q": [one.q for one in every.values()],
                "told": ["yes" if one.told else "no" for one in every.values()],
            }
        ),
        "slices",
    )


def ticks(mean: float, high: float) -> list[tuple[float, str]]:
    """Zero, the whole, and the end of the axis."""
    places = [(0.0, "0"), (mean, f"{mean:.3f}")]
    return [*places, (high, f"{high:.2f}")] if high > 1.6 * mean else places


def firsts(chosen: Selection) -> None:
    """Which items are first in place of the truth, and for how many users."""
    events = chosen.events
    first = events.column("first")
    wrong = chosen.rows[events.rank[chosen.rows] > 1]
    if first is None or first.items is None or not len(wrong):
        st.info("Nobody here has another item first.")
        return
    times = np.bincount(first.items[wrong], minlength=len(first.labels) + 1)
    order = [item for item in np.argsort(-times, kind="stable")[:FIRSTS].tolist() if times[item] and item]
    most, catalog = int(times[order[0]]), chosen.data.catalog
    unit = nice(most / SQUARES)
    tallies(
        [
            Tally(
                catalog.id(item),
                catalog.title(item),
                int(times[item]),
                f"{catalog.title(item)} is first instead for {int(times[item]):,} users",
                Condition("first", "=", catalog.id(item)) in chosen.where,
            )
            for item in order
        ],
        shape="squares",
        label="Items that are first instead",
        key="firsts",
        unit=unit,
        on_choose=chooser(chosen, "first"),
    )
    others = int((times > 0).sum()) - len(order)
    st.caption(
        f"Who is first in place of what {len(wrong):,} users took."
        + (f" {others:,} other items are first less often." if others else "")
    )
