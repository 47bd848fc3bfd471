"""Two models beside each other: users by two ranks, differences with their intervals, two rankings joined by lines."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from app.look import palette
from app.look.chart import GRID, LINE, drawn, plain

TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000)
CUT = 10.5  # between what is found and what is not
LEAST = 0.68  # end of an axis of ranks
WIDEST = 26  # characters of a title beside a line


def by_ranks(
    first: np.ndarray,
    second: np.ndarray,
    names: tuple[str, str],
    texts: Sequence[str],
    lit: np.ndarray,
    cut: float = CUT,
) -> go.Figure:
    """Users by their rank with one model and with the other, (n,) each, on log axes; what is not lit is grey.

    Ranks are spread within their own width, so that users of the same two ranks are seen side by side; `customdata`
    holds the row.
    """
    rng = np.random.default_rng(0)
    x, y = (np.asarray(rank, float) + rng.uniform(-0.28, 0.28, len(rank)) for rank in (first, second))
    top = float(max(first.max(), second.max())) * 1.15
    colors = np.where(lit, palette.FACETS[0], palette.NEUTRAL)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "marker": {
            "size": 6,
            "color": colors.tolist(),
            "opacity": np.where(lit, 0.75, 0.3).tolist(),
            "line": {"width": 0},
        },
        "text": list(texts),
        "customdata": list(range(len(first))),
        "hovertemplate": "%{text}<extra></extra>",
        "selected": {"marker": {"opacity": 0.9}},
        "unselected": {"marker": {"opacity": 0.3}},
    }
    ticks = [tick for tick in TICKS if tick <= top]
    axis = {
        "type": "log",
        "range": [float(np.log10(LEAST)), float(np.log10(top))],
        "tickvals": ticks,
        "ticktext": [f"{tick:,}" for tick in ticks],
        "gridcolor": GRID,
        "zeroline": False,
    }
    line = {"type": "line", "line": {"color": LINE, "width": 1, "dash": "dot"}, "layer": "below"}
    shapes = [
        line | {"x0": LEAST, "y0": LEAST, "x1": top, "y1": top},
        line | {"x0": cut, "x1": cut, "y0": LEAST, "y1": top},
        line | {"y0": cut, "y1": cut, "x0": LEAST, "x1": top},
    ]
    layout = {
        "xaxis": axis | {"title": f"rank with {plain(names[0], 30)}"},
        "yaxis": axis | {"title": f"rank with {plain(names[1], 30)}"},
        "shapes": shapes,
        "dragmode": "select",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    }
    return drawn([trace], layout, 430)


def differences(
    names: Sequence[str], values: Sequence[float], low: Sequence[float], high: Sequence[float], told: Sequence[bool]
) -> go.Figure:
    """A dot and its interval a row, against a line at no difference; what is not told is grey."""
    rows = list(range(len(names)))
    colors = [palette.FACETS[0] if one else palette.NEUTRAL for one in told]
    most = max(0.005, *(abs(end) for end in (*low, *high))) * 1.15
    bars = [
        {
            "type": "scatter", "mode": "lines", "x": [low[k], high[k]], "y": [k, k], "hoverinfo": "skip",
            "line": {"color": colors[k], "width": 3},
        }
        for k in rows
    ]  # fmt: skip
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": list(values),
        "y": rows,
        "marker": {"size": 11, "color": colors, "symbol": ["circle" if one else "circle-open" for one in told]},
        "text": [
            f"{plain(name)}: {value:+.4f}, 95 % interval {a:+.4f} to {b:+.4f}"
            for name, value, a, b in zip(names, values, low, high, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }
    zero = {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": LINE},
        "layer": "below",
    }
    layout = {
        "xaxis": {"range": [-most, most], "nticks": 5, "tickformat": "+.3f", "zeroline": False},
        "yaxis": {
            "tickvals": rows, "ticktext": [plain(name) for name in names], "range": [len(names) - 0.4, -0.6],
            "showgrid": False, "zeroline": False,
        },
        "shapes": [zero],
    }  # fmt: skip
    return drawn([*bars, dots], layout, 44 * len(names) + 44)


def joined(
    first: Sequence[str], second: Sequence[str], places: Sequence[int | None], names: tuple[str, str]
) -> go.Figure:
    """Two rankings of titles, best first; lines join what is in both: `places` has the row in the second of each.

    Up and down differ in their line as well as in colour: what the second ranks higher is dashed.
    """
    rows = max(len(first), len(second))
    traces: list[dict[str, object]] = []
    for row, place in enumerate(places):
        if place is not None:
            color = palette.NEUTRAL if place == row else palette.FACETS[0] if place > row else palette.FACETS[1]
            traces.append(
                {
                    "type": "scatter", "mode": "lines", "x": [0, 1], "y": [row, place], "hoverinfo": "skip",
                    "line": {"color": color, "width": 2, "dash": "dash" if place < row else "solid"},
                }
            )  # fmt: skip
    kept = {place for place in places if place is not None}
    for x, titles, inside, side in (
        (0, first, [place is not None for place in places], "middle left"),
        (1, second, [row in kept for row in range(len(second))], "middle right"),
    ):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [x] * len(titles),
                "y": list(range(len(titles))),
                "marker": {
                    "size": 9, "color": palette.NEUTRAL,
                    "symbol": ["circle" if one else "circle-open" for one in inside],
                },
                "text": [
                    f"{plain(title, WIDEST)}  {row + 1}" if not x else f"{row + 1}  {plain(title, WIDEST)}"
                    for row, title in enumerate(titles)
                ],
                "textposition": side,
                "cliponaxis": False,
                "hovertext": [plain(title) for title in titles],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )  # fmt: skip
    heads = [
        {"x": x, "y": -0.9, "text": f"<b>{plain(name, WIDEST)}</b>", "showarrow": False, "xanchor": side}
        for x, name, side in ((0, names[0], "right"), (1, names[1], "left"))
    ]
    layout = {
        "xaxis": {"range": [-1.45, 2.45], "visible": False},
        "yaxis": {"range": [rows - 0.4, -1.3], "visible": False},
        "annotations": heads,
    }
    return drawn(traces, layout, 30 * rows + 50)
