"""How much experts are used over all users of the data set."""

import pandas as pd
import streamlit as st

from app import charts, resources
from app.current import Current
from app.look import palette
from app.look.numbers import percent
from app.sentences import ablation as said
from app.sentences.marking import escape
from app.widgets.shared.earned import earned_for
from app.widgets.shared.event_filters import over
from app.widgets.shared.expert_meanings import called
from app.widgets.shared.tables import table_behind
from app.widgets.shared.weights import in_percent, number_column, percent_column


def load_of_all(now: Current) -> None:
    """How much each expert is used, facet by facet."""
    looked_at = over(now)
    if looked_at is None:
        return
    earned_for(now, looked_at[0], said.routers)
    load = resources.load(now.model.name, now.data.name, *looked_at)
    numbers = [f"expert {n + 1}" for n in range(load.mean.shape[1])]
    frame = pd.DataFrame(in_percent(load.mean), columns=numbers)
    frame.insert(0, "facet", now.facets)
    frame["imbalance"] = load.imbalance
    frame["entropy"] = load.entropy
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            **{name: percent_column() for name in numbers},
            "imbalance": number_column("Coefficient of variation of the loads; 0 = all alike."),
            "entropy": number_column(
                "Mean entropy of a user's router weights over its maximum; 1 = always uniform, 0 = always one expert."
            ),
        },
    )
    st.caption(
        "Load: each expert's mean router weight at the position that predicts the held-out item, "
        f"n = {load.users:,} users."
    )
    table_behind(frame, "expert-loads")


def load_of_facet(now: Current, h: int) -> None:
    """How much each expert of a facet is used over all users."""
    looked_at = over(now, "filter-facet")
    if looked_at is None:
        return
    load = resources.load(now.model.name, now.data.name, *looked_at)
    N, mean, leads = load.mean.shape[1], load.mean[h], load.leads[h]
    names = called(now, h)
    labels = [f"{name}: load {percent(float(mean[e]))}" for e, name in enumerate(names)]
    st.plotly_chart(
        charts.distributions(labels, load.quantiles[:, h], [palette.expert(e) for e in range(N)]),
        key="expert-load",
        config={"displayModeBar": False},
        alt=f"Router weights of the experts of {now.facets[h]} over all users: " + "; ".join(labels),
    )
    said = ", ".join(f"{escape(name)} leads for {count:,}" for name, count in zip(names, leads.tolist(), strict=True))
    st.caption(
        f"Router weight where each user's held-out item is predicted, n = {load.users:,} users; load: its mean. "
        f"{said[0].upper()}{said[1:]}. Boxes are quartiles with the median; whiskers hold nine tenths."
    )
    table_behind(
        pd.DataFrame({"expert": names, "load": mean, "leads for": leads, "n": load.users}),
        "expert-load",
    )
