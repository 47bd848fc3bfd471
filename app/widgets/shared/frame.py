"""What surrounds every page: which model is looked at, and what could not be done."""

import streamlit as st

from app import link, models, state
from app.current import Current, current
from app.look.page import style
from app.pages import Page
from app.sentences.marking import escape
from fame.errors import InputError

STYLE = f"<style>{style()}</style>"


def frame(page: Page) -> None:
    """Take over the link, show the model picker and the page's question; ends where it needs a model that is not."""
    state.enter(page.url)
    link.load()
    st.html(STYLE)
    try:
        now = current()
    except InputError as error:
        st.error(escape(str(error)))
        if page.needs != "nothing":
            st.stop()
    else:
        with st.sidebar:
            picker(now)
    st.title(page.question)


def picker(now: Current) -> None:
    """Choose the model; its data set comes with it."""
    names = list(models.usable())
    key = f"model-{now.model.name}"  # a new widget where the model was changed from elsewhere

    def chosen() -> None:
        model = models.usable()[state.read(key)]
        state.choose_model(model.name, model.dataset)

    st.selectbox("Model", names, index=names.index(now.model.name), key=key, on_change=chosen)
    test = now.model.card.get("metrics", {}).get("test", {})
    counts = now.data.counts
    about = f"{counts['items']:,} items, {counts['users']:,} users"
    if "NDCG@10" in test:
        about += f"; NDCG@10 {test['NDCG@10']:.3f}, HR@10 {test['HR@10']:.3f} on held-out items"
    st.caption(about)
    for name, model in models.readable().items():
        if name not in names:
            st.caption(f"{escape(name)} waits for its data: {escape(models.way_to_data(model.dataset))}.")
    for name, why in models.broken().items():
        st.caption(f"{escape(name)} cannot be read.", help=escape(why))


def notices() -> None:
    """Say what was put aside of a link or a choice, and what came of an action here."""
    for sentence in state.session().notices:
        st.warning(escape(sentence))
    results()


def results() -> None:
    """Say what came of an action here, once."""
    for sentence, well in state.reports():
        if well:
            st.info(escape(sentence), icon=":material/check:")
        else:
            st.warning(escape(sentence))
