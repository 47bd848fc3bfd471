"""Which models are here?"""

import streamlit as st

from app.widgets.models import library
from app.widgets.shared.frame import results

results()
st.markdown(library.sentence())
library.models()
st.header("One of them")
library.actions()
st.header("Data sets")
library.datasets()
left, right = st.columns(2, gap="large")
with left:
    st.header("From elsewhere")
    library.bring()
with right:
    st.header("Trash")
    library.trash()
st.header("Where things live")
library.place()
