"""The strip alone: `?n=12` films, `limit=`, `repeat=1`, `tricky=1`, `slow=1` (a server that takes half a second)."""

import time

import streamlit as st

from app.components.strip import Card, strip
from tests.browser.components.films import FACETS, FILMS, TRICKY, weights

st.set_page_config(page_title="Strip", layout="wide")
query, session = st.query_params, st.session_state
catalog = {f"m{i}": film for i, film in enumerate(FILMS)} | {"evil": (TRICKY, ("<b>bold</b>",))}
if "history" not in session:
    session.history = [f"m{i % len(FILMS)}" for i in range(int(query.get("n", 6)))]
    session.history += ["m0", "m0"] if "repeat" in query else []
    session.history += ["evil"] if "tricky" in query else []
    session.said, session.sent, session.chosen = [], 0, None


def edited(ids: list[str], number: int) -> None:
    session.history, session.sent = ids, number
    session.said.append("edit " + " ".join(ids))


def chosen(position: int) -> None:
    session.chosen = position
    session.said.append(f"choose {position}")


@st.fragment
def editor() -> None:
    st.title("What comes next?")
    if "slow" in query:
        time.sleep(0.5)
    st.button("Add Alien", on_click=lambda: session.history.append("m5"))
    limit = int(query.get("limit", 50))
    strip(
        [
            Card(item, *catalog[item], gate=weights(place, 4) if place >= len(session.history) - limit else ())
            for place, item in enumerate(session.history)
        ],
        FACETS,
        key="strip",
        empty="No films yet: search above to add the first",
        on_edit=edited,
        on_choose=chosen,
        chosen=session.chosen,
        limit=limit,
        sent=session.sent,
    )
    for line in session.said:
        st.text(line)


editor()
