"""What is each facet?"""

import streamlit as st

from app import verdicts
from app.current import current
from app.widgets.frame import notices
from app.widgets.meaning import cards, likeness, meaning, plain_warning, probe_matrix
from app.widgets.specialists import expert_table
from app.widgets.truth import truth


@st.fragment
def facets() -> None:
    now = current()
    notices()
    if not now.facets:
        st.info(
            "SASRec has no facets and no experts: there is nothing that could have a meaning. Choose a FAME model in "
            "the sidebar to see some."
            + (" What drives this model's recommendations is marked below." if now.data.truth is not None else "")
        )
        return
    plain_warning(now)
    found = meaning(now)
    if found is None:
        return
    st.markdown(verdicts.answer(found))
    st.header("Facet by facet")
    cards(now, found)
    st.caption(verdicts.reading(found))

    left, right = st.columns([3, 2], gap="large")
    if found.families:
        with left:
            st.header("Which facet tells what?")
            probe_matrix(found)
    with right if found.families else left:
        st.header("Are the facets apart?")
        likeness(found)

    st.header("What does each expert speak for?")
    expert_table(now, found)


@st.fragment
def drivers() -> None:
    truth(current())


st.title("What is each facet?")
facets()
drivers()
