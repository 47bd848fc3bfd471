"""The exact parts of a score, or of the difference of two, split in two ways that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from app.look.chart import drawn, filled, heading, plain
from app.look.numbers import percent, signed

POPULARITY = "popularity"  # is hatched, as in the ranking: it is no facet
ROW, HEAD = 30, 28  # pixels of a bar with the room around it, and of a title


@dataclass(frozen=True)
class ScoreSplit:
    """One way to split a score."""

    title: str
    names: Sequence[str]
    parts: Sequence[float]
    colors: Sequence[str]
    outlined: int = 0  # so many of the first bars are outlined, not filled: attributes, which are no facets
    dotted: int = 0  # so many of the next ones are dotted: families derived from what users took, which are neither
    said: Sequence[str] = ()  # the names in full, as hovering tells them; the same where there are none
    texts: Sequence[str] = ()  # at the ends of the bars; the parts where there are none


def splits(ways: Sequence[ScoreSplit]) -> go.Figure:
    """The ways one under another, a bar a part, all on one scale with one zero."""
    low = min(0.0, *(part for way in ways for part in way.parts))
    high = max(0.0, *(part for way in ways for part in way.parts))
    room = (0.35 if low and high else 0.25) * ((high - low) or 1.0)  # for the numbers at the ends of the bars
    whole = sum(ROW * len(way.names) + HEAD for way in ways) - HEAD
    traces, titles, layout, top = [], [], dict[str, Any](), 0
    for w, way in enumerate(ways):
        axis, height = str(w + 1) if w else "", ROW * len(way.names)
        traces.append(
            {
                "type": "bar",
                "x": list(way.parts),
                "y": list(range(len(way.names))),
                "yaxis": f"y{axis}",
                "orientation": "h",
                "marker": filled(
                    way.colors,
                    hollow=[bar < way.outlined for bar in range(len(way.names))],
                    hatched=[name == POPULARITY for name in way.names],
                    dotted=[0 <= bar - way.outlined < way.dotted for bar in range(len(way.names))],
                ),
                "text": list(way.texts) or [signed(part) for part in way.parts],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertext": [
                    f"{plain(name)} {signed(part)}" for name, part in zip(way.said or way.names, way.parts, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
        layout[f"yaxis{axis}"] = {
            "domain": [max(0.0, 1 - (top + height) / whole), 1 - top / whole],
            "tickvals": list(range(len(way.names))),
            "ticktext": [plain(name, 18) for name in way.names],
            "range": [len(way.names) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        }
        titles.append(heading(way.title, 0.0) | {"y": 1 - top / whole})
        top += height + HEAD
    layout["xaxis"] = {
        "range": [low - room if low else 0.0, high + room if high else 0.0],
        "anchor": f"y{len(ways) if len(ways) > 1 else ''}",
        "showticklabels": False,
        "showgrid": False,
        "zeroline": True,
        "automargin": False,
    }
    layout |= {"annotations": titles, "margin": {"l": 8, "r": 8, "t": HEAD, "b": 4}}
    return drawn(traces, layout, whole + HEAD + 4)


def whole(title: str, names: Sequence[str], shares: Sequence[float], colors: Sequence[str]) -> go.Figure:
    """One bar of outlined shares that make 1; a share with too little room for its name says it on hover."""
    traces = [
        {
            "type": "bar",
            "x": [share],
            "y": [0],
            "orientation": "h",
            "marker": filled([color], hollow=[True]),
            "text": [f"{plain(name, 18)} {percent(share)}"],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "hovertext": [f"{plain(name)} {percent(share)}"],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        for name, share, color in zip(names, shares, colors, strict=True)
    ]
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "automargin": False}
    layout = {
        "barmode": "stack",
        "bargap": 0.1,
        "uniformtext": {"mode": "hide", "minsize": 12},
        "xaxis": bare | {"range": [-0.004, 1.004]},
        "yaxis": bare | {"range": [-0.5, 0.5]},
        "annotations": [heading(title, 0.0)],
        "margin": {"l": 2, "r": 2, "t": HEAD, "b": 4},
    }
    return drawn(traces, layout, ROW + HEAD + 4)
