"""Gate and router over all users of the data set."""

import pandas as pd
import streamlit as st

from app import charts, palette, resources
from app.current import Current
from app.widgets.groups import by_group, group_names
from app.widgets.weights import in_percent, number_column, percent_column


def gate_by_group(now: Current) -> None:
    """How one facet's gate weight is distributed in groups of users."""
    left, right = st.columns(2)
    facet = left.selectbox("Facet", range(len(now.facets)), format_func=lambda h: now.facets[h])
    grouping = right.selectbox("By", group_names(now.data))
    everyone = resources.population(now.model.name, now.data.name)
    groups = by_group(now.data, everyone, grouping)
    st.plotly_chart(
        charts.distributions(
            [f"{name} (n = {len(rows):,})" for name, rows in groups],
            [everyone.gate[rows, facet] for _, rows in groups],
            palette.facet(facet),
        ),
        key="gate-groups",
        config={"displayModeBar": False},
        alt=f"Distribution of the gate weight of {now.facets[facet]} by {grouping}",
    )
    st.caption(
        "The gate at the position that predicts each user's held-out item. Boxes are quartiles, whiskers reach "
        "1.5 times their distance. Groups of fewer than five users are left out."
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
