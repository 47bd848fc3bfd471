"""Whether what a model learned comes out again from another seed."""

import streamlit as st

from app import models, resources, state
from app.current import Current
from app.sentences import compare as say
from app.sentences.marking import escape
from app.widgets.shared.page_links import go_to, onward
from fame.compare.seeds import siblings


def seeds(now: Current) -> None:
    """Facets, experts and explanations of the model beside those of one that was trained alike but for the seed."""
    others = siblings(now.model, models.usable().values())
    if not others:
        st.markdown(
            "One training does not tell what is the data's and what is chance. Train the same settings with another "
            "seed, and what comes out again is said here."
        )
        onward(now, {"train": "the same again, with another seed"})
        return
    other = others[0]
    if len(others) > 1:
        names = [one.name for one in others]
        other = others[names.index(st.selectbox("Trained alike but for the seed", names))]
    else:
        st.markdown(f"**{escape(other.name)}** was trained alike but for the seed. What comes out again:")
    facets, experts = resources.matched(now.model, other)
    explained = resources.explained_alike(now.model, other)
    lines = [say.matched(found, what) for found, what in ((facets, "facets"), (experts, "experts")) if found]
    st.markdown("\n".join(f"- {line}" for line in (*lines, *([say.explained(explained)] if explained else []))))
    if st.button("Compare the two"):
        state.choose_against(other.name)
        go_to("compare")
