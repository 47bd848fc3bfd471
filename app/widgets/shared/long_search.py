"""A long search: what it takes is said, it runs when it is asked for, can be stopped, and is kept."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st

from app import resources
from app.look.numbers import at_most, duration
from app.searches import Search
from fame.explain.question import Watch, unwatched

AT_ONCE = 0.2  # seconds: what takes no longer is run without asking

T = TypeVar("T")


def costly(
    model: str, what: tuple[Hashable, ...], label: str, seconds: Callable[[], float], work: Callable[[Watch], T]
) -> tuple[T] | None:
    """The result of a search, in a tuple, since it may be None; None where it was not asked for yet or goes on.

    Parameters
    ----------
    model : fingerprint of the model that is searched with
    what : tells the search from others in the same model
    label : of the button, "Try every removal"
    seconds : reckons what it is going to take, at most, where that has to be known
    work : the search

    Raises
    ------
    Exception
        What the search raised.
    """
    kept = resources.shelf(model, what)
    if kept and isinstance(kept[0], tuple):
        return kept[0]
    search: Search | None = kept[0] if kept else None
    if search is not None and search.runs and not search.stopped:
        going_on(search, label)
        return None
    kept.clear()
    if search is not None and search.found is not None:
        kept.append(search.found)
        return search.found
    if search is not None and search.error is not None:
        raise search.error
    needed = resources.seconds(model, what, seconds)
    if needed <= AT_ONCE:
        kept[:] = [(work(unwatched),)]
        return kept[0]
    st.button(
        f"{label} ({at_most(needed)})",
        icon=":material/search:",
        key="-".join(str(part) for part in what[:2]),
        on_click=begin,
        args=(kept, work),
    )
    return None


def begin(kept: list[Any], work: Callable[[Watch], Any]) -> None:
    """Start the search; whoever asks meanwhile waits for the same."""
    if not kept:
        kept.append(Search(work))


@st.fragment(run_every=0.4)
def going_on(search: Search, label: str) -> None:
    """How far it is, and a way to stop it."""
    if search.stopped or not search.runs:
        st.rerun()
    st.progress(min(search.share, 1.0), f"{label}: {duration(search.seconds)}")
    st.button("Stop", icon=":material/stop:", key=f"stop-{label}", on_click=search.stop)
