"""Data sets, with what follows from their users, and what is found in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from app.resources.stamps import deriving, stamp
from fame import home
from fame.checkpoint.description import Description
from fame.data import DataSet, read
from fame.data.derived import store as derived_store
from fame.data.derived.records import Derived
from fame.data.presets import Preset
from fame.data.title_search import Titles


def dataset(name: str) -> DataSet:
    """The data set of that name; raises `InputError` where it is missing or damaged."""
    folder = home.data_folder(name)
    return _dataset(folder, stamp(folder / "dataset.json"))


@st.cache_resource(max_entries=3, show_spinner=False)
def _dataset(folder: Path, stamp: int) -> DataSet:
    return read(folder)


@st.cache_resource(max_entries=4, show_spinner=False)
def _derived(folder: Path, stamp: int, data: str, fingerprint: str) -> tuple[Derived | None, DataSet]:
    given = dataset(data)
    found = derived_store.load(folder, fingerprint)
    return found, given if found is None else replace(given, catalog=found.onto(given.catalog))


def derived(model: Description) -> Derived | None:
    """What was derived from the data of a model and is stored with it; raises `InputError` where it is damaged."""
    return _derived(*_of_data(model))[0]


def whole_dataset(model: Description) -> DataSet:
    """The data set of a model with the families derived from it; raises `InputError` where these are damaged."""
    return _derived(*_of_data(model))[1]


def _of_data(model: Description) -> tuple[Path, int, str, str]:
    return model.folder, deriving(model.folder), model.dataset, dataset(model.dataset).fingerprint


def presets(data: DataSet) -> tuple[Preset, ...]:
    """Histories to begin with."""
    return _presets(data.name, data.fingerprint)


@st.cache_resource(max_entries=4, show_spinner=False)
def _presets(name: str, fingerprint: str) -> tuple[Preset, ...]:
    from fame.data.presets import presets

    return presets(dataset(name))


def titles(data: DataSet) -> Titles:
    """The titles of a data set, to be searched."""
    found: Titles = _titles(data.name, data.fingerprint)
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _titles(name: str, fingerprint: str) -> Titles:
    return Titles(dataset(name).catalog)
