"""The linked maps alone: `?n=900` points, `panels=5`, `long=1` (a history of 40), `plain=1` (no history, no top)."""

import numpy as np
import streamlit as st

from app.components.linked_map import Coloring, MapPanel, linked_map
from tests.browser.components.films import FACETS, FILMS, TRICKY

GENRES = ("action", "animation", "comedy", "crime", "documentary", "drama", "horror", "romance", "thriller")
PALETTE = ("#4C78A8", "#F58518", "#54A24B", "#E45756", "#72B7B2", "#B79A20", "#B279A2", "#FF9DA6", "#9D755D", "#6F6F6F")

st.set_page_config(page_title="Maps", layout="wide")
query, session = st.query_params, st.session_state
for name, value in (("selected", []), ("focus", None), ("said", [])):
    session.setdefault(name, value)
n, count = int(query.get("n", 900)), int(query.get("panels", 5))


@st.cache_data
def spaces(n: int, count: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Maps of planted clusters: each panel groups the same points in its own way."""
    draw = np.random.default_rng(7)
    codes = draw.integers(-1, len(GENRES), n)
    found = []
    for panel in range(count):
        group = codes if panel < 2 else draw.integers(0, 5 + 2 * panel, n)
        centres = draw.normal(0, 4, (30, 2))
        found.append((centres[group] + draw.normal(0, 0.9, (n, 2))).astype(np.float32))
    return found, codes


maps, codes = spaces(n, count)
titles = [f"{FILMS[i % len(FILMS)][0][:-7]} {i // len(FILMS)}" if i >= len(FILMS) else FILMS[i][0] for i in range(n)]
titles[7] = TRICKY
chips = ["" if code < 0 else GENRES[code] for code in codes]


def selected(rows: list[int]) -> None:
    session.selected = rows
    session.said.append(f"select {len(rows)} {sum(rows)}")


def focused(row: int) -> None:
    session.focus = row
    session.said.append(f"focus {row}")


@st.fragment
def story() -> None:
    linked_map(
        [
            MapPanel(name, color, xy, f"trust {0.91 - 0.04 * k:.2f} · continuity {0.94 - 0.02 * k:.2f}")
            for k, (xy, (name, color)) in enumerate(
                zip(maps, [("item space", "#8A8F98"), *((f.name, f.color) for f in FACETS)], strict=False)
            )
        ],
        titles=titles,
        chips=chips,
        coloring=Coloring("genre", codes, GENRES, PALETTE),
        history=[] if "plain" in query else [(37 * k) % n for k in range(40 if "long" in query else 5)],
        top=[] if "plain" in query else [(91 * k + 5) % n for k in range(10)],
        selected=session.selected,
        focus=session.focus,
        key="map",
        on_select=selected,
        on_focus=focused,
    )
    st.button("Forget the selection", on_click=lambda: session.update(selected=[]))
    for line in session.said:
        st.text(line)


st.title("What do the facets see?")
story()
