"""Pure functions: arrays in, a plotly Figure out. No Streamlit here."""

from app.charts.meaning import SMALL, coverage, intervals, matrix
from app.charts.parts import facet_parts
from app.charts.training import course, courses
from app.charts.weights import attention, bars, distributions, squares

__all__ = [
    "SMALL",
    "attention",
    "bars",
    "course",
    "courses",
    "coverage",
    "distributions",
    "facet_parts",
    "intervals",
    "matrix",
    "squares",
]
