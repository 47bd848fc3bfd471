"""How does it choose?"""

import streamlit as st

from app import guide, state
from app.current import Current, current
from app.widgets.learn.tasks import seed_of
from app.widgets.learn.teaching import glossary, lesson_of, minutes, quiz
from app.widgets.learn.tour import SCENES, tour
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header
from app.widgets.shared.history import editor
from app.widgets.shared.loading import loaded


@st.fragment
def story(drawn: Current, seed: int) -> None:
    """The step; what is below it is `drawn` anew with the page, where the step changed what it is about."""
    now = current()
    if (now.model, now.history, seed_of()) != (drawn.model, drawn.history, seed):
        st.rerun()
    at = state.session().step or 0
    if at >= len(SCENES):
        state.notice(f"Learn has {len(SCENES)} steps, not {at + 1}; this is the first.")
        state.session().step = at = 0
    lesson_minutes = minutes()
    notices()
    if now.history:
        tour(now, loaded(now).model, at, lesson_minutes)
    else:
        header(guide.steps()[0].title)
        st.info("There is no history to follow through the model. Add an item, or start from a preset.")
    quiz(at, lesson_minutes)


now = current()
model = loaded(now).model
seed = seed_of()
story(now, seed)
editor(now, None)
glossary()
lesson_of(now, model, seed)
