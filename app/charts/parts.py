"""The exact parts of one item's score."""

from collections.abc import Sequence

import plotly.graph_objects as go

from app import palette
from app.charts.look import plain, quiet
from app.words import signed


def facet_parts(facets: Sequence[str], parts: Sequence[float], bias: float | None) -> go.Figure:
    """A bar a facet: by how much it lifts this item above the average item; and popularity, if the model has it."""
    names, values = list(facets), list(parts)
    colors = [palette.facet(h) for h in range(len(names))]
    if bias is not None:
        names, values, colors = [*names, "popularity"], [*values, bias], [*colors, palette.NEUTRAL]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=[plain(name) for name in names],
            orientation="h",
            marker={"color": colors},
            text=[signed(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    most = max((abs(value) for value in values), default=1.0) or 1.0
    figure.update_xaxes(range=[min(0, *values, 0) - 0.3 * most, max(0, *values, 0) + 0.3 * most], showticklabels=False)
    figure.update_xaxes(showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return quiet(figure, 34 * len(names) + 24)
