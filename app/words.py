"""Sentences computed from what was measured; each says only what an exact part or a run without something shows."""

import math
from collections.abc import Sequence

from fame.explain.effects import Knockout

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
SHARE = 0.5  # a facet that carries less than this of all upward parts is no clear answer


def ordinal(rank: int) -> str:
    """1 -> "first", 23 -> "23rd"."""
    if rank <= len(ORDINALS):
        return ORDINALS[rank - 1]
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank:,}{ending}"


def percent(share: float) -> str:
    """0.0342 -> "3.4 %"; two digits that matter, and never a zero for what is not zero."""
    value = 100 * share
    if value and abs(value) < 0.01:
        return "< 0.01 %"
    digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
    return f"{value:.{digits}f} %"


def signed(value: float) -> str:
    """1.234 -> "+1.23", with a real minus sign."""
    return f"{value:+.2f}".replace("-", "−")


def escape(text: str) -> str:
    """Text from data for a Markdown place: shown as it is, whatever it holds."""
    return "".join("\\" + character if character in "\\`*_{}[]()<>#+-.!|$~:&" else character for character in text)


def answer(
    title: str, probability: float, parts: Sequence[float], bias: float, facets: Sequence[str],
    tested: Knockout, history: Sequence[str],
) -> str:  # fmt: skip
    """Why the target is where it is, in one or two sentences of Markdown.

    `parts` are its centred contributions; the claims about what would happen otherwise are `tested`, run by run.
    """
    text = f"*{escape(title)}* comes {ordinal(tested.rank)} with {percent(probability)}."
    if len(facets):
        best = max(range(len(parts)), key=lambda h: parts[h])
        up = sum(part for part in [*parts, bias] if part > 0)
        if up > 0 and parts[best] / up >= SHARE:
            share = f"({signed(parts[best])} of {signed(up)} above the average item)"
            text += f" **{escape(facets[best])}** lifts it most {share}"
        elif up > 0 and bias / up >= SHARE:
            text += f" Its **popularity** lifts it most ({signed(bias)} of {signed(up)} above the average item)"
        else:
            text += " No facet alone carries it"
        fallen = [int(rank) for rank in tested.facet_rank]
        worst = max(range(len(fallen)), key=lambda h: (fallen[h], tested.facet_effect[h]))
        if fallen[worst] > tested.rank:
            which = "it" if worst == best and "**" in text else escape(facets[worst])
            text += f"; without {which}, it would be {ordinal(fallen[worst])}."
        else:
            text += "; leaving out any one facet does not lower it."
    effects = [-math.inf if effect != effect else float(effect) for effect in tested.item_effect]
    if len(effects) > 1:
        most = max(range(len(effects)), key=effects.__getitem__)
        rank = int(tested.item_rank[most])
        if rank > tested.rank:
            text += f" Without *{escape(history[most])}* in the history, it would be {ordinal(rank)}."
        else:
            text += " No single past item holds it there: remove any one and it stays or rises."
    return text
