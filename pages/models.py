"""Which models are here?"""

import streamlit as st

from app.widgets.models import data_sets, models, trash
from app.widgets.shared.frame import results
from app.widgets.shared.headings import header

results()
st.markdown(models.sentence())
models.models()
header("One of them")
models.actions()
header("Data sets")
data_sets.datasets()
left, right = st.columns(2, gap="large")
with left:
    header("From elsewhere")
    models.bring()
with right:
    header("Trash")
    trash.trash()
header("Where things live")
trash.place()
