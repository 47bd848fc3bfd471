"""The gate over all users of the data set, in groups."""

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, resources, state
from app.current import Current
from app.look import palette
from app.look.numbers import percent
from app.sentences import ablation as said
from app.sentences.marking import escape, plain_facet
from app.widgets.shared.earned import earned_for
from app.widgets.shared.event_filters import over
from app.widgets.shared.facet_choice import choose_facet
from app.widgets.shared.history import take_user
from app.widgets.shared.tables import table_behind
from fame.explain.facets.groups import FEWEST_USERS, MOST_GROUPS, WEIGHT_QUANTILES, group_names, last_item_s


def gate_by_group(now: Current, h: int) -> None:
    """How one facet's gate weight is distributed in groups of users; a group's middle user can be looked at."""
    names, by = group_names(now.data), now.by
    derived = {last_item_s(family) for family in now.data.catalog.derived}
    key = state.show("by", by)
    with st.container(horizontal=True, gap="large"):
        choose_facet(now, h, "facet-of-all")
        st.segmented_control(
            "Users by",
            names,
            default=by,
            key=key,
            required=True,
            wrap=True,
            format_func=lambda name: f"*{escape(name)}*" if name in derived else escape(name),
            on_change=lambda: state.choose_grouping(state.read(key)),
        )
    looked_at = over(now)
    if looked_at is None:
        return
    (chosen,) = looked_at
    earned_for(now, chosen, lambda found: f"{said.gate(found)} {said.facets(found)}")
    n = resources.load(now.model.name, now.data.name, chosen).users
    groups = resources.groups(now.model.name, now.data, by, chosen)
    if not groups:
        st.info("No group has five users, too few to show a distribution.")
        return
    facet, labels = now.facets[h], [f"{group.name} (n = {len(group.rows):,})" for group in groups]
    quantiles = np.stack([group.quantiles[:, h] for group in groups], 1)
    picked = st.plotly_chart(
        charts.distributions(labels, quantiles, [palette.facet(h)] * len(groups)),
        key="gate-groups",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"Gate weight of {plain_facet(facet)} by {by}: "
        + "; ".join(f"{label} median {percent(float(quantiles[2, g]))}" for g, label in enumerate(labels)),
    )
    st.caption(
        f"Gate weight of {escape(plain_facet(facet))} where each user's held-out item is predicted, n = {n:,} users. "
        "Boxes are quartiles with the median; whiskers hold nine tenths. "
        f"Groups of fewer than {FEWEST_USERS} and all but the {MOST_GROUPS} largest are left out."
    )
    points = picked.selection.points
    if points and 0 <= int(points[0]["customdata"]) < len(groups):
        g = int(points[0]["customdata"])
        row = int(resources.population(now.model.name, now.data.name, chosen).users[groups[g].middle[h]])
        middle_user(now, labels[g], len(groups), now.data.users[row], float(groups[g].middle_gate[h]))
    table_behind(
        pd.DataFrame(
            [
                {"group": group.name, "n": len(group.rows), "mean": group.mean[h]}
                | {percent(q): weight for q, weight in zip(WEIGHT_QUANTILES, group.quantiles[:, h], strict=True)}
                for group in groups
            ]
        ),
        "gate-by-group",
    )


def middle_user(now: Current, label: str, of: int, user: str, gate: float) -> None:
    """The way from a group to the user in its middle, who has that gate weight."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"1 selected of {of}: **{escape(label)}**; in the middle is user {escape(user)} with {percent(gate)}."
        )
        st.button(
            "Look at this history",
            icon=":material/person_search:",
            on_click=take_user,
            args=(now, user),
            key="middle",
        )
