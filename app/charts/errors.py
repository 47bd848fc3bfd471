"""Where a model is wrong: ranks in bands, slices as dots with intervals, kinds of errors as counted squares."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from app.look import palette
from app.look.chart import FRAME, LINE, drawn, plain
from app.look.numbers import percent, two_digits
from fame.error_analysis.records import Band, Kind, Slice

ACCENT = palette.FACETS[0]
STRENGTH = (1.0, 0.72, 0.46, 0.28, 0.16)  # of the accent, from the first rank on
ROW_HEIGHT, TWO_LINES = 36, 48  # of a slice in pixels, and where one has two labels
LABEL = 32  # characters of a name in a line
ACROSS = 20  # squares of the largest kind at most
SIDE = 8.5  # of a square, in pixels
ROUND = (1, 2, 5)  # a square is one, two, five, ten, … events


def rank_bands(bands: Sequence[Band], chosen: str | None = None) -> go.Figure:
    """One bar of all events by the rank of the truth, and below it a mark a band with its ranks and number.

    A piece's and a mark's `customdata` is its band's number, from 0.
    """
    total = max(1, sum(band.n for band in bands))
    colors = [ACCENT if chosen in (None, band.ranks) else palette.NEUTRAL for band in bands]
    told = [f"{ranked(band.ranks)}: {band.n:,} events, {percent(band.n / total)}" for band in bands]
    common = {"customdata": list(range(len(bands))), "hovertext": told, "hovertemplate": "%{hovertext}<extra></extra>"}
    stay = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
    fills = [faded(color, STRENGTH[min(k, len(STRENGTH) - 1)]) for k, color in enumerate(colors)]
    bar = {
        "type": "bar",
        "orientation": "h",
        "x": [band.n / total for band in bands],
        "y": [0] * len(bands),
        "base": [sum(band.n for band in bands[:k]) / total for k in range(len(bands))],
        "width": 0.8,
        "marker": {"color": fills, "line": {"color": FRAME, "width": 1}},
        **common,
        **stay,
    }
    places = [(k + 0.02) / len(bands) for k in range(len(bands))]
    marks = {
        "type": "scatter",
        "mode": "markers+text",
        "x": places,
        "y": [-0.75] * len(bands),
        "marker": {"symbol": "square", "size": 12, "color": fills, "line": {"color": FRAME, "width": 1}, "opacity": 1},
        "text": [f" {written(band.ranks)}<br> <b>{band.n:,}</b>" for band in bands],
        "textposition": "bottom right",
        "textfont": {"size": 13},
        "cliponaxis": False,
        **common,
        **stay,
    }
    layout = {
        "barmode": "overlay",
        "xaxis": {"range": [-0.005, 1.005], "visible": False},
        "yaxis": {"range": [-2.0, 0.45], "visible": False},
    }
    return drawn([bar, marks], layout, 124)


def faded(color: str, strength: float) -> str:
    """A colour that lets the background through, so that it is paler on a light page and darker on a dark one."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"


def written(ranks: str) -> str:
    """A band in a label: "11-50" -> "11–50", "1" -> "first"."""
    return "first" if ranks == "1" else ranks.replace("-", "–")


def ranked(ranks: str) -> str:
    """A band in words: "1" -> "first", "11-50" -> "ranks 11 to 50", "201+" -> "rank 201 or beyond"."""
    if ranks == "1":
        return "first"
    if ranks.endswith("+"):
        return f"rank {ranks[:-1]} or beyond"
    return f"ranks {ranks.replace('-', ' to ')}"


def slices(rows: Sequence[Slice], names: Sequence[str], whole: float, chosen: int | None = None) -> go.Figure:
    """A dot and its 95 % interval a slice, against a line at the whole; grey where it is not told from it.

    A dot's `customdata` is its row's number, from 0. How many events a slice has stands under its name.
    """
    y = list(range(len(rows)))
    colors = [ACCENT if row.told else palette.NEUTRAL for row in rows]
    bars = [(max(0.0, whole + row.low), whole + row.high) for row in rows]
    lines = {
        "type": "scatter",
        "mode": "lines",
        "x": [place for low, high in bars for place in (low, high, None)],
        "y": [place for k in y for place in (k, k, None)],
        "line": {"color": palette.NEUTRAL, "width": 2},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.mean for row in rows],
        "y": y,
        "marker": {
            "size": [15 if k == chosen else 11 for k in y],
            "color": [color if row.told else palette.CLEAR for color, row in zip(colors, rows, strict=True)],
            "symbol": "circle",
            "line": {"color": colors, "width": 2},
            "opacity": 1,
        },
        "customdata": y,
        "hovertext": [_slice_told(row, plain(name), whole) for row, name in zip(rows, names, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "cliponaxis": False,
    }
    labels = [_label(plain(name), row.n, k == chosen) for k, (row, name) in enumerate(zip(rows, names, strict=True))]
    lowest = min([whole, *(low for low, _ in bars), *(row.mean for row in rows)])
    highest = max([whole, *(high for _, high in bars), *(row.mean for row in rows)])
    room = 0.06 * (highest - lowest or 1)
    layout = {
        "xaxis": {
            "range": [lowest - room, highest + room],
            "title": "NDCG@10",
            "nticks": 6,
        },
        "yaxis": {"tickvals": y, "ticktext": labels, "range": [len(rows) - 0.5, -0.6], "showgrid": False}
        | {"zeroline": False},
        "shapes": [
            {"type": "line", "x0": whole, "x1": whole, "y0": -0.5, "y1": len(rows) - 0.5,
             "line": {"color": LINE, "width": 1.5, "dash": "dash"}, "layer": "below"}
        ],
        "annotations": [
            {"x": whole, "y": -0.55, "yanchor": "bottom", "showarrow": False,
             "xanchor": "right" if whole - lowest > 0.6 * (highest - lowest) else "left",
             "text": f"the whole {two_digits(whole)}", "font": {"size": 12}}
        ],
        "margin": {"l": 8, "r": 12, "t": 26, "b": 8},
    }  # fmt: skip
    return drawn(
        [lines, dots],
        layout,
        (TWO_LINES if any(len(row.conditions) > 1 for row in rows) else ROW_HEIGHT) * len(rows) + 84,
    )


def _label(name: str, n: int, chosen: bool) -> str:
    """A slice's name, of two labels in two lines, and its number of events."""
    lines = "<br>and ".join(part if len(part) <= LABEL else part[: LABEL - 1] + "…" for part in name.split(" and ", 1))
    return f"{f'<b>{lines}</b>' if chosen else lines}<br><span style='font-size:11px'>{n:,} events</span>"


def _slice_told(row: Slice, name: str, whole: float) -> str:
    told = "told from the whole" if row.told else "not told from the whole"
    return (
        f"{name}<br>{row.n:,} events, {percent(row.share)} of all<br>"
        f"NDCG@10 {row.mean:.3f}, the whole {whole:.3f}; 95\u00a0% interval {whole + row.low:.3f} to "
        f"{whole + row.high:.3f}<br>{percent(row.hits)} have what they took among the first ten<br>{told}"
    )


def kinds(rows: Sequence[Kind], chosen: str | None = None) -> go.Figure:
    """A row of squares a kind, each standing for as many events; the last one is smaller where it stands for fewer.

    A square's `customdata` is its kind's number, from 0; its rule is shown on hover.
    """
    each = square(max([row.first for row in rows] + [1]))
    x, y, sizes, of = [], [], [], []
    for k, row in enumerate(rows):
        for number in range(math.ceil(row.first / each)):
            x.append(number)
            y.append(k)
            sizes.append(SIDE * math.sqrt(min(1.0, (row.first - number * each) / each)))
            of.append(k)
    rules = [f"<b>{plain(row.name)}</b>: {plain(row.rule)}<br>{row.first:,} events{_also(row)}" for row in rows]
    squares = {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "marker": {
            "symbol": "square",
            "size": [max(3.5, size) for size in sizes],
            "color": [
                ACCENT if chosen == rows[k].name or (chosen is None and rows[k].name != "unexplained")
                else palette.NEUTRAL
                for k in of
            ],
            "opacity": 1,
        },
        "customdata": of,
        "hovertext": [rules[k] for k in of],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }  # fmt: skip
    counts = {
        "type": "scatter",
        "mode": "text",
        "x": [math.ceil(row.first / each) for row in rows],
        "y": list(range(len(rows))),
        "text": [f"{row.first:,}" for row in rows],
        "textposition": "middle right",
        "customdata": list(range(len(rows))),
        "hovertext": rules,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
    }
    layout = {
        "xaxis": {"range": [-0.7, ACROSS * 1.2], "visible": False},
        "yaxis": {
            "tickvals": list(range(len(rows))),
            "ticktext": [plain(row.name, LABEL) for row in rows],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
            "zeroline": False,
        },
    }
    return drawn([squares, counts], layout, 28 * len(rows) + 24)


def square(most: int) -> int:
    """How many events a square stands for, so that so many make `ACROSS` squares at most: 1, 2, 5, 10, …"""
    power = 0
    while True:
        for step in ROUND:
            if step * 10**power * ACROSS >= most:
                return step * 10**power
        power += 1


def _also(row: Kind) -> str:
    return f", and {row.also:,} more of which another kind was found first" if row.also else ""
