"""A question with a few answers, and what running the model says of the one that was guessed."""

from collections.abc import Mapping

import streamlit as st

from app import state
from app.current import Current
from app.sentences.tour import GuessOutcome

SHORT = 18  # letters of answers that stand beside each other


def ask(now: Current, step: int, question: str, answers: Mapping[str, str], about: str = "") -> str | None:
    """Ask, and give what was guessed: one of the keys of `answers`, whose values are shown; None until then.

    A guess is of one model, one history and what else it is `about`: where these change, it is asked again.
    """
    asked = f"{step}|{now.model.fingerprint}|{now.history}|{about}"
    known = state.session().guesses.get(asked)
    known = known if known in answers else None
    key = state.show(f"guess-{step}", known)
    st.radio(
        question, list(answers), index=None if known is None else [*answers].index(known), key=key,
        horizontal=max(map(len, answers.values())) <= SHORT, format_func=lambda answer: answers[answer],
        on_change=lambda: state.guess(asked, state.read(key) or ""),
    )  # fmt: skip
    return known


def judge(verdict: GuessOutcome) -> None:
    """Say whether the guess was right, in a word and in a sign, and what was found."""
    word, icon = ("Right", ":material/check:") if verdict.right else ("Not so", ":material/close:")
    st.info(f"**{word}.** {verdict.text}", icon=icon)
