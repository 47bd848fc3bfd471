"""What all charts share: quiet axes, no frame, colours that read on a light and on a dark background."""

import plotly.graph_objects as go

GRID = "rgba(128,128,128,0.18)"
LINE = "rgba(128,128,128,0.55)"
UNCHOSEN = "rgba(128,128,128,0.4)"  # what is not selected stays, greyed


def quiet(figure: go.Figure, height: int, left: int = 8) -> go.Figure:
    """Transparent background, small margins, no zoom box to get lost in; room on the left for labels."""
    figure.update_layout(
        height=height,
        margin={"l": left, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        hoverlabel={"align": "left"},
        bargap=0.35,
    )
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=LINE, zerolinewidth=1, automargin=True)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=LINE, zerolinewidth=1, automargin=True)
    return figure


def plain(text: str, most: int = 0) -> str:
    """Text from data for a label: shown as it is (plotly reads some HTML tags), cut to `most` characters if given."""
    if most and len(text) > most:
        text = text[: most - 1].rstrip() + "…"
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
