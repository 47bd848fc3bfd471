"""What all charts share: quiet axes, no frame, colours that read on a light and on a dark background."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

GRID = "rgba(128,128,128,0.18)"
LINE = "rgba(128,128,128,0.55)"
UNCHOSEN = "rgba(128,128,128,0.4)"  # what is not selected stays, greyed


# Transparent background, small margins, no zoom box to get lost in.
LAYOUT = {
    "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
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
