"""What comes next after this history, and why that item?"""

import pandas as pd
import streamlit as st

from app import charts, state
from app.current import current
from app.widgets import answer as answers
from app.widgets import weights
from app.widgets.editor import editor
from app.widgets.frame import notices
from app.widgets.loading import loaded
from app.words import escape, ordinal, percent, signed
from fame.explain.knockout import knockout
from fame.ranking.recommend import recommend, take_apart

SHOWN = 20


@st.fragment
def story() -> None:
    now = current()
    notices()
    model = loaded(now).model
    if not now.history:
        editor(now, None)
        return
    catalog = now.data.catalog
    answer = recommend(model, now.history, SHOWN)
    target = now.target or int(answer.items[0])
    asked = take_apart(model, now.history, [target])
    tested = knockout(model, now.history, target)

    st.markdown(answers.sentence(now, asked, 0, tested))
    editor(now, answer.gate)

    ranking, why = st.columns([5, 3], gap="large")
    with ranking:
        st.header("Next")
        pinned = state.session().pinned
        before = None
        if pinned is not None:
            before = recommend(model, catalog.indices(pinned), SHOWN).items.tolist()
            st.caption(
                "Compared with the pinned history: "
                + escape(" → ".join(catalog.title(catalog.index(i)) for i in pinned))
            )
        answers.answer_list(now, answer, key="ranking", chosen=target, on_choose=state.choose_target, before=before)
        answers.table_behind(answers.table(now, answer), "ranking")
    with why:
        st.header("Why this one?")
        st.markdown(
            f"**{escape(catalog.title(target))}** is {ordinal(tested.rank)} "
            f"of {len(catalog) - len(set(now.history)):,} with {percent(float(asked.probability[0]))}."
        )
        if now.facets:
            bias = float(asked.bias[0]) if answers.has_popularity(now) else None
            st.plotly_chart(
                charts.facet_parts(now.facets, asked.contributions[0].tolist(), bias),
                key="facet-parts",
                alt="Parts of the score by facet: "
                + ", ".join(
                    f"{name} {signed(part)}" for name, part in zip(now.facets, asked.contributions[0], strict=True)
                ),
                config={"displayModeBar": False},
            )
            st.caption("By how much each facet lifts it above the average item of the catalog. Exact: the bars add up.")
            st.dataframe(
                pd.DataFrame(
                    {
                        "facet": now.facets,
                        "gate": weights.in_percent(answer.gate[-1]),
                        "without it": [ordinal(int(rank)) for rank in tested.facet_rank],
                        "kept": tested.facet_kept,
                    }
                ),
                hide_index=True,
                column_config={
                    "gate": weights.percent_column(),
                    "without it": st.column_config.TextColumn(
                        width=76, help="Its rank when the facet's part is left out."
                    ),
                    "kept": weights.kept_column(),
                },
            )
            st.caption(weights.WEIGHTS_SAY_LITTLE)
        else:
            st.info("SASRec has no facets and no gate: its score has one part. What each past item does is below.")
        if len(answer.history) > 1:
            st.markdown("**Past items that matter most**")
            order = sorted(range(len(answer.history)), key=lambda t: -abs(tested.item_effect[t]))
            for t in order[:2]:
                title = escape(catalog.title(int(answer.history[t])))
                st.markdown(
                    f"- without *{title}*: {ordinal(int(tested.item_rank[t]))} (log p {signed(-tested.item_effect[t])})"
                )
            st.caption("Each was removed and the model run again.")


st.title("What comes next?")
story()
