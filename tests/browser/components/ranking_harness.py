"""The ranking alone: `?n=12` rows, `moves=1`, `plain=1` (no facets), `shares=1`, `tricky=1`, `shuffle=1` (reorders)."""

import random

import streamlit as st

from app.components.ranking import RankedRow, ranking
from tests.browser.components.films import FACETS, FILMS, TRICKY

st.set_page_config(page_title="Ranking", layout="wide")
query, session = st.query_params, st.session_state
session.setdefault("chosen", None)
session.setdefault("said", [])


def parts(seed: int) -> tuple[float, ...]:
    draw = random.Random(seed)
    if "shares" in query:
        sizes = [draw.random() for _ in FACETS]
        return tuple(size / sum(sizes) for size in sizes)
    return tuple(draw.gauss(0.9 - 0.05 * seed, 0.9) for _ in FACETS)


def rows() -> list[RankedRow]:
    films = list(enumerate(FILMS[: int(query.get("n", 12))]))
    if "tricky" in query:
        films.append((len(films), (TRICKY, ("<b>bold</b>",))))
    if "shuffle" in query and session.chosen:
        films.reverse()
    plain, before = "plain" in query, [4, 1, 2, 0, 5, 9, 7, 0, 3, 10, 0, 12, 8]
    return [
        RankedRow(
            f"m{seed}", rank, *film, probability=0.0735 * 0.83**rank, parts=() if plain else parts(seed),
            bias=None if plain or "shares" in query else 0.5 - 0.06 * seed,
            before=before[(rank - 1) % len(before)] if "moves" in query else None,
        )
        for rank, (seed, film) in enumerate(films, start=1)
    ]  # fmt: skip


def chosen(item: str) -> None:
    session.chosen = item
    session.said.append(f"choose {item}")


@st.fragment
def answer() -> None:
    left, _ = st.columns([3, 2])
    with left:
        ranking(
            rows(),
            [] if "plain" in query else FACETS,
            key="ranking",
            chosen=session.chosen,
            on_choose=chosen,
            gone=["Vertigo (1958)", "Chinatown (1974)"] if "moves" in query else [],
            shares="shares" in query,
            note="This model has no facets, so its score has no parts to show." if "plain" in query else "",
        )
    for line in session.said:
        st.text(line)


st.title("What comes next?")
answer()
