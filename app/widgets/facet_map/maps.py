"""The maps of the items, linked, and what can be done with a selection or a single item on them."""

import numpy as np
import pandas as pd
import streamlit as st

from app import state
from app.components.linked_map import MapPanel, linked_map
from app.current import Current
from app.look import palette
from app.sentences.marking import escape
from app.widgets.facet_map.coloring import by_family
from app.widgets.shared.headings import header
from app.widgets.shared.item_choice import choice
from app.widgets.shared.tables import with_download
from fame.maps.store import Maps

ADDED = 20  # items of a selection that are added to the history at most


def atlas(now: Current, maps: Maps, top: list[int]) -> None:
    """All maps with the history and the catalog indices `top` drawn on them; selections go to the session."""
    catalog, session = now.data.catalog, state.session()
    row = {int(item): r for r, item in enumerate(maps.items)}
    families, derived = [family.name for family in catalog.families], {family.name for family in catalog.derived}
    family = None
    if families:
        family = st.segmented_control(
            "Colour by", families, default=families[0], required=True, wrap=True, key="map-family",
            format_func=lambda name: f"*{escape(name)}*" if name in derived else escape(name),
        )  # fmt: skip
        if derived:
            st.caption("Slanted: derived from who takes what, and when; the others were given for the items.")

    def selected(rows: list[int]) -> None:
        session.selected = [catalog.id(int(maps.items[r])) for r in rows]

    def focused(r: int) -> None:
        session.focus = catalog.id(int(maps.items[r]))

    linked_map(
        [
            MapPanel(
                space.name,
                palette.NEUTRAL if i == 0 else palette.facet(i - 1),
                space.xy,
                f"trust {space.trustworthiness:.2f} · continuity {space.continuity:.2f}",
            )
            for i, space in enumerate(maps.spaces)
        ],
        titles=[catalog.title(int(item)) for item in maps.items],
        chips=[" · ".join(catalog.chips(int(item))) for item in maps.items],
        coloring=by_family(catalog, maps.items, family),
        history=[row[item] for item in now.history if item in row],
        top=[row[item] for item in top if item in row],
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


def selection(now: Current) -> None:
    """The items selected on the maps, and the way from them to a history."""
    catalog, session = now.data.catalog, state.session()
    if not session.selected:
        return
    few = session.selected[:ADDED]
    header(f"{len(session.selected)} selected")
    which = "the" if len(few) == len(session.selected) else "the first"
    st.button(
        f"Add {which} {len(few)} to the history",
        icon=":material/add:",
        on_click=lambda: state.edit_history([*session.history, *few]),
    )
    indices = catalog.indices(session.selected)
    chips = [" · ".join(catalog.chips(item)) for item in indices]
    with_download(pd.DataFrame({"title": [catalog.title(i) for i in indices], "attributes": chips}), "selected-items")


def middle_item(now: Current) -> int:
    """The item whose neighbours are asked for: the one chosen or clicked on a map, else the newest of the history."""
    catalog, session = now.data.catalog, state.session()
    item = catalog.index(session.focus) if session.focus in catalog else (now.history or (1,))[-1]

    def focus(item_id: str) -> None:
        session.focus = item_id

    choice(now, "middle", "Item", focus, item, tuple(dict.fromkeys([item, *now.history])))
    return item


def neighbour_table(now: Current, item: int, near: dict[str, np.ndarray]) -> None:
    """The nearest items, a column a space."""
    catalog = now.data.catalog
    columns = {f"near by {name}": [catalog.title(int(i)) for i in items] for name, items in near.items()}
    wide = {name: st.column_config.TextColumn(width="medium") for name in columns}
    with_download(pd.DataFrame(columns), "neighbours", column_config=wide)
    st.caption(f"Nearest to *{escape(catalog.title(item))}* by cosine in each space itself, not on its map.")


def coordinates(now: Current, maps: Maps) -> pd.DataFrame:
    """The maps as a table."""
    titles = [now.data.catalog.title(int(item)) for item in maps.items]
    places = {f"{s.name} {axis}": np.round(s.xy[:, k], 3) for s in maps.spaces for k, axis in enumerate("xy")}
    return pd.DataFrame({"title": titles} | places)
