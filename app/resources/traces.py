"""The traces of models: every held-out event."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.resources.stamps import trace_of
from fame.checkpoint.description import Description
from fame.data import DataSet
from fame.error_analysis.conditions import Condition
from fame.trace.records import TRACE_ABOUT

if TYPE_CHECKING:
    from fame.error_analysis.events import TracedEvents
    from fame.error_analysis.records import Analysis
    from fame.trace.queries import Trace


def traced(model: Description, data: DataSet) -> tuple[Trace, TracedEvents]:
    """The trace of a model, to be asked, and its events; raises `InputError` where there is none, or none of these."""
    found: tuple[Trace, TracedEvents] = _traced(*trace_of(model), data, data.fingerprint, len(data.catalog.families))
    return found


@st.cache_resource(max_entries=3, show_spinner="Opening the trace, once …")
def _traced(
    folder: Path, stamp: tuple[int, int], model: str, _data: DataSet, fingerprint: str, families: int
) -> tuple[Trace, TracedEvents]:
    from fame.error_analysis.prepare import events_of

    return _asked(folder, stamp, model, fingerprint), events_of(folder, model, _data)


def asked(model: Description, data: DataSet) -> Trace:
    """The trace of a model, of which some events are asked; raises `InputError` as `traced`."""
    found: Trace = _asked(*trace_of(model), data.fingerprint)
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _asked(folder: Path, stamp: tuple[int, int], model: str, fingerprint: str) -> Trace:
    from fame.trace.queries import Trace

    return Trace(folder, model, fingerprint)


def analysis(model: Description, data: DataSet, where: tuple[Condition, ...]) -> Analysis:
    """What is told of the events of a trace for which all conditions hold; raises `InputError` as `traced`."""
    found: Analysis = _analysis(*trace_of(model), data, data.fingerprint, len(data.catalog.families), where)
    return found


@st.cache_resource(max_entries=64, show_spinner=False)
def _analysis(
    folder: Path, stamp: tuple[int, int], model: str, _data: DataSet, fingerprint: str, families: int,
    where: tuple[Condition, ...],
) -> Analysis:  # fmt: skip
    from fame.error_analysis.analysis import analyse

    return analyse(_traced(folder, stamp, model, _data, fingerprint, families)[1], where)


def is_traced(model: Description) -> bool:
    """Whether all users were run through a model."""
    return (trace_of(model)[0] / TRACE_ABOUT).exists()
