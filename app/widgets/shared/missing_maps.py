"""Drawing the maps of a model that has none yet, wherever they are missed."""

import streamlit as st

from app import commands, resources
from app.look.numbers import duration
from app.sentences.marking import escape
from fame.checkpoint.description import Description
from fame.errors import InputError
from fame.maps import store as map_store
from fame.slowdown import slowdown


def offer_maps(model: Description) -> None:
    """A button that says how long it will take; the page is drawn again with the maps."""
    size = model.config["items"], len(model.config["facets"])
    seconds = resources.seconds(model.fingerprint, ("maps",), lambda: map_store.seconds(*size) * slowdown())
    what = "facet maps" if model.config["facets"] else "map"
    if st.button(f"Draw the {what}, about {duration(seconds)}", icon=":material/scatter_plot:"):
        try:
            with st.spinner("Drawing …"):
                commands.draw_map(model)
        except InputError as error:
            st.error(escape(str(error)))
        else:
            st.rerun()
