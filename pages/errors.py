"""Where is it wrong, for whom, and why?"""

import streamlit as st

from app.current import Current, current
from app.sentences.errors import headline
from app.traces import Selection, selection
from app.widgets.errors import overview
from app.widgets.errors.event import event
from app.widgets.errors.events import listing, opened, table
from app.widgets.errors.export import export
from app.widgets.shared.event_filters import chips
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header
from app.widgets.shared.page_links import onward
from app.widgets.shared.tracing import offer
from fame.errors import InputError


@st.fragment
def story() -> None:
    now = current()
    try:
        chosen = selection(now.model, now.data)
    except InputError as error:
        notices()
        offer(now, error)
        return
    listed, number = listing(chosen), opened(chosen)
    notices()
    st.markdown(headline(chosen.analysis()))
    chips(chosen)
    if not len(chosen.rows):
        return
    export(listed)
    overview.bands(chosen)
    if number is None:
        groups(chosen)
        header("One by one")
        left = st.container()
    else:
        left, right = st.columns([5, 4], gap="large")
        with right.container(border=True):
            event(now, listed, number)
    with left:
        by_event, by_first = st.tabs(["Events", "Wrong firsts"])
        with by_event:
            table(listed, number)
        with by_first:
            overview.firsts(chosen)
    if number is not None:
        groups(chosen)
    ends(now)


def groups(chosen: Selection) -> None:
    left, right = st.columns([4, 3], gap="large")
    with left:
        header("For whom")
        overview.slices(chosen)
    with right:
        header("What kind of errors")
        overview.kinds(chosen)


def ends(now: Current) -> None:
    onward(
        now, {"why": "which past items, for one history", "gates": "which facet speaks", "experts": "which preference"}
    )


story()
