"""Which models are here?"""

import streamlit as st

st.title("Which models are here?")
