"""What facets and experts do for one item: fair shares, and what becomes of it without each."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, searches
from app.charts import ScoreSplit
from app.current import Current
from app.look import palette
from app.look.numbers import factor, ordinal, times
from app.sentences.marking import escape, facet
from app.widgets.shared import weights
from app.widgets.shared.expert_meanings import called
from app.widgets.shared.facet_choice import choose_missing
from app.widgets.shared.headings import small_with_terms
from app.widgets.shared.tables import table_behind
from fame.explain.facets.effects import ExpertEffects, FacetShares, expert_effects, facet_shares
from fame.explain.question import Question, QuestionError
from fame.explain.records import worst

SHOWN = 5  # experts


def shared(now: Current, question: Question) -> FacetShares:
    """Exact Shapley values of the facets, and what leaving out each does; `QuestionError` where they are too many."""
    key = ("facet shares", now.missing, question.key)
    return searches.once(now.model.fingerprint, key, lambda: facet_shares(question, now.missing))


def facets(now: Current, question: Question, gate: np.ndarray) -> None:
    """Exact Shapley values of the facets beside leaving each out."""
    if now.head.droppable:
        choose_missing(now.missing)
    try:
        shares = shared(now, question)
    except QuestionError as error:
        st.caption(escape(str(error)))
        return
    colors = [palette.facet(h) for h in range(len(now.facets))]
    ways = [
        ScoreSplit(title, now.facets, parts, colors, texts=[f"× {factor(part)}" for part in parts])
        for title, parts in (("fair share", shares.values.tolist()), ("left out alone", shares.alone.tolist()))
    ]
    spoken = ", ".join(f"{name} {times(share)}" for name, share in zip(now.facets, shares.values, strict=True))
    st.plotly_chart(
        charts.splits(ways), key="facet-shares", config={"displayModeBar": False},
        alt=f"What each facet does for the probability, fair shares: {spoken}",
    )  # fmt: skip
    st.caption(
        f"How many times as likely it is with the facet; on hover in nats, of {what(question)}. Fair share: exact "
        f"Shapley value over all {2 ** len(now.facets)} sets of facets; all against none, "
        f"{times(float(shares.values.sum()))}. Left out alone: against what it is then."
    )
    table_behind(
        pd.DataFrame(
            {
                "facet": now.facets,
                "gate": gate,
                "fair share": shares.values,
                "left out alone": shares.alone,
                "rank without it": [ordinal(int(rank)) for rank in shares.rank_without],
                "of": what(question),
            }
        ),
        "facet-shares",
    )
    small_with_terms(weights.say_little(now))


def what(question: Question) -> str:
    """What is shared out."""
    return "log p" if question.rival is None else "log p of the one less log p of the other"


def experts_sentence(found: ExpertEffects, names: Sequence[str]) -> str:
    """The expert without which the item comes last of all, and whether it loses its place at all."""
    N = found.effect.shape[1]
    fallen = worst(found.rank, found.rank_without.ravel(), found.effect.ravel())
    if fallen is None:
        return "No one expert decides: leaving out any one of them does not lower the item."
    name = f"{fallen % N + 1} of the {facet(names[fallen // N])}"
    rank = int(found.rank_without.ravel()[fallen])
    return f"Without expert {name} the item would be {ordinal(rank)}; without any other it would not be lower."


def experts(now: Current, question: Question, router: np.ndarray) -> None:
    """The experts without which the item falls furthest; `router` is (H, N)."""
    key, names = ("expert effects", question.key), now.facets
    found = searches.once(now.model.fingerprint, key, lambda: expert_effects(question))
    N = found.effect.shape[1]
    if N == 1:
        st.markdown("Each facet has one expert, which is the facet.")
        return
    order = np.argsort(-found.effect.ravel(), kind="stable")
    st.markdown(experts_sentence(found, names))
    frame = pd.DataFrame(
        {
            "facet": [names[place // N] for place in order],
            "expert": [called(now, int(place // N))[place % N].removeprefix("expert ") for place in order],
            "router": weights.in_percent(router.ravel()[order]),
            "without it": [ordinal(int(found.rank_without.ravel()[place])) for place in order],
            "fall": found.effect.ravel()[order],
        }
    )
    shown = frame[:SHOWN].assign(fall=[factor(-fall) for fall in frame["fall"][:SHOWN]])
    st.dataframe(
        shown.rename(columns={"fall": "times as likely"}),
        hide_index=True,
        column_config={
            "expert": st.column_config.TextColumn(width="small"),
            "router": weights.percent_column(92, "router"),
            "times as likely": st.column_config.TextColumn(
                width=96, help="Without it, its weight going to its siblings; in nats in the numbers behind this."
            ),
        },
    )
    table_behind(frame, "expert-effects")
