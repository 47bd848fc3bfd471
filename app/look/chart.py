"""What all charts share: quiet axes, no frame, colours that read on a light and on a dark background."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from app.look.numbers import whole
from app.look.palette import CLEAR, pale, pattern

GRID = "rgba(128,128,128,0.18)"
LINE = "rgba(128,128,128,0.55)"
FRAME = "rgba(128,128,128,0.3)"  # of a cell
# One hue whose strength is the number: text in the page's own colour stays readable on it, light and dark.
SCALE = ((0.0, "rgba(40,109,203,0.0)"), (1.0, "rgba(40,109,203,0.45)"))
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)  # between two ticks of an axis of shares

# Transparent background, small margins, no zoom box to get lost in.
LAYOUT = {
    "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    "paper_bgcolor": CLEAR,
    "plot_bgcolor": CLEAR,
    "showlegend": False,
    "dragmode": False,
    "hoverlabel": {"align": "left"},
    "bargap": 0.35,
}
AXIS = {"gridcolor": GRID, "zerolinecolor": LINE, "zerolinewidth": 1, "automargin": True}


def drawn(traces: Sequence[dict[str, Any]], layout: dict[str, Any], height: int) -> go.Figure:
    """A figure made in one go, for what follows a click: updates one by one take four times as long.

    Streamlit colours it in the browser, so the template that every figure is given otherwise is not copied.
    """
    axes = {name: AXIS | layout.get(name, {}) for name in {"xaxis", "yaxis", *layout} if name[1:].startswith("axis")}
    return go.Figure(list(traces), LAYOUT | {"height": height, "template": go.layout.Template()} | layout | axes)


def quiet(figure: go.Figure, height: int) -> go.Figure:
    """Give a figure that was put together bit by bit the look of all others."""
    figure.update_layout(LAYOUT | {"height": height})
    figure.update_xaxes(AXIS)
    figure.update_yaxes(AXIS)
    return figure


def filled(
    colors: Sequence[str], hollow: Sequence[bool] = (), hatched: Sequence[bool] = (), dotted: Sequence[bool] = ()
) -> dict[str, Any]:
    """The `marker` of bars in colours, those of facets each with its pattern.

    `hollow` bars have an outline in place of the colour, `hatched` ones are striped with it, and `dotted` ones dotted.
    """
    none = [False] * len(colors)
    hollow, hatched, dotted = hollow or none, hatched or none, dotted or none
    hatched = [one or other for one, other in zip(hatched, dotted, strict=True)]
    empty = [one or other for one, other in zip(hollow, hatched, strict=True)]
    shapes = [
        "" if one else "." if dots else "/" if other else pattern(color)
        for color, one, other, dots in zip(colors, hollow, hatched, dotted, strict=True)
    ]
    return {
        "color": [CLEAR if one else color for color, one in zip(colors, empty, strict=True)],
        "line": {"color": list(colors), "width": [1.5 if one else 0 for one in empty]},
        "pattern": {
            "shape": shapes,
            "fillmode": "overlay",
            "fgcolor": [color if one else pale(color) for color, one in zip(colors, hatched, strict=True)],
            "size": 6,
            "solidity": 0.22,
            "fgopacity": 1,
        },
    }


def shares(most: float, least: float = 0.0) -> dict[str, Any]:
    """An axis of shares from `least` to `most`, written as everywhere: plotly's own format has no space before %."""
    step = next((step for step in STEPS if (most - least) / step <= 6), STEPS[-1])
    ticks = [step * k for k in range(round(least / step), int(most / step + 1e-9) + 1)]
    return {"range": [least, most], "tickvals": ticks, "ticktext": [whole(tick) for tick in ticks]}


def to_beat(figure: go.Figure, y: float, name: str) -> None:
    """A dashed line with its name: what a curve has to beat."""
    figure.add_hline(
        y=y, line={"color": LINE, "width": 1.5, "dash": "dash"}, annotation={"text": plain(name), "font": {"size": 12}},
        annotation_position="top right",
    )  # fmt: skip


def heading(text: str, left: float) -> dict[str, Any]:
    """The title of one of several panels, whose left edge is at that share of the picture."""
    place = {"x": left, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return place | {"text": plain(text), "font": {"size": 13}, "showarrow": False}


def plain(text: str, most: int = 0) -> str:
    """Text from data for a label: shown as it is (plotly reads some HTML tags), cut to `most` characters if given."""
    if most and len(text) > most:
        text = text[: most - 1].rstrip() + "…"
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
