"""One forward pass as one picture: cards, facets that read them, experts, router, gate, parts, ranking."""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import streamlit as st

from app import state
from app.components.source import Facet, drawn, script, style, titled
from app.look import palette
from app.look.numbers import percent, signed
from fame.explain.forward_pass import ForwardPass

Stage = Literal["history", "facets", "experts", "router", "gate", "score", "next"]
STAGES: tuple[Stage, ...] = get_args(Stage)
CARDS, ROWS = 6, 5  # drawn: the newest items, older ones as one card; the first of the ranking

_flow = st.components.v2.component(
    "fame_flow",
    html=(
        '<div class="root"><div class="picture"></div><div class="tip" aria-hidden="true" hidden></div>'
        "<details><summary>The picture in sentences</summary><ul></ul></details></div>"
    ),
    js=script(__file__),
    css=style(__file__),
)


def flow(
    found: ForwardPass,
    titles: Sequence[str],
    ranked: Sequence[str],
    facets: Sequence[Facet],
    words: Sequence[str],
    *,
    key: str,
    stages: Sequence[Stage] = STAGES,
    known: Sequence[Stage] = STAGES,
    opened: int | None = None,
    small: bool = False,
    guessed: bool = True,
    on_choose: Callable[[str], None] | None = None,
) -> None:
    """Draw the picture.

    Parameters
    ----------
    titles : of the items that were read, oldest first
    ranked : of the items of the answer, best first
    words : the picture in sentences
    stages : that are in colour, all others being grey
    known : that are drawn at all
    opened : the facet whose experts are shown one by one
    small : without headings and sentences on the page, which are read aloud all the same
    guessed : whether the ranking may be seen
    on_choose : gets the stage that was clicked
    """

    def picked() -> None:
        stage = state.sent(key, "choose")
        if on_choose is not None and stage in known:
            on_choose(stage)

    _flow(
        key=key,
        data={
            "cards": cards(found, titles),
            "lanes": lanes(found, facets, opened),
            "rows": rows(found, ranked) if guessed else [],
            "places": min(ROWS, len(ranked)),
            "shares": found.answer.responsibilities is not None,
            "names": [facet.name for facet in facets] + (["popularity"] if facets else ["history", "popularity"]),
            "facets": drawn(facets),
            "patterns": [palette.pattern(facet.color) for facet in facets],
            "stages": list(stages),
            "known": list(known),
            "small": small,
            "choosable": on_choose is not None,
            "words": list(words),
        },
        on_choose_change=picked,
    )


def cards(found: ForwardPass, titles: Sequence[str]) -> list[dict[str, object]]:
    """What is read, oldest first: the begin token, the older items together, the newest one by one."""
    T = len(titles)
    older = max(0, T - CARDS)
    shown: list[dict[str, object]] = []
    if found.start is not None and found.start.any():
        shown.append({"kind": "start", "title": "start", "year": "", "number": "", "from": -1, "to": -1})
    if older:
        shown.append({"kind": "older", "title": f"{older} older", "year": "", "number": "", "from": 0, "to": older - 1})
    return shown + [
        {"kind": "item", **titled(titles[t]), "number": str(t + 1), "from": t, "to": t} for t in range(older, T)
    ]


def lanes(found: ForwardPass, facets: Sequence[Facet], opened: int | None) -> list[dict[str, object]]:
    """A facet a lane, with what it reads; a model without facets is one lane, which reads the mean of its heads."""
    read, start = found.read, found.read_start
    if not facets:
        weights = None if read is None or start is None else [float(start.mean()), *read.mean(0).tolist()]
        return [{"name": "one state", "reads": weights, "experts": [], "gate": 1.0, "open": None}]
    assert read is not None
    assert start is not None
    assert found.attention is not None
    assert found.start is not None
    total = float(found.gate.sum()) or 1.0
    shown: list[dict[str, object]] = []
    for h, facet in enumerate(facets):
        each = [[float(found.start[h, n]), *found.attention[h, n].tolist()] for n in range(found.router.shape[1])]
        shown.append(
            {
                "name": facet.name,
                "reads": [float(start[h]), *read[h].tolist()],
                "experts": [
                    {"weight": float(w), "said": percent(float(w)), "color": palette.expert(n)}
                    for n, w in enumerate(found.router[h])
                ],
                "gate": float(found.gate[h]) / max(1.0, total),
                "said": percent(float(found.gate[h])),
                "open": each if h == opened else None,
            }
        )
    return shown


def rows(found: ForwardPass, ranked: Sequence[str]) -> list[dict[str, object]]:
    """The first of the ranking, each with the parts of its score, or of its probability; popularity is the last."""
    answer, shown = found.answer, []
    for row, title in enumerate(ranked[:ROWS]):
        if answer.responsibilities is not None:
            parts = answer.responsibilities[row].tolist()
            said: Callable[[float], str] = percent
        else:
            above = answer.contributions[row].tolist() if found.facets else [answer.above(row)]
            parts, said = [*above, float(answer.bias[row])], signed
        shown.append(
            {
                **titled(title),
                "probability": float(answer.probability[row]),
                "said": percent(float(answer.probability[row])),
                "parts": parts,
                "values": [said(part) for part in parts],
            }
        )
    return shown
