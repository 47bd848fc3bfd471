"""What experts were found to speak for: in words for one, as tables for a facet's and for all."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app import measured
from app.current import Current
from app.sentences import ablation, meanings
from app.sentences import experts as said
from app.widgets.shared.earned import routers_earn
from app.widgets.shared.facet_meanings import stored
from app.widgets.shared.headings import with_terms
from app.widgets.shared.tables import with_download
from fame.errors import InputError
from fame.explain.meaning.records import Expert, Meaning
from fame.explain.trust.records.scorecard import ExpertMarks


def called(now: Current, h: int) -> list[str]:
    """A facet's experts for a label, in their order, with the names that were found for them."""
    found = stored(now)
    return [said.called(found, h, n) for n in range(int(now.model.config["experts"]))]


def turned_up(now: Current, h: int) -> list[str]:
    """What turning each of a facet's experts up does, and last how to read it; empty where that was not measured."""
    found = stored(now)
    if found is None or found.deeds is None:
        return []
    return [*(said.steered(one) for one in found.deeds.names if one.facet == h), said.steering(found.deeds)]


def what_they_do(now: Current) -> None:
    """What the experts do over all users, which is to be known before any of their weights is looked at."""
    found, ranked = stored(now), routers_earn(now)
    if ranked:
        st.markdown(ranked)
    else:
        st.caption(ablation.UNMEASURED)
    if found is None or found.deeds is None:
        st.caption(said.UNMEASURED)
    else:
        st.markdown(said.decide(found.deeds.done, found.deeds.users) if ranked else said.deeds(found.deeds))
    if marks := preference_marks(now):
        st.markdown(said.preferences(marks))
    owning(now)


def owning(now: Current) -> None:
    """In which facets experts have no items of their own, though they have in others."""
    if facets := now.model.config.get("ownerless"):
        st.caption(said.ownerless(facets))


def preference_marks(now: Current) -> ExpertMarks | None:
    """How well experts tell planted preferences, as stored; None where nothing that is about these weights is."""
    try:
        found = measured.scorecard(now.model)
    except InputError:
        return None
    return found.experts if found else None


def speaks(now: Current, h: int, n: int) -> None:
    """What one expert speaks for, in words, where that is stored."""
    found = stored(now)
    if found is None:
        st.info("Nobody has tested yet what it speaks for; the page Meaning does that.")
        return
    expert = next(expert for expert in found.experts if (expert.facet, expert.expert) == (h, n))
    if found.deeds:
        st.markdown(said.reason(found.deeds.names[h * int(now.model.config["experts"]) + n], found.derived))
    st.markdown(meanings.speaks(expert, found.events, found.derived))
    st.caption(
        "Over all users, not this history alone. Shares: of the newest items whose attribute is known. Hypergeometric "
        "test of every value of the newest item, corrected for "
        f"the number of tests (Benjamini-Hochberg); in all {found.found:,} values were found, chance would find "
        f"{found.by_chance:.1f}."
    )


def spoken_for(now: Current, h: int) -> None:
    """What each of a facet's experts speaks for, where that is stored."""
    found = stored(now)
    if found is None:
        return
    with_download(
        experts_frame(found, [expert for expert in found.experts if expert.facet == h]),
        "speaks-for",
        column_config=expert_columns(),
    )
    st.caption(
        "Speaks for: values that the newest item has more often where this expert leads than elsewhere. Reads like: "
        "experts that attend alike on average. Meaning says how it was tested."
    )


def expert_table(now: Current, found: Meaning) -> None:
    """What each expert speaks for, or that nothing is told from chance."""
    if now.model.config["experts"] == 1:
        st.markdown("This model has one expert a facet: there is nothing to tell apart.")
        return
    if found.deeds:
        with_terms(f"{said.deeds(found.deeds, routers_earn(now))} {said.selectivity(found.deeds.done)}")
    owning(now)
    st.markdown(sentence(found))
    frame = experts_frame(found, list(found.experts))
    frame.insert(0, "facet", [found.facets[expert.facet].facet for expert in found.experts])
    with_download(
        frame,
        "experts",
        height="content" if len(found.experts) <= 24 else "auto",
        column_config=expert_columns(),
    )
    st.caption(
        f"n = {found.events:,} users' histories before their held-out item. An expert speaks for a value if the "
        "newest item has it more often where the expert leads than elsewhere (hypergeometric test, Benjamini-Hochberg "
        "over all tests); behind it stand the share where it leads and that of all, each of the newest items whose "
        "attribute is known. Chance: the items' values "
        "permuted, 50 times."
    )


def sentence(found: Meaning) -> str:
    """How many experts speak for something, and how much of that chance would find."""
    speak = sum(bool(expert.speaks_for) for expert in found.experts)
    twins = sum(bool(expert.same_as) for expert in found.experts)
    return (
        f"{speak} of {len(found.experts)} experts speak for something, "
        f"{twins or 'none'} {'reads' if twins == 1 else 'read'} like another of the facet. "
        f"{found.found:,} values were found in all; chance would find {found.by_chance:.1f}."
    )


def experts_frame(found: Meaning, experts: Sequence[Expert]) -> pd.DataFrame:
    """What experts speak for, a row each."""
    named = {(one.facet, one.expert): one for one in found.deeds.names} if found.deeds else {}
    its = [named[expert.facet, expert.expert] for expert in experts] if named else []
    return pd.DataFrame(
        {
            "expert": [expert.expert + 1 for expert in experts],
            **({"called": [said.verdict(one) for one in its], "items": [one.items for one in its]} if its else {}),
            **({"without it": [said.fall(one) for one in its]} if its else {}),
            "leads in": [expert.events for expert in experts],
            "speaks for": [meanings.speaks_for(expert) or "nothing told from chance" for expert in experts],
            "reads like": [meanings.same_as(expert) or "no other" for expert in experts],
        }
    )


def expert_columns() -> dict[str, Any]:
    """What the columns are on hover."""
    return {
        "facet": st.column_config.TextColumn(width=96),
        "expert": st.column_config.NumberColumn(width=64),
        "called": st.column_config.TextColumn(
            width=160,
            help="Attribute values that are more frequent among its items that were kept out of training than chance "
            "would make them, if its items also fall more than others without it.",
        ),
        "items": st.column_config.NumberColumn(
            width=64,
            help="Items that belong to it: those nearest to its prototype or, where experts have none, those that are "
            "routed to it above its average where they are the whole history.",
        ),
        "without it": st.column_config.TextColumn(
            width=84, help="How many times as likely its items are then, against all others."
        ),
        "leads in": st.column_config.NumberColumn(
            width=84, help="Users for whom its router weight is the highest of its facet's experts."
        ),
        "speaks for": st.column_config.TextColumn(
            width="large", help="Values of the newest item: their share where the expert leads / of all users."
        ),
        "reads like": st.column_config.TextColumn(
            width=84, help="Experts of the facet whose attention is less than 0.01 bits apart, on average."
        ),
    }
