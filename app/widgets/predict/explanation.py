"""Why one item is where it is: its driver, its parts in two ways, and what would be without a facet or a past item."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import charts
from app.current import Current
from app.look import palette
from app.look.numbers import ordinal, percent, signed, times
from app.sentences.marking import escape, plain_facet, told_apart
from app.sentences.recommendation import amount, asked_of, derived_lift, driver_name, exactly, lifted_by
from app.widgets.shared import weights
from app.widgets.shared.headings import small_with_terms
from app.widgets.shared.recommendation import has_popularity, of_its_audience
from app.widgets.shared.score_split import by_facet, by_family, derived_of, no_family
from app.widgets.shared.tables import table_behind, with_download
from fame.explain.families.driver import Evidence, objection
from fame.explain.families.lift import foremost
from fame.explain.families.verdict import DriverVerdict, about, verdict
from fame.explain.records import Knockout
from fame.ranking.recommendation import Recommendation

PAST = 2  # past items named
LIKELIEST = 5  # attributes whose chance is shown by itself
NOT_ASKED = (
    " Derived families follow from what users took; their parts are of what the attributes leave. Of these the "
    "audience alone has a probability, by weights that were learned among attributes."
)


def why(now: Current, asked: Recommendation, tested: Knockout, told: Evidence) -> None:
    """`asked` has the one item asked about, `tested` what became of it without each thing, `told` what drove it."""
    above = asked.above(0)
    st.markdown(place_sentence(now, asked, tested))
    if not now.facets:
        title = now.model.architecture.title
        st.info(f"{title} has no facets and no gate: its score is split by attribute alone.")
    rest = None if above is None else above - float(told.parts.sum())
    if told.families:
        said = driver_sentence(told, rest, float(asked.bias[0]), of_its_audience(now, tested.target))
        st.markdown(said, help=exactly(told) or None)
        chances(told)
    parts(now, asked, told, rest)


def behind(now: Current, asked: Recommendation, tested: Knockout, told: Evidence) -> None:
    """What was run for it, folded away: without each attribute, and without each facet."""
    above = asked.above(0)
    if told.families:
        with st.expander("Without each attribute"):
            rest = None if above is None else above - float(told.parts.sum())
            driver(now, told, tested.target, rest, float(asked.bias[0]))
    if now.facets:
        with st.expander("Without each facet"):
            without_facets(now, asked, tested)


def place_sentence(now: Current, asked: Recommendation, tested: Knockout) -> str:
    """Which of how many the item is."""
    others = len(now.data.catalog) - len(now.hidden)
    return (
        f"**{escape(now.data.catalog.title(tested.target))}** is {ordinal(tested.rank)} of {others:,} "
        f"with {percent(float(asked.probability[0]))}."
    )


def driver_sentence(told: Evidence, rest: float | None, bias: float, with_these: Sequence[str] = ()) -> str:
    """The driver among its attributes and what speaks against it, after what lifts the item more than any of them."""
    lift, found, against = foremost(told.parts.tolist(), rest, bias), verdict(told), escape(objection(told))
    said = driver_verdict(found, told) if told.asked.families else ""
    if against and said:
        said += f" {'But' if found.kind == 'unclear' else 'Against that'}: {against}."
    if lift is not None and (name := derived_lift(told, lift)):
        what = lifted_by(name, with_these)
        return f"{what[0].upper()}{what[1:]} {amount(lift.part, lift.whole)}. {said}".rstrip()
    if lift is None or lift.source == "family":
        return said
    none = "no family" if told.derived else "no attribute"
    what = f"What lifts it most goes with {none}" if lift.source == "rest" else "Its popularity lifts it most"
    return f"{what} {amount(lift.part, lift.whole)}. {said}".rstrip()


def driver_verdict(found: DriverVerdict, told: Evidence) -> str:
    """The driver with its probability, or that there is none that is clear."""
    if found.kind == "unclear":
        return "**No clear driver.**"
    names = " or ".join(driver_name(told, name) for name in found.names) or "nothing known about the items"
    return f"**Driver:** {names}{',' if found.kind == 'family' else ':'} {about(found)}."


def chances(told: Evidence) -> None:
    """How likely each family is to have driven it, as one bar, the likeliest first; none where that is not known."""
    found = told.chances
    if found is None:
        return
    first, others = found.ranked[:LIKELIEST], sum(p for _, p in found.ranked[LIKELIEST:])
    shown = [*first, *([(f"other {asked_of(told)}", others)] if others else []), ("nothing known", found.none)]
    st.plotly_chart(
        charts.whole(
            "how likely each drove it",
            [name for name, _ in shown],
            [share for _, share in shown],
            [*[palette.ATTRIBUTE] * (len(shown) - 1), palette.NEUTRAL],
        ),
        key="chances",
        alt=f"How likely each of its {asked_of(told)} drove it: "
        + ", ".join(f"{name} {percent(share)}" for name, share in shown),
        config={"displayModeBar": False},
    )


def driver(now: Current, told: Evidence, target: int, rest: float | None, bias: float) -> None:
    """The evidence by which a driver is named, or none."""
    catalog, beside = now.data.catalog, [] if rest is None else [(no_family(now, told.families), rest)]
    derived = derived_of(now, told.families)
    kinds = ["derived" if name in derived else "given" for name in told.families]
    if rest is not None and has_popularity(now):
        beside.append(("popularity", bias))
    with_download(
        pd.DataFrame(
            {
                "family" if derived else "attribute": [*told.families, *(name for name, _ in beside)],
                **({"kind": kinds + [""] * len(beside)} if derived else {}),
                "part": [signed(part) for part in [*told.parts, *(part for _, part in beside)]],
                "without it": [
                    *(
                        f"{signed(-mean)} ± {error:.2f}" if real else "none measured"
                        for mean, error, real in zip(told.mean, told.error, told.measured, strict=True)
                    ),
                    *["not asked"] * len(beside),
                ],
                # Last, since it may be long: the evidence stays in sight.
                "this item": [
                    *(", ".join(catalog.values(name, target)) or "unknown" for name in told.families),
                    *[""] * len(beside),
                ],
            }
        ),
        "driver",
        column_config={
            "part": st.column_config.TextColumn(
                width=64, help="How much of its score, above the average item's, goes with its values of the attribute."
            ),
            "without it": st.column_config.TextColumn(
                width=112,
                help="What becomes of log p when the past says nothing of the attribute: its part of every past item "
                "is replaced by another item's, several times, and the model run again; ± the standard error of them.",
            ),
        },
    )
    st.caption(
        "A driver is named where its probability is half or more. It grows with the part and with the fall, in nats "
        "and beside what is usual after this history for items drawn at random."
        + (NOT_ASKED if derived and told.asked.families else ""),
        help=exactly(told) or None,
    )


def parts(now: Current, asked: Recommendation, told: Evidence, rest: float | None) -> None:
    """What lifts it above the average item, by facet and by attribute; `rest` goes with none, None where no sum."""
    bias = float(asked.bias[0])
    ways = [by_family(now, told.families, told.parts, rest, bias)] if told.families else []
    if asked.responsibilities is not None:
        probability_shares(now, asked.responsibilities[0].tolist())
    elif now.facets:
        ways.insert(0, by_facet(now, asked.contributions[0], bias))
    if not ways:
        return
    spoken = "; ".join(
        f"{way.title}: " + ", ".join(f"{n} {signed(p)}" for n, p in zip(way.said, way.parts, strict=True))
        for way in ways
    )
    st.plotly_chart(
        charts.splits(ways), key="parts", alt=f"Parts of the score, {spoken}", config={"displayModeBar": False}
    )
    if rest is None:
        st.caption("Above: how much of its log-probability goes with its attributes, read facet by facet; not a sum.")
    else:
        total = signed(sum(ways[0].parts))
        both = f"both add up to {total}" if len(ways) > 1 else f"they add up to {total}"
        filled = " Filled: facets; outlined: attributes." if len(ways) > 1 else ""
        if told.derived:
            filled += " Dotted: families derived from who takes what, and when."
        st.caption(f"By how much each part lifts it above the average item. Exact: {both}.{filled}")
    table_behind(
        pd.DataFrame(
            [(way.title, name, part) for way in ways for name, part in zip(way.names, way.parts, strict=True)],
            columns=["split", "what", "part"],
        ),
        "parts",
    )


def probability_shares(now: Current, shares: list[float]) -> None:
    """Whose the probability is, where scores are no sums."""
    spoken = [percent(share) for share in shares]
    st.plotly_chart(
        charts.bars(now.facets, shares, [palette.facet(h) for h in range(len(shares))], spoken),
        key="facet-shares",
        alt="Share of each facet in the probability: "
        + ", ".join(f"{plain_facet(name)} {share}" for name, share in zip(now.facets, spoken, strict=True)),
        config={"displayModeBar": False},
    )
    st.caption(
        "The share of its probability that is each facet's (responsibility). Exact: the shares make 100\u00a0%. This "
        "model mixes the facets' probabilities, so that its scores have no parts that add up."
    )


def without_facets(now: Current, asked: Recommendation, tested: Knockout) -> None:
    """Beside each gate weight what would be without the facet."""
    with_download(
        pd.DataFrame(
            {
                "facet": now.facets,
                "gate": weights.in_percent(asked.gate[-1]),
                "without it": [ordinal(int(rank)) for rank in tested.facet_rank],
                "kept": tested.facet_kept,
            }
        ),
        "without-facets",
        column_config={
            "gate": weights.percent_column(92, "gate"),
            "without it": st.column_config.TextColumn(width=68, help="Its rank when the facet's part is left out."),
            "kept": weights.kept_column(),
        },
    )
    small_with_terms(weights.say_little(now))


def past(now: Current, asked: Recommendation, tested: Knockout) -> None:
    """The past items that matter most, with what became of the item without each."""
    catalog = now.data.catalog
    if len(asked.history) < 2:
        st.caption("The history has one item: there is nothing to weigh it against.")
        return
    st.markdown("**Past items that move its probability most**")
    order = sorted(range(len(asked.history)), key=lambda t: -abs(tested.item_effect[t]))
    names, lines = told_apart([catalog.title(int(item)) for item in asked.history]), []
    for t in order[:PAST]:
        rank = ordinal(int(tested.item_rank[t]))
        lines.append(f"- without {names[t]}: {rank} ({times(-tested.item_effect[t])})")
    st.markdown("\n".join(lines))
    nats = ", ".join(f"log p {signed(-tested.item_effect[t])}" for t in order[:PAST])
    st.caption(f"Each of the {len(order)} was removed by itself and the model run again.", help=f"In nats: {nats}.")
