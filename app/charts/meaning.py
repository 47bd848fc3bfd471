"""What facets mean: matrices with their numbers written in the cells, shares with intervals, and a curve."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from app.look import palette
from app.look.chart import FRAME, LINE, SCALE, plain, quiet, shares, to_beat
from app.look.numbers import percent

SMALL_TEXT = "<br><span style='font-size:11px'>{}</span>"


def matrix(
    rows: Sequence[str], columns: Sequence[str], values: np.ndarray, texts: Sequence[Sequence[str]], most: float
) -> go.Figure:
    """Cells as strong as their value (rows, columns), from 0 to `most`; NaN = not tested. The texts are written in."""
    x, y = list(range(len(columns))), list(range(len(rows)))
    figure = go.Figure(
        go.Heatmap(
            x=x, y=y, z=values, zmin=0, zmax=most, colorscale=SCALE, showscale=False, xgap=3, ygap=3, hoverinfo="skip"
        )
    )
    cells = [(column, row) for row in y for column in x]
    figure.add_trace(
        go.Scatter(
            x=[column for column, _ in cells],
            y=[row for _, row in cells],
            mode="text",
            textfont={"size": 14},
            text=[texts[row][column] for column, row in cells],
            customdata=[f"{plain(rows[row])} × {plain(columns[column])}" for column, row in cells],
            hovertemplate="%{customdata}<br>%{text}<extra></extra>",
        )
    )
    for column in x:
        for row in y:
            box = {"x0": column - 0.49, "x1": column + 0.49, "y0": row - 0.46, "y1": row + 0.46}
            figure.add_shape(type="rect", **box, line={"color": FRAME, "width": 1}, layer="below")
    figure.update_xaxes(
        tickvals=x, ticktext=[plain(name, 16) for name in columns], side="top", showgrid=False, zeroline=False,
        range=[-0.5, len(columns) - 0.5],
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=y, ticktext=[plain(name, 16) for name in rows], showgrid=False, zeroline=False,
        range=[len(rows) - 0.5, -0.5],
    )  # fmt: skip
    return quiet(figure, 52 * len(rows) + 44)


def intervals(
    names: Sequence[str], values: Sequence[float], low: Sequence[float], high: Sequence[float],
    marks: Sequence[tuple[str, float]], chosen: int,
) -> go.Figure:  # fmt: skip
    """A dot and its interval a row, from 0 to 1, against vertical lines with a name; one row is the subject."""
    colors = [palette.FACETS[0] if row == chosen else palette.NEUTRAL for row in range(len(names))]
    figure = go.Figure(
        go.Scatter(
            x=list(values),
            y=[f"<b>{plain(name)}</b>" if row == chosen else plain(name) for row, name in enumerate(names)],
            mode="markers+text",
            marker={"size": 11, "color": colors},
            text=[percent(value) for value in values],
            textposition="top center",
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [top - value for top, value in zip(high, values, strict=True)],
                "arrayminus": [value - bottom for bottom, value in zip(low, values, strict=True)],
                "color": palette.NEUTRAL,
                "thickness": 2,
                "width": 5,
            },
            cliponaxis=False,
            customdata=[f"{percent(bottom)} to {percent(top)}" for bottom, top in zip(low, high, strict=True)],
            hovertemplate="%{y}: %{text}, 95\u00a0% interval %{customdata}<extra></extra>",
        )
    )
    for name, place in marks:
        mark = {"yshift": 6, "xanchor": "right" if place > 0.8 else "center"}
        figure.add_vline(
            x=place, line={"color": LINE, "dash": "dot"}, annotation=mark | {"text": f"{name} {percent(place)}"},
            annotation_position="top",
        )  # fmt: skip
    figure.update_xaxes(shares(1.04))
    figure.update_yaxes(range=[len(names) - 0.5, -0.75], showgrid=False, type="category")
    quiet(figure, 46 * len(names) + 72)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 34, "b": 8})
    return figure


def coverage(named: Sequence[float], right: Sequence[float], chance: float) -> go.Figure:
    """How much of what is named is right, as more is asked for before a name is given."""
    figure = go.Figure(
        go.Scatter(
            x=list(named),
            y=list(right),
            mode="lines+markers",
            line={"color": palette.FACETS[0], "width": 2},
            marker={"size": 5},
            text=[f"of {percent(x)} that are named, {percent(y)} are right" for x, y in zip(named, right, strict=True)],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    to_beat(figure, chance, f"chance {percent(chance)}")
    figure.update_xaxes(shares(1.02) | {"title": "events that are named"})
    figure.update_yaxes(shares(1.04) | {"title": "of these, right"})
    return quiet(figure, 300)


def reliability(said: Sequence[float], right: Sequence[float], cases: Sequence[int]) -> go.Figure:
    """How often what is said is so, a dot a tenth of the scale, against the line on which it always is."""
    size = [7 + 20 * (many / max(cases)) ** 0.5 for many in cases]
    figure = go.Figure(
        go.Scatter(
            x=list(said),
            y=list(right),
            mode="lines+markers",
            line={"color": palette.FACETS[0], "width": 1.5},
            marker={"size": size, "color": palette.FACETS[0], "opacity": 1, "line": {"width": 0}},
            text=[
                f"said {percent(x)}, right in {percent(y)} of {many:,}"
                for x, y, many in zip(said, right, cases, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line={"color": LINE, "dash": "dot"}, layer="below")
    figure.update_xaxes(shares(1.04) | {"title": "said"})
    figure.update_yaxes(shares(1.04) | {"title": "of these, right"})
    return quiet(figure, 300)
