"""Why one item is where it is: its parts by facet, what would be without each, and the past items that matter."""

import pandas as pd
import streamlit as st

from app import charts, palette
from app.current import Current
from app.widgets import weights
from app.widgets.answer import has_popularity
from app.words import escape, ordinal, percent, signed
from fame.explain.driver import Evidence, name_driver, objection
from fame.explain.effects import Knockout
from fame.ranking.recommendation import Recommendation

PAST = 2  # past items named


def why(now: Current, asked: Recommendation, tested: Knockout, told: Evidence) -> None:
    """`asked` has the one item asked about, `tested` what became of it without each thing, `told` what drove it."""
    catalog = now.data.catalog
    rivals = len(catalog) - len(set(now.history))
    st.markdown(
        f"**{escape(catalog.title(tested.target))}** is {ordinal(tested.rank)} of {rivals:,} "
        f"with {percent(float(asked.probability[0]))}."
    )
    above = asked.above(0)
    by_family(now, told, tested.target, None if above is None else above - float(told.parts.sum()))
    if now.facets:
        by_facet(now, asked, tested)
    else:
        st.info("SASRec has no facets and no gate: its score has one part. What each past item does is below.")
    if len(asked.history) > 1:
        st.markdown("**Past items that matter most**")
        order = sorted(range(len(asked.history)), key=lambda t: -abs(tested.item_effect[t]))
        for t in order[:PAST]:
            title, place = escape(catalog.title(int(asked.history[t]))), ordinal(int(tested.item_rank[t]))
            st.markdown(f"- without *{title}*: {place} (log p {signed(-tested.item_effect[t])})")
        st.caption("Each was removed and the model run again.")


def by_family(now: Current, told: Evidence, target: int, rest: float | None) -> None:
    """The driver, or why none is named, with the evidence; `rest` is what goes with no family, None where no sum."""
    if not told.families:
        return
    driver, against = name_driver(told), escape(objection(told))
    st.markdown(f"**Driver: {escape(driver.name)}**" if driver else f"**No clear driver:** {against}.")
    catalog = now.data.catalog
    st.dataframe(
        pd.DataFrame(
            {
                "family": told.families,
                "part": [signed(part) for part in told.parts],
                "without it": [
                    f"{signed(-mean)} ± {error:.2f}" if real else "none measured"
                    for mean, error, real in zip(told.mean, told.error, told.measured, strict=True)
                ],
                # Last, since it may be long: the evidence stays in sight.
                "this item": [", ".join(catalog.values(name, target)) or "unknown" for name in told.families],
            }
        ),
        hide_index=True,
        column_config={
            "part": st.column_config.TextColumn(
                width=64, help="How much of its score, above the average item's, goes with its values of the family."
            ),
            "without it": st.column_config.TextColumn(
                help="What becomes of log p when the past says nothing of the family: its part of every past item is "
                "replaced by another item's, several times, and the model run again; ± the standard error over draws."
            ),
        },
    )
    st.caption(
        "A driver is named where the family that lifts an item most is also the one without which it falls most."
    )
    if rest is not None:
        most = "Most of what" if rest > float(told.parts.clip(min=0).sum()) else "What else"
        st.caption(f"{most} lifts it above the average item, popularity aside, goes with no attribute: {signed(rest)}.")


def by_facet(now: Current, asked: Recommendation, tested: Knockout) -> None:
    """The exact parts, and beside each gate weight what would be without the facet."""
    if asked.responsibilities is None:
        score_parts(now, asked)
    else:
        probability_shares(now, asked.responsibilities[0].tolist())
    st.dataframe(
        pd.DataFrame(
            {
                "facet": now.facets,
                "gate": weights.in_percent(asked.gate[-1]),
                "without it": [ordinal(int(rank)) for rank in tested.facet_rank],
                "kept": tested.facet_kept,
            }
        ),
        hide_index=True,
        column_config={
            "gate": weights.percent_column(92),
            "without it": st.column_config.TextColumn(width=68, help="Its rank when the facet's part is left out."),
            "kept": weights.kept_column(),
        },
    )
    st.caption(weights.say_little(now))


def score_parts(now: Current, asked: Recommendation) -> None:
    """What each facet adds to the score."""
    parts = asked.contributions[0].tolist()
    spoken = ", ".join(f"{name} {signed(part)}" for name, part in zip(now.facets, parts, strict=True))
    st.plotly_chart(
        charts.facet_parts(now.facets, parts, float(asked.bias[0]) if has_popularity(now) else None),
        key="facet-parts",
        alt=f"Parts of the score by facet: {spoken}",
        config={"displayModeBar": False},
    )
    st.caption("By how much each facet lifts it above the average item of the catalog. Exact: the bars add up.")


def probability_shares(now: Current, shares: list[float]) -> None:
    """Whose the probability is, in a mixture of softmaxes."""
    spoken = [percent(share) for share in shares]
    st.plotly_chart(
        charts.bars(now.facets, shares, [palette.facet(h) for h in range(len(shares))], spoken),
        key="facet-shares",
        alt="Share of each facet in the probability: "
        + ", ".join(f"{name} {share}" for name, share in zip(now.facets, spoken, strict=True)),
        config={"displayModeBar": False},
    )
    st.caption(
        "The share of its probability that is each facet's (responsibility). Exact: the shares make 100 %. This model "
        "mixes the facets' probabilities, so that its scores have no parts that add up."
    )
