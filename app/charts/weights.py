"""Gate and router weights along a history, as squares whose area is the weight; and over all users."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from app.charts.look import GRID, LINE, plain, quiet

LABELLED = 24  # of more positions only some are numbered
SQUARE = 30.0  # side of weight 1, in pixels


def squares(
    rows: Sequence[str], colors: Sequence[str], titles: Sequence[str], weights: np.ndarray, chosen: int, what: str
) -> go.Figure:
    """Positions from oldest to newest against rows (facets or experts); `weights` (T, rows) sum to 1 over the rows.

    A point's `customdata` is (position, row), both from 0, so that a click can choose it.
    """
    T, R = weights.shape
    cells = [(t, r) for t in range(T) for r in range(R)]
    side = SQUARE if T <= 24 else max(9.0, SQUARE * 24 / T)
    figure = go.Figure(
        go.Scatter(
            x=[t + 1 for t, _ in cells],
            y=[r for _, r in cells],
            mode="markers",
            marker={
                "symbol": "square",
                "size": np.maximum(2, side * np.sqrt(weights.ravel())),
                "color": [colors[r] for _, r in cells],
                "opacity": 1,
                "line": {"width": 0},
            },
            customdata=cells,
            text=[f"{plain(titles[t])}<br>{plain(rows[r])}: {what} {weights[t, r]:.0%}" for t, r in cells],
            hovertemplate="%{text}<extra></extra>",
            unselected={"marker": {"opacity": 1}},
            selected={"marker": {"opacity": 1}},
        )
    )
    figure.add_vrect(x0=chosen + 0.5, x1=chosen + 1.5, fillcolor=GRID, line={"width": 1, "color": LINE}, layer="below")
    positions(figure, T)
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(
        tickvals=list(range(R)), ticktext=[plain(name) for name in rows], range=[R - 0.5, -0.5], zeroline=False
    )
    return quiet(figure, 40 * R + 60)


def bars(names: Sequence[str], values: Sequence[float], colors: Sequence[str], texts: Sequence[str]) -> go.Figure:
    """Horizontal bars with their figures written beside them."""
    figure = go.Figure(
        go.Bar(
            x=list(values),
            y=[plain(name, 34) for name in names],
            orientation="h",
            marker={"color": list(colors)},
            text=list(texts),
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    most = max(values, default=0) or 1
    figure.update_xaxes(range=[0, 1.3 * most], showticklabels=False, showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    return quiet(figure, 30 * len(names) + 24)


def distributions(groups: Sequence[str], weights: Sequence[np.ndarray], color: str) -> go.Figure:
    """A box a group, of one facet's gate weight over the group's users; quartiles, whiskers to 1.5 IQR."""
    figure = go.Figure()
    for group, values in zip(groups, weights, strict=True):
        figure.add_trace(
            go.Box(
                x=values,
                name=plain(group, 26),
                orientation="h",
                boxpoints=False,
                line={"color": color, "width": 1.5},
                fillcolor="rgba(0,0,0,0)",
                hoverinfo="x",
            )
        )
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return quiet(figure, 30 * len(groups) + 44)


def attention(titles: Sequence[str], rows: np.ndarray, names: Sequence[str], colors: Sequence[str]) -> go.Figure:
    """What each expert reads: grouped bars over the history's items; `rows` (N, T) sum to 1 over T.

    Rows of one more than there are titles begin with the begin token, which stands at 0.
    """
    figure = go.Figure()
    start = rows.shape[1] - len(titles)
    read = ["the start of the history", *titles][1 - start :]
    for n, row in enumerate(rows):
        figure.add_trace(
            go.Bar(
                x=list(range(1 - start, len(titles) + 1)),
                y=row,
                name=plain(names[n]),
                marker={"color": colors[n]},
                customdata=[plain(title) for title in read],
                hovertemplate="%{customdata}<br>" + plain(names[n]) + " reads it with %{y:.0%}<extra></extra>",
            )
        )
    positions(figure, len(titles), start)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    quiet(figure, 320)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.12, "x": 0}, barmode="group")
    return figure


def positions(figure: go.Figure, T: int, start: int = 0) -> None:
    """An axis of the history's positions, numbered as the cards of the strip are; with `start` 1, its start before."""
    numbers = list(range(1, T + 1)) if T <= LABELLED else [t for t in range(1, T + 1) if t % 10 == 0]
    figure.update_xaxes(
        title="item of the history, oldest first",
        tickvals=[0] * start + numbers,
        ticktext=["start"] * start + [str(t) for t in numbers],
        range=[0.5 - start, T + 0.5],
        showgrid=False,
    )
