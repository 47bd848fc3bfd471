"""The fewest changes of the history that change the answer, in words, each with a button that makes it."""

import streamlit as st

from app import resources, searches, state
from app.current import Current
from app.interventions import leave_out
from app.look.numbers import ordinal
from app.sentences.marking import escape, together, told_apart
from app.sentences.past_items import listed
from app.widgets.shared.long_search import costly
from fame.explain.past.counterfactual import (
    WISHED_TOP,
    Addition,
    Removal,
    WishedRemoval,
    fewest_additions,
    fewest_removals,
    single_removal,
    wished_removals,
)
from fame.explain.question import Question, Watch
from fame.explain.trust.cost import addition_seconds, removal_seconds
from fame.model import Model

NAMED = 6  # items named at most


def fewest(now: Current, model: Model) -> None:
    """The fewest past items without which another item comes first."""
    read = now.history[-model.config.length :]
    if len(read) < 2:
        st.caption("The history has one item: there is nothing to leave out.")
        return
    runs = resources.runs(now.model.name, now.history)
    found = searches.once(
        now.model.fingerprint, ("one removal", now.history, now.hidden), lambda: single_removal(model, runs, now.hidden)
    )
    if found is None and len(read) > 2:

        def seconds() -> float:
            return removal_seconds(model, now.history)

        def search(watch: Watch) -> Removal | None:
            return fewest_removals(model, now.history, watch=watch, hidden=now.hidden)

        said = "No one past item decides what comes first. Try every two and three"
        asked = costly(now.model.fingerprint, ("fewest", "removals", now.history, now.hidden), said, seconds, search)
        if asked is None:
            return
        (found,) = asked
    if found is None:
        st.markdown("Whatever is left out of the history, the same item comes first, as far as it was tried.")
        return
    tell(now, found, len(now.history) - len(read))


def removal_sentence(now: Current, found: Removal, older: int) -> str:
    """What comes first without some items, and whether fewer would do."""
    catalog, names = now.data.catalog, told_apart([now.data.catalog.title(item) for item in now.history])
    gone = together([names[older + t] for t in found.removed])
    new, old = (f"*{escape(catalog.title(item))}*" for item in (found.new_top, found.old_top))
    sure = "no fewer do it" if found.exact else "found one by one; fewer may do it"
    how = "Fewest removals" if found.exact else "Removals"
    return f"**{how}.** Without {gone}, {new} comes first in place of {old} ({sure})."


def tell(now: Current, found: Removal, older: int) -> None:
    """A removal in words, and the button that leaves the items out."""
    st.markdown(removal_sentence(now, found, older))
    out_button(now, tuple(older + t for t in found.removed), "leave-out")


def out_button(now: Current, places: tuple[int, ...], key: str) -> None:
    """Leaves these items out, or puts them back where they are."""
    out = now.changed.without == places
    them = "it" if len(places) == 1 else "them"
    st.button(
        f"Put {them} back" if out else f"Leave {them} out",
        icon=":material/undo:" if out else ":material/playlist_remove:",
        key=key,
        on_click=leave_out,
        args=(now.model, () if out else places),
    )


def addition_sentence(now: Current, answer: Addition) -> str:
    """What was tried to bring an item into the first ten, and what came of it."""
    catalog, item = now.data.catalog, f"*{escape(now.data.catalog.title(answer.wished))}*"
    if answer.added is None:
        return f"Nothing that was tried brings {item} into the first ten: {escape(answer.reason)}."
    return (
        f"With {listed([catalog.title(v) for v in answer.added])} added, {item} would be {ordinal(answer.new_rank)} "
        f"instead of {ordinal(answer.rank)}. Tried were {answer.tried} items that are near it or go with it."
    )


def wished_sentence(now: Current, found: WishedRemoval, older: int) -> str:
    """What was left out for an item to come first, and whether fewer items would do; or over what that was tried."""
    item, T = f"*{escape(now.data.catalog.title(found.wished))}*", found.read
    every = "any one" if found.every == 1 else f"any choice of up to {found.every}"
    if found.removed is None and found.every == T - 1:
        every = f"Every choice of the {T} was tried"
        return f"**No past items, left out, do it.** {every}, and another item stays above {item}."
    if found.removed is None:
        few = f"{every}, nor more of them, " if found.every else ""
        return (
            f"**No past items that were tried, left out, do it**: not {few}one by one, each time the one without which "
            f"{item} stands best."
        )
    names = told_apart([now.data.catalog.title(item) for item in now.history])
    gone, n = [names[older + t] for t in found.removed], len(found.removed)
    them = together(gone) if n <= NAMED else f"{n} of the {T} past items that are read, {gone[-1]} the newest of them,"
    sure = "no fewer do it" if found.fewest else "found one by one; fewer may do it"
    if not found.fewest and found.every:
        sure += f", but not {every}"
    return f"Without {them} {item} is first ({sure})."


def removals_for(now: Current, question: Question) -> None:
    """The fewest past items without which the item asked about, which is not first, comes first."""
    if question.length < 2:
        return

    def seconds() -> float:
        return removal_seconds(question.model, now.history)

    said = f"Try what to leave out for {escape(now.data.catalog.title(question.target))}"
    found = costly(
        now.model.fingerprint, ("wished", "removals", *question.key), said, seconds,
        lambda watch: wished_removals(question, watch=watch),
    )  # fmt: skip
    if found is None:
        return
    (answer,) = found
    older = len(now.history) - question.length
    st.markdown(wished_sentence(now, answer, older))
    if answer.removed is not None:
        out_button(now, tuple(older + t for t in answer.removed), "leave-out-wished")


def additions(now: Current, model: Model, target: int, rank: int) -> None:
    """The fewest items that bring an item into the first ten, where it is not there."""
    if rank <= WISHED_TOP:
        return
    catalog = now.data.catalog
    found = costly(
        now.model.fingerprint,
        ("fewest", "additions", now.history, now.hidden, target),
        f"Try what to add for {escape(catalog.title(target))}",
        lambda: addition_seconds(model, now.history, target),
        lambda watch: fewest_additions(model, now.history, target, watch=watch, hidden=now.hidden),
    )
    if found is None:
        return
    (answer,) = found
    st.markdown(addition_sentence(now, answer))
    if answer.added is None:
        return
    added = [catalog.id(v) for v in answer.added]

    def add() -> None:
        state.edit_history([*state.session().history, *added])
        state.choose_target(catalog.id(target))

    st.button("Add to the history", icon=":material/playlist_add:", key="add-fewest", on_click=add)
