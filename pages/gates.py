"""Which facet speaks, and when?"""

import streamlit as st

from app import resources
from app.current import current
from app.sentences.marking import plain_facet
from app.sentences.recommendation import exactly, first_driven
from app.widgets.gates import gate as parts
from app.widgets.gates.user_groups import gate_by_group
from app.widgets.shared.earned import gate_earns
from app.widgets.shared.event_filters import who
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header, with_terms
from app.widgets.shared.history import editor
from app.widgets.shared.loading import loaded
from app.widgets.shared.page_links import onward
from app.widgets.shared.position import halves, place
from fame.architectures import titles
from fame.explain.facets.effects import facet_knockouts
from fame.explain.facets.weights import facet_spread
from fame.explain.families.evidence import evidence
from fame.model import Faceted
from fame.ranking.recommend import recommend


@st.fragment
def story() -> None:
    now = current()
    model = loaded(now).model
    notices()
    if not isinstance(model, Faceted):
        title, wanted = model.architecture.title, titles(facets=True)
        st.info(
            f"{title} has no gate: it is one score without facets. Choose a {wanted} model in the sidebar to see gates."
        )
        editor(now, None)
        return
    gate_earns(now)
    if not now.history:
        editor(now, None, choosable=True)
        everybody(now.facet or 0)
        return
    at = place(now)
    gates = recommend(model, now.history, 1, hidden=now.hidden).gate
    gate = gates[at.position]
    found, spread = facet_knockouts(model, at.seen, now.missing, at.hidden), facet_spread(model, at.seen)
    h = int(found.overlap.argmin()) if now.facet is None else now.facet
    told = evidence(model, resources.anatomy(now.model.name, now.data), at.seen, found.top[:1].tolist())[0]
    with_terms(f"{parts.sentence(now, at, gate, spread, found)} {first_driven(told)}".rstrip(), exactly(told))
    editor(now, gates, choosable=True)

    left, right = halves(at)
    with left:
        header("Gate along the history")
        parts.gate_squares(now, at, gates, h)
    with right:
        header(f"What each facet does after item {at.number}")
        parts.contributed(now, at, gate, spread, found)
    parts.say_little(now)
    header(f"Knocked out after item {at.number}")
    parts.knocked_out(now, found, h)
    inside = f"which preference inside {plain_facet(now.facets[h])}"
    onward(now, {"experts": inside, "why": "what if the gate weighed otherwise"})
    everybody(h)


def everybody(h: int) -> None:
    header(f"Over {who()}")
    gate_by_group(current(), h)


story()
