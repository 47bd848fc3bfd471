"""What differs between two models?"""

from dataclasses import replace

import streamlit as st

from app import resources
from app.comparisons import comparison, second_model
from app.current import current
from app.sentences import compare as say
from app.widgets.compare import users
from app.widgets.compare.choice import choose, incomparable
from app.widgets.compare.inside import inside
from app.widgets.compare.one_history import one_history
from app.widgets.compare.slices import slices
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header
from app.widgets.shared.page_links import onward
from app.widgets.shared.tracing import offer
from fame.compare.seeds import of_another_seed
from fame.errors import InputError


@st.fragment
def story() -> None:
    now = current()
    second = second_model(now)
    if second is None:
        notices()
        st.info("There is no other model of the same data to compare with: train one, such as a SASRec.")
        onward(now, {"train": "a model of your own"})
        return
    choose(now, second)
    other = replace(now, model=second, data=resources.dataset(second.dataset))
    for side in (now, other):
        try:
            resources.traced(side.model, side.data)
        except InputError as error:
            notices()
            offer(side, error)
            return
    try:
        chosen = comparison(now, second)
    except InputError as error:
        notices()
        incomparable(now, error)
        return
    some, number = users.listed(chosen)
    notices()
    st.markdown(say.headline(chosen.found, chosen.names))
    if of_another_seed(now.model, second):
        st.markdown(say.ONLY_SEED)
    if chosen.found.common:
        st.markdown(say.common(chosen.found.common, chosen.first.name, chosen.second.name))
    users.found_by(chosen)
    left, right = st.columns([4, 3], gap="large")
    with left:
        header("User by user")
        users.by_ranks(chosen)
    with right:
        header("How much")
        users.differences(chosen)
        st.markdown(say.lists(chosen.found))
    users.listing(now, chosen, some, number)
    header("For whom")
    slices(chosen)
    header("On one history")
    one_history(now, second)
    header("What goes with what inside")
    inside(chosen)
    onward(now, {"errors": "where this one is wrong", "meaning": "what each facet is"})


story()
