"""What is this, what is loaded, and one recommendation already taken apart."""

import streamlit as st

from app import measured, models, resources, state
from app.current import current
from app.pages import PAGES_BY_NAME
from app.sentences.marking import escape
from app.widgets.home.cards import data_card, model_card
from app.widgets.shared import recommendation as answers
from app.widgets.shared.flow import flow_picture
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header, with_terms
from app.widgets.shared.page_links import cards, go_to, to_page

now = current()
catalog = now.data.catalog

with_terms(
    "FAME is a sequential recommender whose attention heads are *facets* that each predict the next item. "
    "Here you build a history, see what the model recommends, and take every score apart into exact parts."
)
notices()
if not models.has_data("movielens-100k"):
    st.info(
        "MovieLens-100K is not on this machine (its terms forbid shipping it), so this is a made-up cinema whose "
        "truth is known. With a network, `python -m fame data fetch movielens-100k` brings real movies."
    )

example = measured.example(now.model)
if example is None:
    st.info("This model has no stored example. Open Predict to see it at work.")
else:
    shown = example.recommendation
    with st.container(border=True):
        past = " → ".join(f"*{escape(catalog.title(int(item)))}*" for item in shown.history)
        st.markdown(f"**After** {past}")
        with_terms(answers.sentence(now, shown, 0, example.knockout, example.evidence))
        picture, ranked = st.columns([3, 2], gap="large")
        with picture:
            to_page(PAGES_BY_NAME["learn"], "**How it chooses**, in nine steps", "content")
            flow_picture(now, example.inside, key="example-flow", small=True)
        with ranked:
            answers.answer_list(now, shown.first(5), key="example", chosen=None, on_choose=lambda item: None)

        def open_example() -> None:
            """Take the example to the next page."""
            state.begin([catalog.id(int(item)) for item in shown.history])

        if st.button("Change this history", icon=":material/edit:", on_click=open_example):
            go_to("predict")
        st.caption("Computed by this model when it was trained and stored with it; on Predict it is run live.")

left, right = st.columns(2)
with left:
    model_card(now)
with right:
    data_card(now)

header("Where to go")
cards()
resources.warm_up()
