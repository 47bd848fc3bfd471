"""All users of a data set, or some, run through a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.resources.datasets import dataset
from app.resources.models import checkpoint_in
from app.resources.stamps import deriving, weights_of
from fame.data import DataSet
from fame.explain.facets.groups import Group, by_group

if TYPE_CHECKING:
    from fame.explain.facets.population import Load, Population
    from fame.ranking.evaluation import Repeats

Chosen = tuple[int, ...] | None  # rows of a data set's users; None = all


@st.cache_resource(max_entries=4, show_spinner="Running every user through the model, once …")
def _population(folder: Path, stamp: int, data: str) -> Population:
    from fame.data import leave_one_out
    from fame.explain.facets.population import population

    return population(checkpoint_in(folder, stamp).model, leave_one_out(dataset(data).histories).test)


def population(name: str, data: str, chosen: Chosen = None) -> Population:
    """Gate and router of every user of the data set, or of some, at the position that predicts their held-out item."""
    found: Population = chosen_population(*weights_of(name), data, chosen)
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def chosen_population(folder: Path, stamp: int, data: str, chosen: Chosen) -> Population:
    """As `population`, for what is cached of it."""
    import numpy as np

    everyone: Population = _population(folder, stamp, data)
    return everyone if chosen is None else everyone.only(np.isin(everyone.users, chosen))


def load(name: str, data: str, chosen: Chosen = None) -> Load:
    """How much the experts are used over a population, or over some users of it."""
    found: Load = _load(*weights_of(name), data, chosen)
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _load(folder: Path, stamp: int, data: str, chosen: Chosen) -> Load:
    from fame.explain.facets.population import load

    return load(chosen_population(folder, stamp, data, chosen))


def held_out_rank(name: str, data: DataSet, user: int, repeats: Repeats) -> int | None:
    """The rank of a user's held-out item as evaluation counts it; None where it counts in no measure."""
    found: int | None = _held_out_rank(*weights_of(name), data.name, data.fingerprint, user, repeats)
    return found


@st.cache_data(max_entries=256, show_spinner=False)
def _held_out_rank(folder: Path, stamp: int, data: str, fingerprint: str, user: int, repeats: Repeats) -> int | None:
    from fame.ranking.evaluation import rank_of_user

    return rank_of_user(checkpoint_in(folder, stamp).model, dataset(data).histories, user, repeats)


def groups(name: str, data: DataSet, by: str, chosen: Chosen = None) -> list[Group]:
    """The users of a population, or some of them, in groups."""
    folder, weights = weights_of(name)
    families = deriving(folder), len(data.catalog.families)
    found: list[Group] = _groups(folder, weights, data, data.fingerprint, families, by, chosen)
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _groups(
    folder: Path, stamp: int, _data: DataSet, fingerprint: str, families: tuple[int, ...], by: str, chosen: Chosen
) -> list[Group]:
    return by_group(_data, chosen_population(folder, stamp, _data.name, chosen), by)
