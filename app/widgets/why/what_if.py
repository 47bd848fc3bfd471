"""What would come first if facets or experts weighed otherwise, or past items were left out: the ranking, live.

A slider stands for one weight. What was not touched stays as the model has it, so that slider, sentence, link and model
say the same numbers, however fast a slider is moved.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import state
from app.current import Current
from app.interventions import UNCHANGED, Interventions, route, weigh
from app.sentences.marking import escape, plain_facet
from app.widgets.shared.expert_meanings import called, turned_up
from app.widgets.shared.headings import with_terms
from app.widgets.shared.recommendation import answer_list, table
from app.widgets.shared.tables import table_behind
from app.widgets.why.counterfactual import fewest
from fame.explain.facets.what_if import Answer, WeightError, reweigh
from fame.model import Model

SHOWN = 10
TOGETHER = (
    "Only what you move changes: the other weights stay as they are, and together they may come to more or less than "
    "100\u00a0%."
)
IN_PROPORTION = (
    "Only what you move changes: the other weights stay as they are. Where together they come to more or less than "
    "100\u00a0%, their proportions are what is mixed."
)


def what_if(now: Current, model: Model) -> None:
    """Interventions on the left, the ranking on the right."""
    own = answered(model, now, UNCHANGED)
    left, right = st.columns([3, 4], gap="large")
    with left:
        try:
            found = answered(model, now, now.changed)
        except WeightError as error:
            st.warning(escape(str(error)))
            found = own
        fewest(now, model)
        if now.facets:
            gate(now, found)
            router(now, found, int(np.argmax(own.gate)) if now.facet is None else now.facet)
    with right:
        said(now, own, found)
        answer_list(
            now,
            found.ranking,
            key="what-if",
            chosen=now.target or int(own.ranking.items[0]),
            on_choose=state.choose_target,
            before=own.ranking.items.tolist() if now.changed else None,
        )
        table_behind(table(now, found.ranking), "what-if")


def answered(model: Model, now: Current, changed: Interventions) -> Answer:
    """The ranking with these interventions."""
    return reweigh(
        model,
        now.history,
        {h: share / 100 for h, share in changed.gate.items()},
        {place: share / 100 for place, share in changed.router.items()},
        changed.without,
        SHOWN,
        now.hidden,
    )


def said(now: Current, own: Answer, found: Answer) -> None:
    """What the interventions did to the first item, and the way back."""
    changed = now.changed
    first = f"*{escape(now.data.catalog.title(int(own.ranking.items[0])))}*"
    if not changed:
        way = "Move a slider or leave items out" if now.facets else "Leave items out"
        st.markdown(f"The model's own: {first} comes first. {way}, and the ranking follows.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"With **{listed(now)}**, {became(now, own, found)}", width="stretch")
        back = UNCHANGED.apply
        st.button("Back to the model's own", icon=":material/undo:", key="own", on_click=back)
    if changed.gate and not found.gate.any():
        rest = "popularity alone ranks" if now.model.config["popularity"] else "every item scores the same"
        st.info(f"Every facet is switched off: {rest}.")
    elif any(not found.router[h].any() for h in range(len(now.facets))) and changed.router:
        st.info("A facet with every expert switched off reads nothing of the history.")


def became(now: Current, own: Answer, found: Answer) -> str:
    """What comes first then, and how much of the ranking is left."""
    before, after = own.ranking.items.tolist(), found.ranking.items.tolist()
    first, then = (f"*{escape(now.data.catalog.title(items[0]))}*" for items in (before, after))
    came = f"{first} stays first" if before[0] == after[0] else f"{then} comes first, not {first}"
    return f"{came}; {len(set(before) & set(after))} of {len(before)} stay."


def listed(now: Current) -> str:
    """The interventions in a few words."""
    facets, changed = [escape(plain_facet(name)) for name in now.facets], now.changed
    some = [f"{facets[h]} at {share}\u00a0%" for h, share in sorted(changed.gate.items())]
    some += [
        f"{escape(called(now, h)[n])} of {facets[h]} at {share}\u00a0%"
        for (h, n), share in sorted(changed.router.items())
    ]
    if changed.without:
        several = len(changed.without) > 1
        some.append(f"item{'s' * several} {', '.join(str(t + 1) for t in changed.without)} left out")
    return "; ".join(some)


def gate(now: Current, found: Answer) -> None:
    """A slider a facet."""
    with_terms("**Gate**: how much each facet weighs")
    st.caption(TOGETHER if now.head.droppable else IN_PROPORTION)
    for (h, name), place in zip(enumerate(now.facets), in_pairs(len(now.facets)), strict=True):
        chosen = now.changed.gate.get(h)
        with place:
            slide(f"weight-{h}", name, float(found.gate[h]), chosen, partial(weigh, now.model, h))


def router(now: Current, found: Answer, h: int) -> None:
    """A slider an expert of the facet in view, which no slider changes."""
    N = int(now.model.config["experts"])
    if N == 1:
        st.caption("Each facet has one expert: there is nothing to route.")
        return
    key = state.show("router-facet", now.facets[h])
    with_terms("**Router**: how much each expert weighs inside a facet")
    st.segmented_control(
        "Facet",
        now.facets,
        default=now.facets[h],
        key=key,
        required=True,
        wrap=True,
        label_visibility="collapsed",
        on_change=lambda: state.choose_facet(state.read(key)),
    )
    steered = turned_up(now, h)
    for n, (name, place) in enumerate(zip(called(now, h), in_pairs(N), strict=True)):
        chosen, weight = now.changed.router.get((h, n)), float(found.router[h, n])
        with place:
            slide(f"route-{h}-{n}", name, weight, chosen, partial(route, now.model, h, n))
            if steered:
                st.caption(steered[n])
    if steered:
        st.caption(steered[-1])


def in_pairs(n: int) -> list[DeltaGenerator]:
    """Places for so many sliders, two beside each other, in reading order also where they stand in one column."""
    return [place for _ in range(0, n, 2) for place in st.columns(2)][:n]


def slide(widget: str, name: str, weight: float, chosen: int | None, change: Callable[[int], None]) -> None:
    """One weight, chosen or the model's own."""
    shown = round(100 * weight) if chosen is None else chosen
    key = state.show(widget, shown)
    label = escape(name) if chosen is None else f"{escape(name)}: chosen"
    st.slider(label, 0, 100, shown, key=key, format="%d\u00a0%%", on_change=lambda: change(state.read(key)))
