"""Which held-out events are looked at: chips that can be taken away, wherever events stand behind what is shown."""

import streamlit as st

from app import state
from app.current import Current
from app.resources import Chosen
from app.sentences.events import words
from app.sentences.marking import escape
from app.traces import Selection, selection, toggled, users
from fame.errors import InputError


def chips(chosen: Selection, key: str = "filter") -> None:
    """A button a condition, which drops it."""
    if not chosen.where:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}s"):
        for number, condition in enumerate(chosen.where):
            st.button(
                escape(words(condition, chosen.title)),
                icon=":material/close:",
                key=f"{key}-{number}",
                help="Drop this filter",
                on_click=state.choose_events,
                args=(toggled(chosen, [condition]),),
            )
        if len(chosen.where) > 1:
            st.button("Drop all", key=f"{key}-none", type="tertiary", on_click=state.choose_events, args=("",))


def who() -> str:
    """Whom a heading is about."""
    return "the chosen users" if state.session().where else "all users"


def over(now: Current, key: str = "filter") -> tuple[Chosen] | None:
    """The users that are looked at, in a tuple, and the chips that say so; None where the filters keep nobody."""
    if not state.session().where:
        return (None,)
    try:
        chosen = selection(now.model, now.data)
    except InputError as error:
        st.warning(f"All users are shown: the filters in the link cannot be applied. {escape(str(error))}")
        return (None,)
    if not chosen.where:
        return (None,)
    found = users(chosen)
    chips(chosen, key)
    if not found:
        st.info("No user is left by these filters; drop one.")
        return None
    many = f"these {len(found):,} users" if len(found) > 1 else "this one user"
    st.markdown(f"Over **{many}** of {len(chosen.events):,}, as chosen on Errors.")
    return (found,)
