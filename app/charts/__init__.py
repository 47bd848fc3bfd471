"""Pure functions: arrays in, a plotly Figure out. No Streamlit here."""

from app.charts.comparison import by_ranks, differences, joined
from app.charts.meaning import SMALL_TEXT, coverage, intervals, matrix, reliability
from app.charts.parts import POPULARITY, ScoreSplit, splits, whole
from app.charts.past import Strip, strips
from app.charts.training import course, courses
from app.charts.weights import BarPanel, attention, bars, beside, distributions

__all__ = [
    "POPULARITY",
    "SMALL_TEXT",
    "BarPanel",
    "ScoreSplit",
    "Strip",
    "attention",
    "bars",
    "beside",
    "by_ranks",
    "course",
    "courses",
    "coverage",
    "differences",
    "distributions",
    "intervals",
    "joined",
    "matrix",
    "reliability",
    "splits",
    "strips",
    "whole",
]
