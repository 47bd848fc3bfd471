"""How does it choose?"""

import streamlit as st

from app import guide, state
from app.current import current
from app.widgets.learn.tasks import seed_of
from app.widgets.learn.teaching import aside, minutes
from app.widgets.learn.tour import SCENES, tour
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header
from app.widgets.shared.history import editor
from app.widgets.shared.loading import loaded

now = current()
model = loaded(now).model
at = state.session().step or 0
if at >= len(SCENES):
    state.notice(f"Learn has {len(SCENES)} steps, not {at + 1}; this is the first.")
    state.session().step = at = 0
lesson_minutes = minutes()
seed_of()  # what is wrong with the link is said before all else
notices()
if now.history:
    tour(now, model, at, lesson_minutes)
else:
    header(guide.steps()[0].title)
    st.info("There is no history to follow through the model. Add an item, or start from a preset.")
editor(now, None)
aside(now, model, at)
