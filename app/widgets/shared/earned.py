"""Whether gate, routers and facets earn their place, before any weight of theirs is looked at."""

import streamlit as st

from app import measured
from app.current import Current
from app.sentences import ablation as said
from app.sentences.marking import escape
from fame.errors import InputError
from fame.explain.trust.records.ablation import Ablation


def ablated(now: Current) -> Ablation | None:
    """What is stored with the model; None where nothing that is about its weights can be read."""
    try:
        return measured.ablation(now.model)
    except InputError:
        return None


def gate_earns(now: Current) -> None:
    """Of the gate and every facet; what to do where nobody has measured it, or it cannot be read."""
    try:
        found = measured.ablation(now.model)
    except InputError as error:
        st.caption(escape(str(error)))
        return
    if found is None:
        st.caption(said.UNMEASURED)
        return
    st.markdown(f"{said.gate(found)} {said.facets(found)}", help=said.reading(found))


def routers_earn(now: Current) -> str:
    """Of the routers; empty where nobody has measured it."""
    found = ablated(now)
    return "" if found is None else said.routers(found)
