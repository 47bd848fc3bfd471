"""Sentences computed from what was measured; each says only what an exact part or a run without something shows."""

import math
from collections.abc import Sequence

from fame.explain.driver import Evidence, name_driver
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
    if not value:
        return "0 %"
    if abs(value) < 0.01:
        return "< 0.01 %"
    digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
    return f"{value:.{digits}f} %"


def duration(seconds: float) -> str:
    """3.2 -> "3.2 s", 200 -> "3 minutes"; as exact as an estimate can be."""
    if seconds < 10:
        return f"{max(0.1, seconds):.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def size(count: int) -> str:
    """Bytes in words: 5_300_000 -> "5.3 MB"."""
    if count == 0:
        return "nothing"
    return (
        f"{count / 1e9:.1f} GB"
        if count >= 1e9
        else f"{count / 1e6:.0f} MB"
        if count >= 1e7
        else f"{count / 1e6:.1f} MB"
    )


def signed(value: float) -> str:
    """1.234 -> "+1.23", with a real minus sign; what rounds to nothing has no sign."""
    text = f"{value:+.2f}".replace("-", "−")
    return "0.00" if text[1:] == "0.00" else text


def escape(text: str) -> str:
    """Text from data for a Markdown place: shown as it is, whatever it holds."""
    return "".join("\\" + character if character in "\\`*_{}[]()<>#+-.!|$~:&" else character for character in text)


def answer(
    title: str, probability: float, parts: Sequence[float], bias: float, facets: Sequence[str],
    tested: Knockout, history: Sequence[str], shares: Sequence[float] | None = None, told: Evidence | None = None,
    rest: float | None = None,
) -> str:  # fmt: skip
    """Why the target is where it is, in one or two sentences of Markdown.

    `parts` are its centred contributions, `shares` its responsibilities where the model is a mixture; the claims about
    what would happen otherwise are `tested`, run by run, and `told` is the evidence by which a driver is named. `rest`
    is what lifts it that goes with no attribute family: a driver that lifts it less is said to be one of attributes.
    """
    text = f"*{escape(title)}* comes {ordinal(tested.rank)} with {percent(probability)}"
    driver = name_driver(told) if told is not None else None
    if told is not None and told.families:
        text += f", driven by **{escape(driver.name)}**" if driver else "; it has no clear driver"
        if driver and rest is not None and rest > driver.evidence["part"]:
            text += " as far as its attributes go"
    text += "."
    held = True  # nothing that was left out so far lowered it
    if len(facets):
        lead, claim = _lead(parts, bias, facets) if shares is None else _most(shares, facets)
        if driver and lead is not None and facets[lead] == driver.name:
            claim = claim.replace(f"**{escape(driver.name)}**", "That facet", 1)
        worst = max(range(len(facets)), key=lambda h: (tested.facet_rank[h], tested.facet_effect[h]))
        fallen = int(tested.facet_rank[worst])
        held = fallen <= tested.rank
        if not held:
            which = "it" if worst == lead else escape(facets[worst])
            text += f" {claim}; without {which}, it would be {ordinal(fallen)}."
        else:
            text += f" {claim}; leaving out any one facet does not lower it."
    effects = [-math.inf if effect != effect else float(effect) for effect in tested.item_effect]
    if len(effects) > 1:
        most = max(range(len(effects)), key=effects.__getitem__)
        rank = int(tested.item_rank[most])
        if rank > tested.rank:
            text += f" Without *{escape(history[most])}* in the history, it would be {ordinal(rank)}."
        else:
            text += (
                " Removing any one past item does not lower it either."
                if held and len(facets)
                else (" Removing any one past item does not lower it.")
            )
    return text


def _most(shares: Sequence[float], facets: Sequence[str]) -> tuple[int | None, str]:
    """The same for a mixture: the facet that most of the probability is from."""
    best = max(range(len(shares)), key=lambda h: shares[h])
    if shares[best] < SHARE:
        return None, "No facet alone carries it"
    return best, f"**{escape(facets[best])}** gives it most of its probability ({percent(shares[best])})"


def _lead(parts: Sequence[float], bias: float, facets: Sequence[str]) -> tuple[int | None, str]:
    """The facet that carries most of what lifts the item, if one does, and how that is said."""
    up = sum(part for part in [*parts, bias] if part > 0)
    best = max(range(len(parts)), key=lambda h: parts[h])
    if up > 0 and parts[best] >= SHARE * up:
        share = f"({signed(parts[best])} of {signed(up)} above the average item)"
        return best, f"**{escape(facets[best])}** lifts it most {share}"
    if up > 0 and bias >= SHARE * up:
        return None, f"Its **popularity** lifts it most ({signed(bias)} of {signed(up)} above the average item)"
    return None, "No facet alone carries it"
