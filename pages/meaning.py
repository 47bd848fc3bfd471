"""What is each facet?"""

import streamlit as st

from app.current import current
from app.sentences import meanings
from app.widgets.meaning.drivers import truth, unchecked
from app.widgets.meaning.facets import cards, likeness, meaning, probe_matrix
from app.widgets.meaning.seeds import seeds
from app.widgets.shared.expert_meanings import expert_table
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header, with_terms
from app.widgets.shared.weights import plain_warning
from fame.architectures import titles


@st.fragment
def facets() -> None:
    now = current()
    notices()
    if not now.facets:
        st.info(
            f"{now.model.architecture.title} has no facets and no experts: there is nothing that could have a meaning. "
            f"Choose a {titles(facets=True)} model in the sidebar to see some."
            + (" What drives this model's recommendations is marked below." if now.data.truth is not None else "")
        )
        return
    plain_warning(now)
    found = meaning(now)
    if found is None:
        return
    with_terms(meanings.answer(found))
    header("Facet by facet")
    cards(now, found)
    st.caption(meanings.reading(found))

    left, right = st.columns([3, 2], gap="large")
    if found.families:
        with left:
            header("Which facet tells what?")
            probe_matrix(found)
    with right if found.families else left:
        header("Are the facets apart?")
        likeness(found)

    header("What does each expert speak for?")
    expert_table(now, found)
    header("Is it the seed?")
    seeds(now)


@st.fragment
def drivers() -> None:
    now = current()
    truth(now)
    unchecked(now)


facets()
drivers()
