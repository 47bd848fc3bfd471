"""Columns of tables that hold weights and counts, and what has to be said beside a weight."""

from typing import Any

import numpy as np
import streamlit as st

from app import measured, models
from app.current import Current
from app.guide import help_on
from app.look.numbers import whole
from fame.errors import InputError

MARKED = ("planted-cinema-fame", "planted-cinema-fame-published")  # facets tied to families, or to nothing


def say_little(now: Current) -> str:
    """What a gate weight does and does not say in the model on screen; the figures are of a model that ships."""
    return now.head.gate_weight or trusted(bool(now.model.config.get("families")))


def trusted(tied: bool) -> str:
    """What gate weights were found to be worth where the truth is known; without figures where that model is gone."""
    name = MARKED[0] if tied else MARKED[1]
    shipped = models.readable().get(name)
    try:
        found = measured.scorecard(shipped) if shipped else None
    except InputError:  # its marks are of other weights
        found = None
    gate = found.readings["gate"] if found else None
    exact = "A part of a score is exact; what would be without it is run."
    if not tied:
        what = "The gate weights of a model whose facets are tied to nothing"
        if not found or not gate:
            return f"{what} need not say anything. {exact}"
        worth = "uninformative" if gate.interval[0] <= found.chance else "a poor guess"
        return (
            f"{what} were found to be {worth}: on the planted cinema, where the truth is known, the largest of {name} "
            f"names the family behind a choice in {whole(gate.value)} of events at best, and drawing lots does in "
            f"{whole(found.chance)}. {exact}"
        )
    shown = ""
    if found and gate:
        same = max(family.events for family in found.by_family.values()) / found.events
        shown = (
            f"On the planted cinema, where the truth is known, the largest weight of {name} names the facet behind a "
            f"choice in {whole(gate.value)} of events, and always naming the same facet does in {whole(same)}. "
        )
    return (
        "A gate weight is not an importance: it trades off against the lengths of the vectors it multiplies. "
        f"{shown}{exact}"
    )


def plain_warning(now: Current) -> None:
    """A model that nothing is tied to: what its gate weights were found to be worth."""
    if not now.model.config.get("families"):
        st.warning(f"Training tied no facet of this model to an attribute. {say_little(now)}")


def percent_column(width: int = 120, term: str | None = None) -> Any:
    """A bar from 0 to 100 with whole percents; give it `in_percent` values. Its head defines the `term` that it is."""
    return st.column_config.ProgressColumn(
        format="%.0f\u00a0%%", min_value=0, max_value=100, width=width, help=help_on(term) if term else None
    )


def in_percent(weights: np.ndarray) -> np.ndarray:
    """Weights as `percent_column` shows them."""
    return 100 * weights


def kept_column() -> Any:
    """How much of the top ten stays when a facet is left out."""
    return st.column_config.NumberColumn(
        "top 10 kept",
        format="%d",
        width=84,
        help="How many of the first ten items are still among the first ten when the facet's part is left out.",
    )


def number_column(meaning: str) -> Any:
    """Two digits, and what the number is on hover."""
    return st.column_config.NumberColumn(format="%.2f", help=meaning)
