"""What is done to a session: the history is edited, something is chosen, an edit is taken back."""

from typing import Any

from app.state.visitor import changed, session

UNDO = 50  # edits kept: bounds what a session holds
LONGEST_HISTORY = 1_000  # items of a history that a session accepts


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
