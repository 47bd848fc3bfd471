"""Gate and router over all users of the data set."""

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, resources, state
from app.current import Current
from app.groups import FEWEST, MOST, group_names
from app.look import palette
from app.look.numbers import percent
from app.sentences.marking import escape, plain_facet
from app.widgets.shared.facet_choice import choose_facet
from app.widgets.shared.history import take_user
from app.widgets.shared.tables import table_behind
from app.widgets.shared.weights import in_percent, number_column, percent_column


def gate_by_group(now: Current, h: int) -> None:
    """How one facet's gate weight is distributed in groups of users; a group's middle user can be looked at."""
    names, by = group_names(now.data), now.by
    key = state.show("by", by)
    with st.container(horizontal=True, gap="large"):
        choose_facet(now, h, "facet-of-all")
        st.segmented_control(
            "Users by",
            names,
            default=by,
            key=key,
            required=True,
            on_change=lambda: state.choose_grouping(state.read(key)),
        )
    everyone = resources.population(now.model.name, now.data.name)
    groups = resources.groups(now.model.name, now.data, by)
    if not groups:
        st.info("No group has five users, too few to show a distribution.")
        return
    facet, labels = now.facets[h], [f"{group.name} (n = {len(group.rows):,})" for group in groups]
    gates = [everyone.gate[group.rows, h] for group in groups]
    picked = st.plotly_chart(
        charts.distributions(labels, gates, [palette.facet(h)] * len(groups)),
        key="gate-groups",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"Gate weight of {plain_facet(facet)} by {by}: "
        + "; ".join(f"{label} median {percent(float(np.median(gates[g])))}" for g, label in enumerate(labels)),
    )
    st.caption(
        f"Gate weight of {escape(plain_facet(facet))} where each user's held-out item is predicted, "
        f"n = {len(everyone.length):,} users. Boxes are quartiles with the median; whiskers hold nine tenths. Groups "
        f"of fewer than {FEWEST} and all but the {MOST} largest are left out."
    )
    points = picked.selection.points
    if points and 0 <= int(points[0]["customdata"]) < len(groups):
        g = int(points[0]["customdata"])
        middle_user(now, labels[g], len(groups), groups[g].rows, gates[g])
    table_behind(
        pd.DataFrame(
            [
                {"group": group.name, "n": len(group.rows), "mean": gate.mean()}
                | {f"{q:.0%}": np.quantile(gate, q) for q in (0.05, 0.25, 0.5, 0.75, 0.95)}
                for group, gate in zip(groups, gates, strict=True)
            ]
        ),
        "gate-by-group",
    )


def middle_user(now: Current, label: str, of: int, rows: np.ndarray, gate: np.ndarray) -> None:
    """The way from a group to somebody in it."""
    middle = int(np.argsort(gate, kind="stable")[len(gate) // 2])
    user = int(resources.population(now.model.name, now.data.name).users[rows[middle]])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"1 selected of {of}: **{escape(label)}**; in the middle is user {escape(now.data.users[user])} with "
            f"{percent(float(gate[middle]))}."
        )
        st.button(
            "Look at this history", icon=":material/person_search:", on_click=take_user, args=(now, user), key="middle"
        )


def expert_load(now: Current) -> None:
    """How much each expert is used, facet by facet."""
    everyone = resources.population(now.model.name, now.data.name)
    load = everyone.router.mean(0)  # (H, N)
    names = [f"expert {n + 1}" for n in range(load.shape[1])]
    frame = pd.DataFrame(in_percent(load), columns=names)
    frame.insert(0, "facet", now.facets)
    frame["imbalance"] = load.std(1) / load.mean(1)
    frame["entropy"] = everyone.router_entropy().mean(0)
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            **{name: percent_column() for name in names},
            "imbalance": number_column("Coefficient of variation of the loads; 0 = all alike."),
            "entropy": number_column(
                "Mean entropy of a user's router weights over its maximum; 1 = always uniform, 0 = always one expert."
            ),
        },
    )
    st.caption(
        "Load: each expert's mean router weight at the position that predicts the held-out item, "
        f"n = {len(everyone.length):,} users."
    )
    table_behind(frame, "expert-loads")
