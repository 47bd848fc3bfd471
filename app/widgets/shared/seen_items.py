"""Whose history it is and what is hidden because it was seen; and what came next, beside the ranking."""

import streamlit as st

from app import resources, state
from app.current import Current
from app.look.numbers import ordinal
from app.sentences.marking import escape


def whose(now: Current) -> None:
    """Under the strip: the user that the history is from, and what is therefore never recommended."""
    user = now.user
    if user is None:
        if now.keep:
            st.caption("Seen items are recommended like all others, as switched on in Predict.")
        return
    n = len(user.seen)
    what_they_saw = f"All {n:,} items that they have seen are" if n > 1 else "The one item that they have seen is"
    rule = f"{what_they_saw} {'recommended like all others' if now.keep else 'hidden, read or not'}."
    name = f"user {escape(user.id)}"
    if not user.edited:
        read, all_of = len(user.newest), len(user.older) + len(user.newest)
        what = f"the newest {read} of {items(all_of)}" if user.older else items(all_of)
        held = " before the one that was held out" if user.came is not None else ""
        st.caption(f"This is the history of **{name}**: {what}{held}. {rule}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Edited, from **{name}**: no longer what they saw. {rule}", width="stretch")
        own = [now.data.catalog.id(item) for item in user.newest]
        st.button(f"Back to user {user.id}", icon=":material/undo:", key="own-history", on_click=state.begin,
                  args=(own, user.id))  # fmt: skip


def items(count: int) -> str:
    """So many."""
    return "one item" if count == 1 else f"{count:,} items"


def repeats(now: Current) -> None:
    """The switch that has seen items recommended, too."""
    key = state.show("repeats", now.keep)
    st.toggle(
        "Recommend what was seen, too",
        now.keep,
        key=key,
        help="Off: no item that was seen is recommended, and a held-out item that was seen before counts in no "
        "measure. On: seen items are ranked with all others, here and in every explanation.",
        on_change=lambda: state.choose_repeats("keep" if state.read(key) else ""),
    )


def held_out(now: Current) -> None:
    """What really came next and its rank, as `evaluate` counts it; only of a history that nobody edited."""
    user = now.user
    if user is None or user.edited:
        return
    if user.came is None:
        st.caption(f"User {escape(user.id)} has too few items to hold one out.")
        return
    title, item = f"*{escape(now.data.catalog.title(user.came))}*", now.data.catalog.id(user.came)
    rank = resources.held_out_rank(now.model.name, now.data, user.row, now.repeats)
    if rank is None:
        st.markdown(
            f"**Held out:** {title}, which they had seen before. It is not recommended, and counts in no measure."
        )
        return
    of = len(now.data.catalog) - len(now.hidden)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Held out:** {title} really came next. It is {ordinal(rank)} of {of:,}.", width="stretch")
        if now.target != user.came:
            st.button("Ask about it", key="held-out", on_click=state.choose_target, args=(item,))
