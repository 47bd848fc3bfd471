"""Every session-state key, in one place.

The history and its undo steps live in the session; model, data, history and all that is selected are also in the URL,
which `app.link` reads and writes.
"""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

UNDO = 50  # edits kept: bounds what a session holds
LONGEST_HISTORY = 1_000  # items of a history that a session accepts


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


def edit_history(ids: list[str]) -> None:
    """Change the history, which stays from whom it was; the old one can be had back by `undo`."""
    begin(ids, session().user, edited=True)


def begin(ids: list[str], user: str = "", edited: bool = False) -> None:
    """Take another history, a user's or nobody's; the old one can be had back by `undo`."""
    now = session()
    if (ids, user) == (now.history, now.user):
        return
    now.undo = [*now.undo, (now.history, now.user)][-UNDO:]
    now.history, now.user, now.edited = ids[-LONGEST_HISTORY:], user, edited
    now.begun += 1
    now.target, now.rival, now.position, now.without = "", "", None, ""
    changed()


def undo() -> None:
    """Take the last edit back."""
    now = session()
    if now.undo:
        (now.history, now.user), now.undo, now.edited = now.undo[-1], now.undo[:-1], True
        now.target, now.rival, now.position, now.without = "", "", None, ""
        changed()


def pin() -> None:
    """Keep the history to compare with."""
    session().pinned = list(session().history), session().user


def unpin() -> None:
    """Stop comparing."""
    session().pinned = None


def choose_target(item: str) -> None:
    """Ask about that item of the ranking."""
    now = session()
    now.target, now.rival = item, "" if now.rival == item else now.rival
    changed()


def choose_rival(item: str) -> None:
    """Compare the item asked about with that one."""
    session().rival = item
    changed()


def choose_position(position: int | None) -> None:
    """Look at what the model makes of the history up to there; None is the newest position."""
    session().position = position
    changed()


def choose_facet(facet: str, expert: int | None = None) -> None:
    """Look at that facet, or at one of its experts."""
    session().facet, session().expert = facet, expert
    changed()


def choose_missing(missing: str) -> None:
    """Decide where the gate's mass of a missing facet goes."""
    session().missing = missing
    changed()


def choose_grouping(by: str) -> None:
    """Decide what users are grouped by."""
    session().by = by
    changed()


def choose_methods(names: list[str]) -> None:
    """Explain by the first of these methods, with the others beside it."""
    session().method = ",".join(names)
    changed()


def choose_events(where: str) -> None:
    """Look at the events for which these conditions hold."""
    session().where, session().event = where, ""
    changed()


def open_event(event: str) -> None:
    """Show that event beside the list; an empty one shows none."""
    session().event = event
    changed()


def order_events(order: str) -> None:
    """List the events by that column."""
    session().order = order
    changed()


def choose_against(name: str) -> None:
    """Compare with that model; an empty one is the one that the page begins with."""
    session().against, session().ranks, session().event = name, "", ""
    changed()


def choose_ranks(ranks: str) -> None:
    """Look at users whose ranks are in these ranges; empty: at all."""
    session().ranks, session().event = ranks, ""
    changed()


def choose_repeats(repeats: str) -> None:
    """Decide whether seen items are recommended, too."""
    session().repeats = repeats
    changed()


def intervene(weights: str, without: str) -> None:
    """Run the model with these weights and without these items; empty = as it is."""
    session().weights, session().without = weights, without
    changed()


def choose_step(step: int) -> None:
    """Go to a step of the tour."""
    session().step = step
    changed()


def choose_lesson(lesson: str) -> None:
    """Teach for so many minutes; empty: nobody teaches."""
    session().lesson = lesson
    changed()


def choose_seed(seed: str) -> None:
    """Draw other tasks."""
    session().seed = seed
    changed()


def guess(question: str, answer: str) -> None:
    """Keep what was guessed, until the page is closed."""
    session().guesses[question] = answer


def choose_model(name: str, data: str) -> None:
    """Change the model; another data set empties the history, since its ids mean nothing there."""
    now = session()
    if data != now.data:
        now.history, now.undo, now.pinned, now.position, now.fresh = [], [], None, None, True
        now.selected, now.focus, now.by, now.without, now.user, now.edited = [], "", "", "", "", False
        now.where = ""
    if now.against == name:  # one takes the other's place
        now.against = now.model
    now.ranks = ""
    now.model, now.data, now.target, now.rival = name, data, "", ""
    now.facet, now.expert, now.missing, now.weights = "", None, "", ""  # another model's facets and experts are others
    now.event = ""
    changed()


def draft(data: str, settings: dict[str, Any]) -> None:
    """Begin with these settings on Train."""
    now = session()
    now.teach, now.draft, now.drafts = data, settings, now.drafts + 1


def sent(component: str, event: str) -> Any:
    """What a browser component sent with an event; to be trusted in nothing."""
    return st.session_state[component][event]


def take(widget: str, empty: str | None = None) -> Any:
    """What was chosen in a widget, which is empty again for the next choice."""
    chosen = st.session_state[widget]
    st.session_state[widget] = empty
    return chosen


def read(widget: str) -> Any:
    """What is chosen in a widget."""
    return st.session_state[widget]


def first(widget: str, value: Any) -> str:
    """The key of a widget that shows this until something else is chosen in it."""
    if widget not in st.session_state:
        st.session_state[widget] = value
    return widget


def show(widget: str, value: Any) -> str:
    """The key of a widget that is given this as its default, and so shows it, wherever it was chosen.

    Where that was elsewhere, and on another page, the widget is a new one. Were it told to move, a browser that is
    sending something just then would go on sending what it showed before, as if that had been chosen.
    """
    now = session()
    page, times = now.shown.get(widget, (now.page, 0))
    key = _key(widget, times)
    if page != now.page or (key in st.session_state and st.session_state[key] != value):
        key = _key(widget, times := times + 1)
    now.shown[widget] = now.page, times
    return key


def _key(widget: str, times: int) -> str:
    return f"{widget}-again-{times}" if times else widget


def notice(sentence: str) -> None:
    """Say something of the model, data or history that are looked at, until the next edit."""
    if sentence not in session().notices:
        session().notices.append(sentence)


def enter(page: str) -> None:
    """A page is opened or drawn again; what an action on another came to is not told here, nor later."""
    now = session()
    if page != now.page:
        now.searched.clear()
    now.page = page
    now.results = [result for result in now.results if result[0] == page]


def report(sentence: str, well: bool = False) -> None:
    """Say what an action came to, once, on the page where it was done."""
    now = session()
    now.results.append((now.page, sentence, well))


def reports() -> list[tuple[str, bool]]:
    """What is still to be said of actions on this page; it is taken away."""
    now = session()
    said = [(sentence, well) for _, sentence, well in now.results]
    now.results = []
    return said
