"""The two models, chosen in the heading, and what to do where they cannot be compared."""

import streamlit as st

from app import models, state
from app.current import Current
from app.sentences.marking import escape
from app.widgets.shared.second_model import choose_second
from fame.checkpoint.description import Description
from fame.errors import InputError


def choose(now: Current, second: Description) -> None:
    """Two boxes beside each other, and a button that lets them change places."""
    found = models.usable()
    left, right, swap = st.columns([5, 5, 2], vertical_alignment="bottom")
    with left:
        names = list(found)
        widget = state.show("first", now.model.name)

        def take() -> None:
            model = found[state.read(widget)]
            state.choose_against(second.name)
            state.choose_model(model.name, model.dataset)

        st.selectbox("This model", names, names.index(now.model.name), key=widget, on_change=take)
    with right:
        choose_second("Against", models.to_compare(now.model), second)
    with swap:
        st.button("Swap", icon=":material/swap_horiz:", on_click=exchange, args=(now.model, second), width="stretch")


def exchange(first: Description, second: Description) -> None:
    """Each takes the other's place."""
    state.choose_against(second.name)
    state.choose_model(second.name, second.dataset)


def incomparable(now: Current, why: InputError) -> None:
    """Why two models cannot be compared, and which could be."""
    st.info(escape(str(why)))
    same = [one.name for one in models.to_compare(now.model) if one.dataset == now.model.dataset]
    if same:
        st.markdown(f"Tested on the same users as {escape(now.model.name)}: {', '.join(map(escape, same))}.")
