"""What is loaded once and shared between all visitors.

Nothing that comes from here may be changed in place. Each cache is bounded, and keyed by what the folder holds, so that
a model that was trained again is loaded again. torch is imported by the functions that need it, not by this module.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from app import commands
from fame import home
from fame.checkpoint.description import Description, describe
from fame.data import Catalog, DataSet, read
from fame.data.derived import store as derived_store
from fame.data.derived.records import Derived
from fame.data.presets import Preset
from fame.data.title_search import Titles
from fame.error_analysis.conditions import Condition
from fame.explain.facets.groups import Group, by_group
from fame.folders import recover
from fame.maps import store as map_store
from fame.measured import find
from fame.trace.records import TRACE, TRACE_ABOUT
from fame.training.run_progress import Evaluations

T = TypeVar("T")
Chosen = tuple[int, ...] | None  # rows of a data set's users; None = all

SHOWN_INSIDE = 10  # items of a ranking that is looked into

if TYPE_CHECKING:
    from fame.checkpoint.store import Checkpoint
    from fame.compare.comparison import Compared
    from fame.compare.records import Comparison, Difference, ExplanationAgreement, Matching
    from fame.error_analysis.events import TracedEvents
    from fame.error_analysis.records import Analysis
    from fame.explain.facets.population import Load, Population
    from fame.explain.families.anatomy import Anatomy
    from fame.explain.forward_pass import ForwardPass
    from fame.explain.knockout import Runs
    from fame.ranking.evaluation import Repeats
    from fame.trace.queries import Trace


def description(folder: Path) -> Description:
    """What a model folder says of itself, read again when it was written again; raises `InputError`."""
    return _description(folder, stamp(folder / "config.json"), stamp(folder / "card.json"))


@st.cache_resource(max_entries=1_000, show_spinner=False)
def _description(folder: Path, config: int, card: int) -> Description:
    return describe(folder)


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
    return model.folder, _deriving(model.folder), model.dataset, dataset(model.dataset).fingerprint


def _deriving(folder: Path) -> int:
    """Changes when the families are derived again."""
    return stamp(folder / derived_store.DERIVED / derived_store.ABOUT)


def is_loaded(name: str) -> bool:
    """Whether asking for that model would be instant."""
    return name in _loaded


_loaded: set[str] = set()


def checkpoint(name: str) -> Checkpoint:
    """The model of that name, ready to use; raises `InputError` where its folder is damaged."""
    found: Checkpoint = _checkpoint(*_weights(name))
    _loaded.add(name)
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _checkpoint(folder: Path, stamp: int) -> Checkpoint:
    import torch

    from fame.checkpoint.store import load

    torch.set_num_threads(1)  # a request is small and visitors share the cores: threads would wait for each other
    found = load(folder)
    # Streamlit collects garbage after every run. What torch and the model brought stays, so it need not be walked then:
    # that took longer than most answers, and nothing is sent meanwhile.
    gc.freeze()
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _anatomy(folder: Path, stamp: int, _catalog: Catalog, fingerprint: str, families: tuple[int, ...]) -> Anatomy:
    from fame.explain.families.stored_anatomy import anatomy_of

    return anatomy_of(_checkpoint(folder, stamp), _catalog)


def anatomy(name: str, data: DataSet) -> Anatomy:
    """What of each item embedding of a model goes with which attribute family."""
    folder, weights = _weights(name)
    families = _deriving(folder), len(data.catalog.families)
    found: Anatomy = _anatomy(folder, weights, data.catalog, data.fingerprint, families)
    return found


def stored(model: Description, file: str, load: Callable[[], T]) -> T:
    """What is stored with a model in a file, read again when it was written again; raises what `load` raises."""
    found: T = _stored(model.folder, file, model.fingerprint, stamp(model.folder / file), load)
    return found


@st.cache_resource(max_entries=24, show_spinner=False)
def _stored(folder: Path, file: str, fingerprint: str, stamp: int, _load: Callable[[], Any]) -> Any:
    return _load()


def worked_out(model: Description, what: str, work: Callable[[], T]) -> T:
    """What takes seconds and is the same for all visitors of a model, once; raises what `work` raises."""
    found: T = _worked_out(model.folder, model.fingerprint, model.dataset, what, work)
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def _worked_out(folder: Path, fingerprint: str, data: str, what: str, _work: Callable[[], Any]) -> Any:
    return _work()


@st.cache_data(max_entries=64, ttl=120, show_spinner=False)
def seconds(model: str, what: tuple[Hashable, ...], _reckon: Callable[[], float]) -> float:
    """What a search in the model of that fingerprint will take, reckoned anew where it was two minutes ago."""
    return _reckon()


@st.cache_resource(max_entries=256, show_spinner=False)
def shelf(model: str, what: tuple[Hashable, ...]) -> list[Any]:
    """A place for what was found in a model of that fingerprint: the one thing here that is filled later."""
    return []


@st.cache_resource(max_entries=4, show_spinner="Running every user through the model, once …")
def _population(folder: Path, stamp: int, data: str) -> Population:
    from fame.data import leave_one_out
    from fame.explain.facets.population import population

    return population(_checkpoint(folder, stamp).model, leave_one_out(dataset(data).histories).test)


def population(name: str, data: str, chosen: Chosen = None) -> Population:
    """Gate and router of every user of the data set, or of some, at the position that predicts their held-out item."""
    found: Population = _chosen_population(*_weights(name), data, chosen)
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def _chosen_population(folder: Path, stamp: int, data: str, chosen: Chosen) -> Population:
    import numpy as np

    everyone: Population = _population(folder, stamp, data)
    return everyone if chosen is None else everyone.only(np.isin(everyone.users, chosen))


@st.cache_resource(max_entries=32, show_spinner=False)
def _runs(folder: Path, stamp: int, history: tuple[int, ...]) -> Runs:
    from fame.explain.knockout import runs

    return runs(_checkpoint(folder, stamp).model, history)


def runs(name: str, history: tuple[int, ...]) -> Runs:
    """A history without each thing in it: whichever item is then asked about, the model runs no more."""
    found: Runs = _runs(*_weights(name), history)
    return found


@st.cache_resource(max_entries=32, show_spinner=False)
def _inside(folder: Path, stamp: int, history: tuple[int, ...], hidden: tuple[int, ...]) -> ForwardPass:
    from fame.explain.inside import look_inside

    return look_inside(_checkpoint(folder, stamp).model, history, SHOWN_INSIDE, hidden)


def inside(name: str, history: tuple[int, ...], hidden: tuple[int, ...]) -> ForwardPass:
    """Every value of one forward pass, with the first items that are not hidden."""
    found: ForwardPass = _inside(*_weights(name), history, hidden)
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _load(folder: Path, stamp: int, data: str, chosen: Chosen) -> Load:
    from fame.explain.facets.population import load

    return load(_chosen_population(folder, stamp, data, chosen))


def load(name: str, data: str, chosen: Chosen = None) -> Load:
    """How much the experts are used over a population, or over some users of it."""
    found: Load = _load(*_weights(name), data, chosen)
    return found


@st.cache_data(max_entries=256, show_spinner=False)
def _held_out_rank(folder: Path, stamp: int, data: str, fingerprint: str, user: int, repeats: Repeats) -> int | None:
    from fame.ranking.evaluation import rank_of_user

    return rank_of_user(_checkpoint(folder, stamp).model, dataset(data).histories, user, repeats)


def held_out_rank(name: str, data: DataSet, user: int, repeats: Repeats) -> int | None:
    """The rank of a user's held-out item as evaluation counts it; None where it counts in no measure."""
    found: int | None = _held_out_rank(*_weights(name), data.name, data.fingerprint, user, repeats)
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _groups(
    folder: Path, stamp: int, _data: DataSet, fingerprint: str, families: tuple[int, ...], by: str, chosen: Chosen
) -> list[Group]:
    return by_group(_data, _chosen_population(folder, stamp, _data.name, chosen), by)


def groups(name: str, data: DataSet, by: str, chosen: Chosen = None) -> list[Group]:
    """The users of a population, or some of them, in groups."""
    folder, weights = _weights(name)
    families = _deriving(folder), len(data.catalog.families)
    found: list[Group] = _groups(folder, weights, data, data.fingerprint, families, by, chosen)
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _maps(folder: Path, fingerprint: str, stamp: int) -> map_store.Maps:
    return map_store.load(folder, fingerprint)


def maps(model: Description) -> map_store.Maps:
    """The stored maps of a model; raises `InputError` where there are none."""
    return _maps(model.folder, model.fingerprint, stamp(model.folder / "maps" / "maps.json"))


@st.cache_resource(max_entries=4, show_spinner=False)
def _presets(name: str, fingerprint: str) -> tuple[Preset, ...]:
    from fame.data.presets import presets

    return presets(dataset(name))


def presets(data: DataSet) -> tuple[Preset, ...]:
    """Histories to begin with."""
    return _presets(data.name, data.fingerprint)


@st.cache_resource(max_entries=4, show_spinner=False)
def _titles(name: str, fingerprint: str) -> Titles:
    return Titles(dataset(name).catalog)


def titles(data: DataSet) -> Titles:
    """The titles of a data set, to be searched."""
    found: Titles = _titles(data.name, data.fingerprint)
    return found


def traced(model: Description, data: DataSet) -> tuple[Trace, TracedEvents]:
    """The trace of a model, to be asked, and its events; raises `InputError` where there is none, or none of these."""
    found: tuple[Trace, TracedEvents] = _traced(*_trace(model), data, data.fingerprint, len(data.catalog.families))
    return found


def asked(model: Description, data: DataSet) -> Trace:
    """The trace of a model, of which some events are asked; raises `InputError` as `traced`."""
    found: Trace = _asked(*_trace(model), data.fingerprint)
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _asked(folder: Path, stamp: tuple[int, int], model: str, fingerprint: str) -> Trace:
    from fame.trace.queries import Trace

    return Trace(folder, model, fingerprint)


@st.cache_resource(max_entries=3, show_spinner="Opening the trace, once …")
def _traced(
    folder: Path, stamp: tuple[int, int], model: str, _data: DataSet, fingerprint: str, families: int
) -> tuple[Trace, TracedEvents]:
    from fame.error_analysis.prepare import events_of

    return _asked(folder, stamp, model, fingerprint), events_of(folder, model, _data)


def analysis(model: Description, data: DataSet, where: tuple[Condition, ...]) -> Analysis:
    """What is told of the events of a trace for which all conditions hold; raises `InputError` as `traced`."""
    found: Analysis = _analysis(*_trace(model), data, data.fingerprint, len(data.catalog.families), where)
    return found


@st.cache_resource(max_entries=64, show_spinner=False)
def _analysis(
    folder: Path, stamp: tuple[int, int], model: str, _data: DataSet, fingerprint: str, families: int,
    where: tuple[Condition, ...],
) -> Analysis:  # fmt: skip
    from fame.error_analysis.analysis import analyse

    return analyse(_traced(folder, stamp, model, _data, fingerprint, families)[1], where)


def compared(first: Description, second: Description, data: DataSet) -> tuple[Compared, Comparison]:
    """The users of two models' traces, and what is told of them; raises `InputError` where they cannot be compared."""
    found: tuple[Compared, Comparison] = _compared(first, second, *_trace(first), *_trace(second), data.fingerprint)
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
    found: tuple[Difference, ...] = _differences(first, second, *_trace(first), *_trace(second))
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


def is_traced(model: Description) -> bool:
    """Whether all users were run through a model."""
    return (_trace(model)[0] / TRACE_ABOUT).exists()


def matched(first: Description, second: Description) -> tuple[Matching | None, Matching | None]:
    """Facets and experts of two models, matched; None where there are none to match."""
    found: tuple[Matching | None, Matching | None] = _matched(
        *_weights(first.name), *_weights(second.name), first.dataset, second.dataset
    )
    return found


@st.cache_resource(max_entries=8, show_spinner="Matching facets and experts, once …")
def _matched(
    folder: Path, stamp: int, other: Path, other_stamp: int, data: str, other_data: str
) -> tuple[Matching | None, Matching | None]:
    from fame.compare.inside import matched

    ours, theirs = _checkpoint(folder, stamp).model, _checkpoint(other, other_stamp).model
    return matched(ours, theirs, (dataset(data), dataset(other_data)))


def explained_alike(first: Description, second: Description) -> ExplanationAgreement | None:
    """Whether two models order past items alike; None where histories are too short to tell."""
    found: ExplanationAgreement | None = _explained_alike(
        *_weights(first.name), *_weights(second.name), first.dataset, second.dataset
    )
    return found


@st.cache_resource(max_entries=8, show_spinner="Explaining some histories by both, once …")
def _explained_alike(
    folder: Path, stamp: int, other: Path, other_stamp: int, data: str, other_data: str
) -> ExplanationAgreement | None:
    from fame.compare.explanations import explained_alike

    ours, theirs = _checkpoint(folder, stamp).model, _checkpoint(other, other_stamp).model
    return explained_alike(ours, theirs, (dataset(data), dataset(other_data)))


def _trace(model: Description) -> tuple[Path, tuple[int, int], str]:
    folder = find(model.folder, TRACE, model.fingerprint)
    return folder, (stamp(folder / TRACE_ABOUT), _deriving(model.folder)), model.fingerprint


@st.cache_resource(show_spinner=False)
def evaluations() -> Evaluations:
    """What the runs of this machine have noted so far; watching them again reads what is new."""
    return Evaluations()


@st.cache_data(max_entries=64, show_spinner=False)
def estimate(data: str, fingerprint: str, options: tuple[str, ...]) -> dict[str, float]:
    """What a training with these options would cost, tried once."""
    return commands.estimate(data, options)


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Import torch in the background, once a server, while the first visitor reads the first screen."""
    if "torch" not in sys.modules:
        threading.Thread(target=__import__, args=("fame.checkpoint.store",), daemon=True).start()


def _weights(name: str) -> tuple[Path, int]:
    """Folder of the model of that name, and what changes when it is trained again."""
    folder = home.model_folders()[name]
    return folder, stamp(folder / "config.json")


def stamp(file: Path) -> int:
    """Changes when the file does; 0 where it is missing, so that the reader says what is wrong."""
    recover(file.parent)  # a training may be replacing it by a better one this instant
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
