"""Whether gate, routers and facets earn their place, before any weight of theirs is looked at."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from app import measured, state
from app.current import Current
from app.sentences import ablation as said
from app.sentences.marking import escape
from app.widgets.shared.loading import loaded
from app.widgets.shared.long_search import costly
from fame.data import leave_one_out, parse_history
from fame.error_analysis.conditions import parse
from fame.errors import InputError
from fame.explain.trust.records.ablation import Ablation

FEWEST = 20  # users
BY_RANK = ("rank", "kind", "tag", "probability")  # filters that look at how the truth was ranked


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


def earned_for(now: Current, users: tuple[int, ...] | None, tell: Callable[[Ablation], str]) -> None:
    """Whether parts earn their place for some users, rows of the data set, when that is asked for; `tell` says it."""
    from fame.explain.trust.ablation import ablation
    from fame.explain.trust.cost import ablation_seconds
    from fame.model import Faceted
    from fame.ranking.evaluation import counted

    model = loaded(now).model
    if users is None or not isinstance(model, Faceted):
        return
    test = leave_one_out(now.data.histories).test
    events = counted(test.only(np.isin(test.users, users)))
    if len(events.targets) < FEWEST:
        st.caption(f"These are too few to ask whether a part earns its place for them: {FEWEST} are needed.")
        return
    found = costly(
        now.model.fingerprint,
        ("ablation", "chosen", users),
        f"Does it earn its place for these {len(events.targets):,}?",
        lambda: ablation_seconds(model, events),
        lambda watch: ablation(model, events, watch=lambda done, of: watch(min(0.99, done / of))),
    )
    if found is None:
        return
    st.markdown(f"For these: {tell(found[0])}", help=said.reading(found[0]))
    if any(parse(text).column in BY_RANK for text in parse_history(state.session().where)):
        st.caption(said.CHOSEN_BY_RANK)


def routers_earn(now: Current) -> str:
    """Of the routers; empty where nobody has measured it."""
    found = ablated(now)
    return "" if found is None else said.routers(found)
