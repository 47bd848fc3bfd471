"""Pure functions: arrays in, a plotly Figure out. No Streamlit here."""

from app.charts.parts import facet_parts
from app.charts.weights import attention, bars, distributions, squares

__all__ = ["attention", "bars", "distributions", "facet_parts", "squares"]
