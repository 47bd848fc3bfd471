"""The search box alone over films: `?n=100000` made-up ones more, `slow=1` (a server that takes half a second)."""

import time

import streamlit as st

from app.components.item_search import Hit, item_search
from fame.data import Catalog
from fame.data.title_search import Titles
from tests.browser.components.films import TRICKY

st.set_page_config(page_title="Search", layout="wide")
query, session = st.query_params, st.session_state
ODD = ["José and Pilar (2010)", "Star Wars (1977)", "The Star (1952)", TRICKY, "<img src=x onerror=alert(1)> (1999)"]


@st.cache_resource
def films(n: int) -> tuple[Catalog, Titles]:
    titles = ODD + [f"Film {i} of many (19{i % 100:02})" for i in range(n)]
    catalog = Catalog([f"m{i}" for i in range(len(titles))], titles)
    return catalog, Titles(catalog)


catalog, titles = films(int(query.get("n", 60)))
if "said" not in session:
    session.said, session.text, session.item = [], None, 2


def searched(text: str) -> None:
    session.text = text


def chosen(item: str) -> None:
    session.item, session.text = catalog.index(item), None
    session.said.append(f"choose {item}")


@st.fragment
def box() -> None:
    st.title("What comes next?")
    if "slow" in query:
        time.sleep(0.5)
    found = [] if session.text is None else titles.search(session.text, 50) if session.text.strip() else [1, 2, 3]
    item_search(
        [Hit(catalog.id(item), titles.name(item)) for item in found],
        key="box",
        label="Item",
        shown=titles.name(session.item),
        placeholder=f"Search {len(catalog):,} titles",
        of=session.text,
        on_search=searched,
        on_choose=chosen,
    )
    for line in session.said:
        st.text(line)


box()
