"""Step one of Train: the data set that a model will be trained on, one that is here or a new one."""

import streamlit as st

from app import resources, state
from app.sentences.marking import escape
from app.widgets.shared.headings import with_terms
from app.widgets.train.importing import importing, show
from fame import home
from fame.data import DataSet
from fame.errors import InputError

HERE, OWN = "Here already", "My own files"


def teaching() -> DataSet | None:
    """The data set chosen; None where there is none yet, or it cannot be read."""
    way = st.segmented_control(
        "Data", [HERE, OWN], default=HERE, required=True, key=f"way-{state.session().drafts}",
        label_visibility="collapsed",
    )  # fmt: skip
    if way == OWN:
        importing()
        return None
    return here()


def here() -> DataSet | None:
    """One that was imported or ships."""
    now = state.session()
    names = list(home.data_folders())
    if now.teach not in names:
        now.teach = now.data if now.data in names else names[0]

    def chosen() -> None:
        now.teach = state.read(key)

    key = state.show("teach", now.teach)
    st.selectbox("Data set", names, names.index(now.teach), key=key, on_change=chosen)
    try:
        data = resources.dataset(now.teach)
    except InputError as error:
        st.error(escape(str(error)))
        return None
    if data.name != now.teach:
        st.error(
            f"The folder data/{escape(now.teach)} calls itself {escape(data.name)} in its dataset.json, so a model "
            "trained on it would look for its data elsewhere; give both one name."
        )
        return None
    if now.report is not None and now.report.name == now.teach:
        show(now.report)
    about(data)
    return data


def about(data: DataSet) -> None:
    """Its size, its attributes, and what is doubtful about it."""
    from fame.training.sufficiency import doubts

    counts = data.counts
    families = ", ".join(escape(family.name) for family in data.catalog.families)
    with_terms(
        f"{counts['users']:,} users, {counts['items']:,} items, {counts['interactions']:,} interactions. "
        + (f"Attributes that facets can be tied to: {families}." if families else "The items have no attributes.")
    )
    for sentence in doubts(data):
        st.warning(escape(sentence), icon=":material/warning:")
