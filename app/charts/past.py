"""What several methods say of the same past items: a row of bars a method, over one axis of positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.charts.weights import positions
from app.look.chart import drawn, filled, heading, plain
from app.look.palette import NEUTRAL, SPEAKS

ROW, GAP = 76, 26  # pixels of a row, and between two for the title of the lower one


@dataclass(frozen=True)
class Strip:
    """One method's values, each row on its own scale: methods measure different things."""

    name: str
    values: np.ndarray  # (T,)
    texts: Sequence[str]
    looks: bool  # at the model; recency and random do not, and are outlines


def strips(rows: Sequence[Strip], titles: Sequence[str], first: int, chosen: int | None) -> go.Figure:
    """`first` is the number of the oldest item; where an item's number is chosen, the others are outlines.

    A bar's `customdata` is its item's number.
    """
    T, R = len(titles), len(rows)
    numbers = list(range(first, first + T))
    whole = R * ROW + (R - 1) * GAP
    traces, layout = [], dict[str, Any]()
    headings = []
    for r, row in enumerate(rows):
        axis = str(r + 1) if r else ""
        top = 1 - r * (ROW + GAP) / whole
        color = [SPEAKS if row.looks else NEUTRAL] * T
        traces.append(
            {
                "type": "bar",
                "x": numbers,
                "y": row.values,
                "yaxis": f"y{axis}",
                "marker": filled(
                    color,
                    hollow=[not row.looks or chosen not in (None, number) for number in numbers],
                    hatched=[value < 0 for value in row.values],
                ),
                "customdata": numbers,
                "hovertext": [
                    f"{n}. {plain(title)}<br>{plain(row.name)} {text}"
                    for n, title, text in zip(numbers, titles, row.texts, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "selected": {"marker": {"opacity": 1}},
                "unselected": {"marker": {"opacity": 1}},
            }
        )
        low, high = min(0.0, float(row.values.min())), max(0.0, float(row.values.max()))
        layout[f"yaxis{axis}"] = {
            "domain": [max(0.0, top - ROW / whole), top],
            "range": [low * 1.05, high * 1.05] if high > low else [-1, 1],
            "anchor": "x",
            "showticklabels": False,
            "showgrid": False,
            "zeroline": True,
            "automargin": False,
        }
        headings.append(heading(row.name, 0.0) | {"y": top})
    layout["xaxis"] = positions(first + T - 1) | {
        "anchor": f"y{R if R > 1 else ''}",
        "range": [first - 0.6, first + T - 0.4],
    }
    layout |= {"annotations": headings, "margin": {"l": 8, "r": 8, "t": 24, "b": 52}, "bargap": 0.3}
    return drawn(traces, layout, whole + 24 + 52)
