"""What one visitor has chosen, and the one place of it in the session."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st


@dataclass
class Session:
    """What one visitor has chosen. Ids, never objects: models and data are shared between visitors."""

    model: str = ""
    data: str = ""
    history: list[str] = field(default_factory=list)
    user: str = ""  # whose history it is, or was before it was edited
    edited: bool = False  # whether it is another one than that user's
    repeats: str = ""  # "keep": seen items are recommended, too
    target: str = ""
    rival: str = ""  # what the target is compared with
    facet: str = ""  # name of the one chosen
    expert: int | None = None  # of that facet, from 0
    missing: str = ""  # where the gate's mass of a missing facet goes; empty = as the model's head has it
    by: str = ""  # what users are grouped by
    method: str = ""  # methods on show, the first the one that explains; empty = the truest here
    weights: str = ""  # of the gate and the routers, as `intervention_text` writes them; empty = the model's own
    without: str = ""  # numbers of the items of the history that are left out
    where: str = ""  # conditions on held-out events, as CSV; empty = all
    event: str = ""  # number of the event that is open beside the list
    order: str = (
        ""  # column by which events are listed, with a minus where from high to low; empty = the surest errors first
    )
    against: str = ""  # the model that this one is compared with
    ranks: str = ""  # users looked at on Compare, by their rank with one model and with the other: "1-10,11-50"
    step: int | None = None  # of the tour on Learn, from 0
    seed: str = ""  # from which the tasks there are drawn
    lesson: str = ""  # minutes of the lesson that is given there; empty: nobody teaches
    guesses: dict[str, str] = field(default_factory=dict)  # question -> what was guessed
    undo: list[tuple[list[str], str]] = field(default_factory=list)  # histories, and the user of each
    pinned: tuple[list[str], str] | None = None
    position: int | None = None  # chosen in the history, from 0; None = the newest
    selected: list[str] = field(default_factory=list)  # items selected on the map
    focus: str = ""  # the item in the middle of attention on the map
    searched: dict[str, str] = field(default_factory=dict)  # box -> what is searched for in it
    redraw: bool = False  # what was chosen in a part of the page changes the whole of it
    notices: list[str] = field(default_factory=list)  # of what is looked at, to show until the next edit
    page: str = ""  # that is open
    results: list[tuple[str, str, bool]] = field(default_factory=list)  # page, sentence, whether it went well
    written: dict[str, str] | None = None  # what was last put into the URL
    ahead: bool = False  # something was edited since then
    shown: dict[str, tuple[str, int]] = field(default_factory=dict)  # widget -> page, how often it was made anew
    fresh: bool = True  # nobody has chosen a history yet, not even an empty one
    begun: int = 0  # how often another history was taken
    strip_edits: int = 0  # number of the newest edit that the strip itself sent
    run: str = ""  # watched on Train
    teach: str = ""  # data set that Train would train on
    estimated: str = ""  # data and settings that an estimate was asked for
    unread: str = ""  # files to import that could not be read as they are
    report: Any = None  # of the last import
    draft: dict[str, Any] = field(default_factory=dict)  # settings that Train begins with, all of them
    named: str = ""  # what the next model will be called, where somebody typed it
    drafts: int = 0  # how many there were: a new one makes the widgets anew


def session() -> Session:
    """The visitor's session."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    found: Session = st.session_state["session"]
    return found


def changed() -> None:
    """Something was edited: it is in the URL as soon as what it comes to is known, in one step that Back takes back."""
    session().notices.clear()
    session().ahead = True
