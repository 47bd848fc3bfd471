"""Pure functions: arrays in, a plotly Figure out. No Streamlit here."""
