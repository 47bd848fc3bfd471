"""Pure functions: arrays in, a plotly Figure out. No Streamlit here."""

from app.charts.meaning import SMALL, coverage, intervals, matrix
from app.charts.parts import POPULARITY, Split, splits
from app.charts.past import Strip, strips
from app.charts.training import course, courses
from app.charts.weights import Panel, attention, bars, beside, distributions

__all__ = [
    "POPULARITY",
    "SMALL",
    "Panel",
    "Split",
    "Strip",
    "attention",
    "bars",
    "beside",
    "course",
    "courses",
    "coverage",
    "distributions",
    "intervals",
    "matrix",
    "splits",
    "strips",
]
