"""Columns of tables that hold weights and counts, and what has to be said beside a weight."""

from typing import Any

import numpy as np
import streamlit as st

from app.current import Current

WEIGHTS_SAY_LITTLE = (
    "A gate weight is not an importance: it trades off against the lengths of the vectors it multiplies. On the "
    "planted cinema, where the truth is known, the largest weight names the facet behind a choice in 40\u00a0% of "
    "events, and always naming the same facet does in 34\u00a0%. A part of a score is exact; what would be without it "
    "is run."
)

PLAIN_WEIGHTS = (
    "The gate weights of a model whose facets are tied to nothing were found to be uninformative: on the planted "
    "cinema, where the truth is known, the largest names the family behind a choice in 31\u00a0% of events at best, "
    "and drawing lots does in 33\u00a0%. A part of a score is exact; what would be without it is run."
)


def say_little(now: Current) -> str:
    """What a gate weight does and does not say in the model on screen."""
    tied = now.model.config.get("families")
    return now.head.gate_weight or (WEIGHTS_SAY_LITTLE if tied else PLAIN_WEIGHTS)


def plain_warning(now: Current) -> None:
    """A model that nothing is tied to: what its gate weights were found to be worth."""
    if not now.model.config.get("families"):
        st.warning(f"Training tied no facet of this model to an attribute. {say_little(now)}")


def percent_column(width: int = 120) -> Any:
    """A bar from 0 to 100 with whole percents; give it `in_percent` values."""
    return st.column_config.ProgressColumn(format="%.0f\u00a0%%", min_value=0, max_value=100, width=width)


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
