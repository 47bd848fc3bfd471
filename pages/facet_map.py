"""What do the facets see?"""

import numpy as np
import pandas as pd
import streamlit as st
import torch

from app import palette, resources, state
from app.components.linked_map import Panel, linked_map
from app.current import current
from app.widgets import answer as answers
from app.widgets.coloring import by_family
from app.widgets.editor import editor
from app.widgets.frame import notices
from app.widgets.loading import loaded
from app.words import escape
from fame.errors import InputError
from fame.explain.neighbours import neighbours
from fame.ranking.recommend import recommend

NEAR = 8


@st.fragment
def story() -> None:
    now = current()
    notices()
    try:
        maps = resources.maps(now.model)
    except InputError as error:
        st.info(escape(str(error)))
        return
    model = loaded(now).model
    catalog, session = now.data.catalog, state.session()
    answer = recommend(model, now.history, 10) if now.history else None
    editor(now, answer.gate if answer else None)

    row = {int(item): r for r, item in enumerate(maps.items)}
    families = [family.name for family in catalog.families]
    if families:
        family = st.segmented_control("Colour by", families, default=families[0], required=True, key="map-family")
    coloring = by_family(catalog, maps.items, family if families else None)

    def selected(rows: list[int]) -> None:
        session.selected = [catalog.id(int(maps.items[r])) for r in rows]

    def focused(r: int) -> None:
        session.focus = catalog.id(int(maps.items[r]))

    linked_map(
        [
            Panel(
                space.name,
                palette.NEUTRAL if i == 0 else palette.facet(i - 1),
                space.xy,
                f"trust {space.trustworthiness:.2f} · continuity {space.continuity:.2f}",
            )
            for i, space in enumerate(maps.spaces)
        ],
        titles=[catalog.title(int(item)) for item in maps.items],
        chips=[" · ".join(catalog.chips(int(item))) for item in maps.items],
        coloring=coloring,
        history=[row[item] for item in now.history if item in row],
        top=[row[int(item)] for item in answer.items if int(item) in row] if answer else [],
        selected=[row[catalog.index(item)] for item in session.selected if item in catalog],
        focus=row.get(catalog.index(session.focus)) if session.focus in catalog else None,
        key="map",
        on_select=selected,
        on_focus=focused,
    )
    shown = "all" if len(maps.items) == maps.of else f"a random {len(maps.items):,} of the"
    st.caption(
        f"UMAP of {shown} {maps.of:,} items by cosine distance, 15 neighbours, seed {maps.seed}. Trust: are neighbours "
        "on the map neighbours in the facet; continuity: the other way round (k = 15; 1 is perfect). Near means alike; "
        "the distance between far groups, and their shape, mean little."
    )

    if session.selected:
        titles = [catalog.title(catalog.index(item)) for item in session.selected]
        st.header(f"{len(titles)} selected")

        def add() -> None:
            state.edit_history([*session.history, *session.selected[:20]])

        few = min(20, len(titles))
        st.button(
            f"Add {'the' if few == len(titles) else 'the first'} {few} to the history",
            on_click=add,
            icon=":material/add:",
        )
        chips = [" · ".join(catalog.chips(catalog.index(item))) for item in session.selected]
        st.dataframe(pd.DataFrame({"title": titles, "attributes": chips}), hide_index=True)

    st.header("Neighbours, facet by facet")
    middle = st.selectbox(
        "Item",
        range(1, len(catalog) + 1),
        format_func=catalog.title,
        key=f"middle-{session.focus}",
        filter_mode="contains",
        index=catalog.index(session.focus) - 1 if session.focus in catalog else (now.history or (1,))[-1] - 1,
    )
    with torch.inference_mode():
        near = neighbours(model, middle, NEAR)
    st.dataframe(
        pd.DataFrame({f"near by {name}": [catalog.title(int(item)) for item in items] for name, items in near.items()}),
        hide_index=True,
        column_config={f"near by {name}": st.column_config.TextColumn(width="medium") for name in near},
    )
    st.caption(
        f"The {NEAR} items nearest to *{escape(catalog.title(middle))}* by cosine in each space itself, not on its map."
    )
    answers.table_behind(
        pd.DataFrame(
            {"title": [catalog.title(int(item)) for item in maps.items]}
            | {
                f"{space.name} {axis}": np.round(space.xy[:, k], 3)
                for space in maps.spaces
                for k, axis in enumerate("xy")
            }
        ),
        "facet-map",
    )


st.title("What do the facets see?")
st.markdown(
    "The same items, as each facet arranges them. Draw around a group in one map and see where it lies in the others."
)
story()
