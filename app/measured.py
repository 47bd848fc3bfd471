"""What was measured on a model and stored with it, and the measuring where nobody did yet: once for all visitors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.resources import checkpoint, dataset, stamp
from fame.checkpoint.description import Description, describe
from fame.errors import InputError
from fame.explain import example as examples
from fame.explain import stored
from fame.explain.meaning import records as meanings

if TYPE_CHECKING:
    from fame.explain.trust.records.explanations import Explanations
    from fame.explain.trust.records.scorecard import Scorecard


def meaning(model: Description) -> meanings.Meaning | None:
    """What is stored of a model's facets and experts; raises `InputError` where it is about other weights."""
    return _meaning(model.folder, model.fingerprint, stamp(model.folder / meanings.MEANING_FILE))


@st.cache_resource(max_entries=8, show_spinner=False)
def _meaning(folder: Path, fingerprint: str, stamp: int) -> meanings.Meaning | None:
    return meanings.load(describe(folder))


def measure_meaning(model: Description) -> meanings.Meaning:
    """Test what a model's facets and experts mean. Takes seconds, once."""
    found: meanings.Meaning = _measured(model.name, model.fingerprint, model.dataset)
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _measured(name: str, fingerprint: str, data: str) -> meanings.Meaning:
    from fame.explain.meaning.measure import measure

    return measure(checkpoint(name).model, dataset(data))


@st.cache_resource(max_entries=4, show_spinner=False)
def _scorecard(folder: Path, fingerprint: str, stamp: int) -> Scorecard | None:
    from fame.explain.trust.records.scorecard import SCORECARD_ADVICE, SCORECARD_FILE, Scorecard

    return stored.load(describe(folder), SCORECARD_FILE, Scorecard, SCORECARD_ADVICE)


def explanations(model: Description) -> Explanations | None:
    """How true the methods were found to be on a model; raises `InputError` where that is about other weights."""
    found: Explanations | None = _explanations(
        model.folder, model.fingerprint, stamp(model.folder / "explanations.json")
    )
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def _explanations(folder: Path, fingerprint: str, stamp: int) -> Explanations | None:
    from fame.explain.trust.records.explanations import EXPLANATIONS_ADVICE, EXPLANATIONS_FILE, Explanations

    return stored.load(describe(folder), EXPLANATIONS_FILE, Explanations, EXPLANATIONS_ADVICE)


def scorecard(model: Description) -> Scorecard | None:
    """The stored marks of a model on planted data; raises `InputError` where they are about other weights."""
    found: Scorecard | None = _scorecard(model.folder, model.fingerprint, stamp(model.folder / "scorecard.json"))
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _marked(name: str, fingerprint: str, data: str) -> Scorecard:
    from fame.explain.trust.scorecard import scorecard

    return scorecard(checkpoint(name).model, dataset(data))


def mark(model: Description) -> Scorecard:
    """Mark a model on the truth of its data. Takes seconds, once; raises `InputError` where there is no truth."""
    found: Scorecard = _marked(model.name, model.fingerprint, model.dataset)
    return found


def keep(model: Description, file: str, result: object) -> str:
    """Store a result with its model; a sentence where that cannot be done, else empty."""
    try:
        stored.save(model.folder / file, model.fingerprint, result)
    except InputError as error:
        return str(error)
    return ""


def example(model: Description) -> examples.Example | None:
    """The worked example stored with a model."""
    return examples.load(model)
