"""The data sets that are here: which models depend on one, and what can be done with it."""

import streamlit as st

from app import state
from app.sentences.marking import escape
from fame import home
from fame.errors import InputError
from fame.training import workspace


def datasets() -> None:
    """One data set: which models depend on it; rename it, delete it."""
    names = list(home.data_folders())
    name = st.selectbox("Data set", names, key="one-data-set")
    models = workspace.trained_on(name)
    ships = (
        any(model in home.shipped_models() for model in models) or home.data_folder(name).parent.parent != home.home()
    )
    if models:
        st.caption(f"{listed(models)} {'was' if len(models) == 1 else 'were'} trained on it.")
    if ships:
        st.caption("Models that ship with the app need it: it cannot be renamed or deleted.")
    elif models:
        st.caption("Models find their data by its name: it can be deleted, but not renamed.")
    with st.container(horizontal=True):
        if st.button("Rename data set", icon=":material/edit:", key="rename-data", disabled=ships or bool(models)):
            rename_data(name)
        if st.button("Delete data set", icon=":material/delete:", key="delete-data", disabled=ships):
            delete_data(name, models)


def listed(names: list[str]) -> str:
    """A few names, and how many more."""
    few, more = names[:5], len(names) - 5
    return ", ".join(f"**{escape(name)}**" for name in few) + (f" and {more} more" if more > 0 else "")


@st.dialog("Rename")
def rename_data(name: str) -> None:
    """Asks for the new name of a data set."""
    new = st.text_input("New name", name, 64)
    if st.button("Rename", type="primary"):
        try:
            workspace.rename_data(name, new.strip())
        except InputError as error:
            st.error(escape(str(error)))
            return
        now = state.session()
        now.teach = new.strip() if now.teach == name else now.teach
        st.rerun()


@st.dialog("Delete")
def delete_data(name: str, models: list[str]) -> None:
    """Asks first, and says what it takes along."""
    st.markdown(f"Move the data set **{escape(name)}** to the trash? It can be had back from there.")
    if models:
        them = "it" if len(models) == 1 else "they"
        st.warning(f"Without it {listed(models)} cannot be shown: {them} will wait for it.")
    if st.button("Move to the trash", type="primary"):
        try:
            workspace.discard_data(name)
        except InputError as error:
            st.error(escape(str(error)))
            return
        st.rerun()
