"""What trainings have noted, and what one would cost."""

from __future__ import annotations

import streamlit as st

from app import commands
from fame.training.run_progress import Evaluations


@st.cache_resource(show_spinner=False)
def evaluations() -> Evaluations:
    """What the runs of this machine have noted so far; watching them again reads what is new."""
    return Evaluations()


@st.cache_data(max_entries=64, show_spinner=False)
def estimate(data: str, fingerprint: str, options: tuple[str, ...]) -> dict[str, float]:
    """What a training with these options would cost, tried once."""
    return commands.estimate(data, options)
