"""Models, what is stored with them, and what they come to after a history."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from app.resources.stamps import deriving, stamp, weights_of
from fame.checkpoint.description import Description, describe
from fame.data import Catalog, DataSet
from fame.maps import store as map_store

if TYPE_CHECKING:
    from fame.checkpoint.store import Checkpoint
    from fame.explain.families.anatomy import Anatomy
    from fame.explain.forward_pass import ForwardPass
    from fame.explain.knockout import Runs

T = TypeVar("T")
SHOWN_INSIDE = 10  # items of a ranking that is looked into


def description(folder: Path) -> Description:
    """What a model folder says of itself, read again when it was written again; raises `InputError`."""
    return _description(folder, stamp(folder / "config.json"), stamp(folder / "card.json"))


@st.cache_resource(max_entries=1_000, show_spinner=False)
def _description(folder: Path, config: int, card: int) -> Description:
    return describe(folder)


def is_loaded(name: str) -> bool:
    """Whether asking for that model would be instant."""
    return name in _in_memory


_in_memory: set[str] = set()


def checkpoint(name: str) -> Checkpoint:
    """The model of that name, ready to use; raises `InputError` where its folder is damaged."""
    found: Checkpoint = checkpoint_in(*weights_of(name))
    _in_memory.add(name)
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def checkpoint_in(folder: Path, stamp: int) -> Checkpoint:
    """The model of a folder, for what is cached of it."""
    import torch

    from fame.checkpoint.store import load

    torch.set_num_threads(1)  # a request is small and visitors share the cores: threads would wait for each other
    found = load(folder)
    # Streamlit collects garbage after every run. What torch and the model brought stays, so it need not be walked then:
    # that took longer than most answers, and nothing is sent meanwhile.
    gc.freeze()
    return found


def anatomy(name: str, data: DataSet) -> Anatomy:
    """What of each item embedding of a model goes with which attribute family."""
    folder, weights = weights_of(name)
    families = deriving(folder), len(data.catalog.families)
    found: Anatomy = _anatomy(folder, weights, data.catalog, data.fingerprint, families)
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _anatomy(folder: Path, stamp: int, _catalog: Catalog, fingerprint: str, families: tuple[int, ...]) -> Anatomy:
    from fame.explain.families.stored_anatomy import anatomy_of

    return anatomy_of(checkpoint_in(folder, stamp), _catalog)


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


def runs(name: str, history: tuple[int, ...]) -> Runs:
    """A history without each thing in it: whichever item is then asked about, the model runs no more."""
    found: Runs = _runs(*weights_of(name), history)
    return found


@st.cache_resource(max_entries=32, show_spinner=False)
def _runs(folder: Path, stamp: int, history: tuple[int, ...]) -> Runs:
    from fame.explain.knockout import runs

    return runs(checkpoint_in(folder, stamp).model, history)


def inside(name: str, history: tuple[int, ...], hidden: tuple[int, ...]) -> ForwardPass:
    """Every value of one forward pass, with the first items that are not hidden."""
    found: ForwardPass = _inside(*weights_of(name), history, hidden)
    return found


@st.cache_resource(max_entries=32, show_spinner=False)
def _inside(folder: Path, stamp: int, history: tuple[int, ...], hidden: tuple[int, ...]) -> ForwardPass:
    from fame.explain.inside import look_inside

    return look_inside(checkpoint_in(folder, stamp).model, history, SHOWN_INSIDE, hidden)


def maps(model: Description) -> map_store.Maps:
    """The stored maps of a model; raises `InputError` where there are none."""
    return _maps(model.folder, model.fingerprint, stamp(model.folder / "maps" / "maps.json"))


@st.cache_resource(max_entries=4, show_spinner=False)
def _maps(folder: Path, fingerprint: str, stamp: int) -> map_store.Maps:
    return map_store.load(folder, fingerprint)


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Import torch in the background, once a server, while the first visitor reads the first screen."""
    if "torch" not in sys.modules:
        threading.Thread(target=__import__, args=("fame.checkpoint.store",), daemon=True).start()
