"""Pure functions: arrays in, a plotly Figure out. No Streamlit here."""

from app.charts.meaning import SMALL, coverage, intervals, matrix
from app.charts.parts import facet_parts
from app.charts.weights import Panel, attention, bars, beside, distributions

__all__ = [
    "SMALL",
    "Panel",
    "attention",
    "bars",
    "beside",
    "coverage",
    "distributions",
    "facet_parts",
    "intervals",
    "matrix",
]
