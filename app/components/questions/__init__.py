"""Questions that are answered before a lesson and after it. The browser keeps the answers; nothing of them is sent."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from app.components.source import script, style
from app.guide import LessonQuestion

Round = Literal["before", "after"]

_questions = st.components.v2.component(
    "fame_questions",
    html=(
        '<div class="root"><form></form><div class="buttons">'
        '<button type="button" class="keep">Keep my answers</button>'
        '<button type="button" class="save" hidden>Save them as a file</button>'
        '<button type="button" class="forget" hidden>Delete them</button></div>'
        '<p class="said" role="status"></p></div>'
    ),
    js=script(__file__),
    css=style(__file__),
)


def questions(asked: Sequence[LessonQuestion], asked_at: Round, *, key: str) -> None:
    """Ask them; after the last round it is told what is right, and how many were right before."""
    _questions(key=key, data={"questions": [vars(one) for one in asked], "round": asked_at})
