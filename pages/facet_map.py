"""What do the facets see?"""

import streamlit as st

from app import resources
from app.current import current
from app.sentences.marking import escape
from app.widgets.facet_map.maps import atlas, coordinates, middle_item, neighbour_table, selection
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header, with_terms
from app.widgets.shared.history import editor
from app.widgets.shared.loading import loaded
from app.widgets.shared.missing_maps import offer_maps
from app.widgets.shared.tables import table_behind
from fame.errors import InputError
from fame.explain.facets.neighbours import neighbours
from fame.maps.store import NoMapsError
from fame.ranking.recommend import recommend

NEAR = 8


@st.fragment
def story() -> None:
    now = current()
    if now.facets:
        with_terms(
            "The same items, as each facet arranges them. Draw around a group in one map, see where it lies in the "
            "others."
        )
    else:
        st.markdown(f"{now.model.architecture.title} has no facets: one map, of the items as its score meets them.")
    notices()
    try:
        maps = resources.maps(now.model)
    except InputError as error:
        st.info("This model has no maps yet." if isinstance(error, NoMapsError) else escape(str(error)))
        offer_maps(now.model)
        return
    model = loaded(now).model
    answer = recommend(model, now.history, 10, hidden=now.hidden) if now.history else None
    editor(now, answer.gate if answer else None)
    atlas(now, maps, answer.items.tolist() if answer else [])
    selection(now)

    header("Neighbours, facet by facet" if now.facets else "Neighbours")
    item = middle_item(now)
    neighbour_table(now, item, neighbours(model, item, NEAR))
    table_behind(coordinates(now, maps), "facet-map")


story()
