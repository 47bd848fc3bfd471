"""What stands beside weights: measures of what they come to, what experts read, and weights over all users."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.look import palette
from app.look.chart import drawn, filled, heading, plain, shares
from app.look.numbers import percent

LABELLED = 12  # of more positions only some are numbered
GAP = 0.05  # between panels, as a share of the picture
SYMBOLS = ("circle-open", "diamond-open", "triangle-up-open", "square-open", "triangle-down-open", "x-thin-open")


@dataclass(frozen=True)
class BarPanel:
    """Bars of one measure, one a row."""

    title: str
    values: Sequence[float]  # from 0
    texts: Sequence[str]
    most: float  # where the panel ends


def beside(rows: Sequence[str], colors: Sequence[str], panels: Sequence[BarPanel], chosen: int | None) -> go.Figure:
    """Measures side by side, each on its own scale; a bar's `customdata` is its row's number, from 0.

    Where a row is chosen the others are outlines.
    """
    others = [chosen not in (None, r) for r in range(len(rows))]
    R, width = list(range(len(rows))), (1 - GAP * (len(panels) - 1)) / len(panels)
    traces, titles = [], []
    layout: dict[str, Any] = {}
    for p, panel in enumerate(panels):
        axis, left = str(p + 1) if p else "", p * (width + GAP)
        traces.append(
            {
                "type": "bar",
                "x": list(panel.values),
                "y": R,
                "xaxis": f"x{axis}",
                "orientation": "h",
                "marker": filled(colors, hollow=others),
                "text": list(panel.texts),
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": R,
                "hovertext": [f"{plain(row)}: {panel.title} {panel.texts[r]}" for r, row in enumerate(rows)],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "selected": {"marker": {"opacity": 1}},
                "unselected": {"marker": {"opacity": 1}},
            }
        )  # fmt: skip
        layout[f"xaxis{axis}"] = {
            "domain": [left, left + width],
            "range": [0, 1.45 * (panel.most or 1)],
            "showticklabels": False,
            "showgrid": False,
            "automargin": False,
        }
        titles.append(heading(panel.title, left))
    labels = ["<br>".join(plain(line, 20) for line in row.split(", ", 1)) for row in rows]
    layout["yaxis"] = {
        "tickvals": R, "ticktext": labels, "range": [len(rows) - 0.5, -0.5], "showgrid": False, "zeroline": False,
    }  # fmt: skip
    layout |= {"annotations": titles, "margin": {"l": 8, "r": 8, "t": 30, "b": 4}}
    return drawn(traces, layout, 40 * len(rows) + 40)


def bars(names: Sequence[str], values: Sequence[float], colors: Sequence[str], texts: Sequence[str]) -> go.Figure:
    """Horizontal bars with their figures written beside them."""
    trace = {
        "type": "bar",
        "x": list(values),
        "y": [plain(name, 34) for name in names],
        "orientation": "h",
        "marker": filled(colors),
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    most = max(values, default=0) or 1
    layout = {
        "xaxis": {"range": [0, 1.3 * most], "showticklabels": False, "showgrid": False, "automargin": False},
        "yaxis": {"autorange": "reversed", "showgrid": False, "type": "category"},
    }
    return drawn([trace], layout, 30 * len(names) + 24)


def distributions(groups: Sequence[str], quantiles: np.ndarray, colors: Sequence[str]) -> go.Figure:
    """A box a group, of one weight over the group's users; quartiles, and whiskers over the middle nine tenths.

    `quantiles` (5, groups) are those of 5, 25, 50, 75 and 95 %.

    The median of each is a point that can be clicked; its `customdata` is the group's number, from 0.
    """
    names = [plain(group, 30) for group in groups]
    boxes = {
        "type": "box",
        "y": names,
        **dict(zip(("lowerfence", "q1", "median", "q3", "upperfence"), quantiles, strict=True)),
        "orientation": "h",
        "line": {"color": colors[0] if len(set(colors)) == 1 else palette.NEUTRAL, "width": 1.5},
        "fillcolor": palette.CLEAR,
        "width": 0.5,
        "hoverinfo": "skip",
    }
    medians = {
        "type": "scatter",
        "x": quantiles[2],
        "y": names,
        "mode": "markers",
        "marker": {"symbol": "square", "size": 13, "color": list(colors)},
        "customdata": list(range(len(groups))),
        "text": [
            f"{name}<br>median {percent(box[2])}, half of them {percent(box[1])} to {percent(box[3])}"
            for name, box in zip(names, quantiles.T, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "unselected": {"marker": {"color": palette.NEUTRAL, "opacity": 1}},
        "selected": {"marker": {"opacity": 1}},
    }
    layout = {
        "xaxis": shares(max(0.2, float(quantiles[4].max()) * 1.05)),
        "yaxis": {"range": [len(groups) - 0.5, -0.5], "showgrid": False},
    }
    return drawn([boxes, medians], layout, 30 * len(groups) + 44)


def attention(
    titles: Sequence[str], rows: np.ndarray, names: Sequence[str], colors: Sequence[str], chosen: int
) -> go.Figure:
    """What one expert reads, as bars over the history's items, and what its siblings do, as marks beside them.

    `rows` (N, T) sum to 1 over T. Rows of one more than there are titles begin with the begin token, which stands at 0.
    """
    traces = []
    start = rows.shape[1] - len(titles)
    read = [plain(title) for title in ["the start of the history", *titles][1 - start :]]
    x = list(range(1 - start, len(titles) + 1))
    for n in [chosen, *(n for n in range(len(rows)) if n != chosen)]:
        common = {
            "x": x,
            "y": rows[n],
            "name": plain(names[n]),
            "hovertext": [
                f"{item}<br>{plain(names[n])} reads it with {percent(share)}"
                for item, share in zip(read, rows[n].tolist(), strict=True)
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        if n == chosen:
            traces.append({"type": "bar", "marker": {"color": colors[n]}, **common})
        else:
            mark = {
                "color": colors[n],
                "size": 9 if len(titles) <= LABELLED else 6,
                "symbol": SYMBOLS[n % len(SYMBOLS)],
                "line": {"width": 2},
            }
            traces.append({"type": "scatter", "mode": "markers", "marker": mark, **common})
    layout = {
        "xaxis": positions(len(titles), start),
        "yaxis": shares(1.08 * float(rows.max())) | {"automargin": False},
        "margin": {"l": 44, "r": 8, "t": 40, "b": 52},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "bargap": 0.45,
    }
    return drawn(traces, layout, 320)


def positions(T: int, start: int = 0) -> dict[str, Any]:
    """An axis of the history's positions, numbered as the cards of the strip are; with `start` 1, its start before."""
    numbers = (
        list(range(1, T + 1)) if T <= LABELLED else [t for t in range(1, T + 1) if t % (5 if T <= 30 else 10) == 0]
    )
    return {
        "title": "item of the history, oldest first",
        "tickvals": [0] * start + numbers,
        "ticktext": ["start"] * start + [str(t) for t in numbers],
        "range": [0.5 - start, T + 0.5],
        "showgrid": False,
        "automargin": False,
    }
