"""How a training goes: a value over the epochs against the lines that it should beat, or one line a facet."""

from collections.abc import Sequence

import plotly.graph_objects as go

from app.look import palette
from app.look.chart import plain, quiet, shares, to_beat
from app.look.numbers import percent

HEIGHT = 250


def course(
    epochs: Sequence[int], values: Sequence[float], what: str, planned: int,
    beaten: Sequence[tuple[str, float]] = (), best: int | None = None,
) -> go.Figure:  # fmt: skip
    """A value after each of the epochs `planned`; dashed lines with their names; the best epoch as a larger dot."""
    figure = go.Figure(
        go.Scatter(
            x=list(epochs),
            y=list(values),
            mode="lines+markers",
            line={"color": palette.FACETS[0], "width": 2},
            marker=_dots(palette.FACETS[0]),
            hovertemplate=f"epoch %{{x}}<br>{what} %{{y:.4f}}<extra></extra>",
        )
    )
    if best in epochs:
        figure.add_scatter(
            x=[best], y=[values[epochs.index(best)]], mode="markers", hoverinfo="skip",
            marker={"size": 9, "color": palette.FACETS[0]},
        )  # fmt: skip
    for name, value in beaten:
        to_beat(figure, value, name)
    return _over_epochs(figure, planned)


def courses(
    epochs: Sequence[int], lines: Sequence[tuple[str, Sequence[float], str]], what: str, planned: int,
    even: float | None = None,
) -> go.Figure:  # fmt: skip
    """Shares from 0 to 1 after each epoch, one line a facet (name, values, colour), and what they would be if even."""
    figure = go.Figure()
    for name, values, color in lines:
        figure.add_trace(
            go.Scatter(
                x=list(epochs),
                y=list(values),
                name=plain(name, 18),
                mode="lines+markers",
                line={"color": color, "width": 2},
                marker=_dots(color),
                text=[percent(value) for value in values],
                hovertemplate=f"epoch %{{x}}<br>{plain(name)}: {what} %{{text}}<extra></extra>",
            )
        )
    if even is not None:
        to_beat(figure, even, "all alike")
    figure.update_yaxes(shares(1.03))
    _over_epochs(figure, planned)
    if len(lines) > 1:
        figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.18, "x": 0})
    return figure


def _dots(color: str) -> dict[str, object]:
    """One an epoch, thinned where they would run together and cost a browser that watches more than the training."""
    return {"size": 4, "color": color, "maxdisplayed": 60}


def _over_epochs(figure: go.Figure, planned: int) -> go.Figure:
    """An axis of whole epochs, as long as the training may become."""
    figure.update_xaxes(
        title="epoch",
        showgrid=False,
        range=[0.5, planned + 0.5],
        tickmode="linear" if planned <= 15 else "auto",
        dtick=1 if planned <= 15 else None,
    )
    return quiet(figure, HEIGHT)
