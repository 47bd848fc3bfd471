"""What the gate would have had to be for an item to come first."""

import streamlit as st

from app import searches
from app.current import Current
from app.look.numbers import whole
from app.sentences.marking import escape, facet, together
from fame.explain.facets.wished_gate import WishedGate, wished_gate
from fame.explain.question import Question


def gate_for(now: Current, question: Question) -> None:
    """The nearest gate with which the item, which is not, is first; where the gate's weights add scores."""
    if not now.facets or not now.head.additive:
        return
    found = searches.once(now.model.fingerprint, ("wished gate", *question.key), lambda: wished_gate(question))
    st.markdown(sentence(found, now.facets, now.data.catalog.title(question.target)))


def sentence(found: WishedGate | None, facets: tuple[str, ...], title: str) -> str:
    """The weights that change, and how much of all weight that is; or that there is no such gate."""
    item = f"*{escape(title)}*"
    if found is None:
        return (
            f"**No gate does it.** However the facets are weighed, another item stands above {item}: what they say has "
            "to change."
        )
    moves = [
        f"{facet(name)} {whole(own)} → {whole(wished)}"
        for name, own, wished in zip(facets, found.own, found.gate, strict=True)
        if whole(own) != whole(wished)
    ]
    if not moves:
        return f"Almost the model's own: {item} is first where less than one percent of the weight is moved."
    same = "" if len(moves) == len(facets) else "; the others stay as they are"
    least = f"Of all gates that do it, this moves least weight: {whole(found.moved)}."
    return f"{item} is first with {together(moves)}{same}. {least}"
