"""Two models, compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.resources.datasets import dataset
from app.resources.models import checkpoint_in
from app.resources.stamps import trace_of, weights_of
from fame.checkpoint.description import Description
from fame.data import DataSet

if TYPE_CHECKING:
    from fame.compare.comparison import Compared
    from fame.compare.records import Comparison, Difference, ExplanationAgreement, Matching


def compared(first: Description, second: Description, data: DataSet) -> tuple[Compared, Comparison]:
    """The users of two models' traces, and what is told of them; raises `InputError` where they cannot be compared."""
    found: tuple[Compared, Comparison] = _compared(first, second, *trace_of(first), *trace_of(second), data.fingerprint)
    return found


@st.cache_resource(max_entries=4, show_spinner="Comparing user by user, once …")
def _compared(
    _first: Description, _second: Description, trace: Path, stamp: tuple[int, int], model: str, other_trace: Path,
    other_stamp: tuple[int, int], other_model: str, data: str,
) -> tuple[Compared, Comparison]:  # fmt: skip
    from fame.compare.comparison import tell, users_of_both
    from fame.compare.sides import Side

    found = users_of_both(
        Side(_first, dataset(_first.dataset), trace), Side(_second, dataset(_second.dataset), other_trace)
    )
    return found, tell(found)


def differences(first: Description, second: Description) -> tuple[Difference, ...]:
    """Of each measure how two traced models of the same data differ; raises `InputError` where these cannot be read."""
    found: tuple[Difference, ...] = _differences(first, second, *trace_of(first), *trace_of(second))
    return found


@st.cache_resource(max_entries=64, show_spinner=False)
def _differences(
    _first: Description, _second: Description, trace: Path, stamp: tuple[int, int], model: str, other_trace: Path,
    other_stamp: tuple[int, int], other_model: str,
) -> tuple[Difference, ...]:  # fmt: skip
    from fame.compare.comparison import measured
    from fame.compare.sides import Side

    data = dataset(_first.dataset)
    return measured(Side(_first, data, trace), Side(_second, data, other_trace))


def matched(first: Description, second: Description) -> tuple[Matching | None, Matching | None]:
    """Facets and experts of two models, matched; None where there are none to match."""
    found: tuple[Matching | None, Matching | None] = _matched(
        *weights_of(first.name), *weights_of(second.name), first.dataset, second.dataset
    )
    return found


@st.cache_resource(max_entries=8, show_spinner="Matching facets and experts, once …")
def _matched(
    folder: Path, stamp: int, other: Path, other_stamp: int, data: str, other_data: str
) -> tuple[Matching | None, Matching | None]:
    from fame.compare.inside import matched

    ours, theirs = checkpoint_in(folder, stamp).model, checkpoint_in(other, other_stamp).model
    return matched(ours, theirs, (dataset(data), dataset(other_data)))


def explained_alike(first: Description, second: Description) -> ExplanationAgreement | None:
    """Whether two models order past items alike; None where histories are too short to tell."""
    found: ExplanationAgreement | None = _explained_alike(
        *weights_of(first.name), *weights_of(second.name), first.dataset, second.dataset
    )
    return found


@st.cache_resource(max_entries=8, show_spinner="Explaining some histories by both, once …")
def _explained_alike(
    folder: Path, stamp: int, other: Path, other_stamp: int, data: str, other_data: str
) -> ExplanationAgreement | None:
    from fame.compare.explanations import explained_alike

    ours, theirs = checkpoint_in(folder, stamp).model, checkpoint_in(other, other_stamp).model
    return explained_alike(ours, theirs, (dataset(data), dataset(other_data)))
