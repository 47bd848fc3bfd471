"""The exact parts of a score, or of the difference of two, split in two ways that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.look.chart import drawn, filled, heading, plain
from app.look.numbers import signed

POPULARITY = "popularity"  # is hatched, as in the ranking: it is no facet
GAP = 0.26  # between the two, as a share of the picture: the names of the second stand there


@dataclass(frozen=True)
class ScoreSplit:
    """One way to split a score."""

    title: str
    names: Sequence[str]
    parts: Sequence[float]
    colors: Sequence[str]
    outlined: int = 0  # so many of the first bars are outlined, not filled: attributes, which are no facets
    said: Sequence[str] = ()  # the names in full, as hovering tells them; the same where there are none


def splits(ways: Sequence[ScoreSplit]) -> go.Figure:
    """The ways side by side, a bar a part, all on one scale."""
    low = min(0.0, *(part for way in ways for part in way.parts))
    high = max(0.0, *(part for way in ways for part in way.parts))
    room = (0.75 if low and high else 0.45) * ((high - low) or 1.0)  # for the numbers at the ends of the bars
    span = [low - room if low else 0.0, high + room if high else 0.0]
    rows, width = max(len(way.names) for way in ways), (1 - GAP * (len(ways) - 1)) / len(ways)
    traces, titles, layout = [], [], dict[str, Any]()
    for w, way in enumerate(ways):
        axis, left = str(w + 1) if w else "", w * (width + GAP)
        traces.append(
            {
                "type": "bar",
                "x": list(way.parts),
                "y": list(range(len(way.names))),
                "xaxis": f"x{axis}",
                "yaxis": f"y{axis}",
                "orientation": "h",
                "marker": filled(
                    way.colors,
                    hollow=[bar < way.outlined for bar in range(len(way.names))],
                    hatched=[name == POPULARITY for name in way.names],
                ),
                "text": [signed(part) for part in way.parts],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertext": [
                    f"{plain(name)} {signed(part)}" for name, part in zip(way.said or way.names, way.parts, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
        layout[f"xaxis{axis}"] = {
            "domain": [left, left + width],
            "range": span,
            "anchor": f"y{axis}",
            "showticklabels": False,
            "showgrid": False,
            "zeroline": True,
            "automargin": False,
        }
        layout[f"yaxis{axis}"] = {
            "anchor": f"x{axis}",
            "tickvals": list(range(len(way.names))),
            "ticktext": [plain(name, 12) for name in way.names],
            "range": [rows - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        }
        titles.append(heading(way.title, left))
    layout |= {"annotations": titles, "margin": {"l": 8, "r": 8, "t": 28, "b": 4}}
    return drawn(traces, layout, 32 * rows + 34)
