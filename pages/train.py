"""Teach it my data."""

import streamlit as st

from app.widgets.shared.frame import results
from app.widgets.shared.headings import header
from app.widgets.train.data import teaching
from app.widgets.train.settings import choose
from app.widgets.train.watching import watching

st.markdown(
    "Bring interactions, choose how to train, watch. Training has a process of its own: leaving this page, closing the "
    "browser or restarting the app stops nothing."
)
results()
header("1 · Bring data")
data = teaching()
header("2 · Choose")
if data is None:
    st.caption("When the data are here.")
else:
    choose(data)
header("3 · Watch")
watching()
