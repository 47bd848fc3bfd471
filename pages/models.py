"""Which models are here?"""

import streamlit as st

from app.widgets.models import data_sets, models, trash
from app.widgets.shared.frame import results

results()
st.markdown(models.sentence())
models.models()
st.header("One of them")
models.actions()
st.header("Data sets")
data_sets.datasets()
left, right = st.columns(2, gap="large")
with left:
    st.header("From elsewhere")
    models.bring()
with right:
    st.header("Trash")
    trash.trash()
st.header("Where things live")
trash.place()
