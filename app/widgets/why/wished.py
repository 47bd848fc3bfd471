"""What would have been needed for an item to come first, of the gate, and of the history."""

import streamlit as st

from app.current import Current
from app.look.numbers import ordinal
from app.sentences.marking import escape
from app.widgets.shared.headings import header
from app.widgets.why.counterfactual import additions, removals_for
from app.widgets.why.wished_gate import gate_for
from fame.explain.question import Question
from fame.model import Model


def needed(now: Current, model: Model, wished: int, rank: int) -> None:
    """All that was tried for an item that comes at that rank, unless it is first."""
    if rank == 1:
        return
    header("What would have been needed?")
    st.markdown(f"*{escape(now.data.catalog.title(wished))}* comes {ordinal(rank)}. For it to be first:")
    question = Question.about(model, now.history, wished, hidden=now.hidden)
    gate_for(now, question)
    removals_for(now, question)
    additions(now, model, wished, rank)
