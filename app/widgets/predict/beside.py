"""What the ranking is compared with: the pinned history's, or another model's of this history."""

import streamlit as st

from app import models, resources, state
from app.current import Current
from app.sentences.marking import escape
from app.users import find, hidden
from app.widgets.shared.second_model import choose_second
from fame.model import Model
from fame.ranking.recommend import recommend


def ranked_before(now: Current, model: Model, shown: int) -> list[int] | None:
    """Items of the ranking that this one is compared with, best first, and what it is; None where there is none.

    A pinned history comes before another model: two comparisons at once could not be told apart.
    """
    catalog, pinned, data = now.data.catalog, state.session().pinned, now.model.config["dataset_fingerprint"]
    others = [one for one in models.to_compare(now.model) if one.config["dataset_fingerprint"] == data]
    if pinned:
        items = catalog.indices(pinned[0])
        out = hidden(items, find(now.data, pinned[1], int(now.model.config["length"]))) if not now.keep else ()
        titles = " → ".join(catalog.title(item) for item in items)
        of = f" from user {pinned[1]}" if pinned[1] else ""
        first = " Unpin it to compare with another model." if now.against else ""
        st.caption(f"Compared with the pinned history{escape(of)}: {escape(titles)}.{first}")
        return recommend(model, items, shown, hidden=out).items.tolist()
    if now.against and now.against.name not in [one.name for one in others]:
        st.caption(f"{escape(now.against.name)} has other items, so that their rankings cannot be compared.")
        return None
    if others:
        choose_second("Moves against", others, now.against, none="no other model")
    if not now.against:
        return None
    st.caption(
        f"Moves are from where {escape(now.against.name)} has the item after this history; new is what it has not "
        f"among "
        f"its first {shown}, and what it has there alone stands below, struck out."
    )
    return recommend(resources.checkpoint(now.against.name).model, now.history, shown, hidden=now.hidden).items.tolist()
