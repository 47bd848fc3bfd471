"""Sentences about which past items an item is due to: each claims what a test has shown, or that there is no answer."""

import math
from collections.abc import Sequence

import numpy as np

from app.words import escape, facet, ordinal, percent
from fame.explain.attribution import Method
from fame.explain.claim import Claim
from fame.explain.effects import worst
from fame.explain.facet_effects import FacetShares

NAMES: dict[Method, str] = {
    "occlusion-remove": "occlusion, removed",
    "occlusion-mask": "occlusion, masked",
    "greedy": "greedy occlusion",
    "shapley": "Shapley values",
    "integrated-gradients": "integrated gradients",
    "gradient-x-input": "gradient × input",
    "attention": "attention",
    "rollout": "attention rollout",
    "recency": "recency",
    "random": "random order",
}
MEANINGS: dict[Method, str] = {
    "occlusion-remove": "How far log p falls when the item is removed and the later ones move up.",
    "occlusion-mask": "How far log p falls when the item is hidden and its place stays empty.",
    "greedy": "Remove the item without which log p falls furthest, look again at what is left, and so on.",
    "shapley": "The item's fair share of log p over all parts of the history, for up to 10 items.",
    "integrated-gradients": "The slope of log p along the way from the average item to this one, added up (Captum).",
    "gradient-x-input": "The slope of log p at the item's embedding, times the embedding.",
    "attention": "How much the last layer reads of the item: a weight, the same for every target.",
    "rollout": "Attention of all layers multiplied: a weight, the same for every target.",
    "recency": "The latest first. It looks at no model: what every method has to beat.",
    "random": "An order drawn by lot: what every method has to beat.",
}


def because(
    method: Method, claim: Claim | None, title: str, probability: float, past: Sequence[str], rival: str | None = None
) -> str:
    """The answer in a sentence of Markdown; `past` are the titles of what was read."""
    item = f"*{escape(title)}*"
    if claim is None:
        return (
            f"**No clear answer**: {NAMES[method]} finds no past item that speaks for {item} ({percent(probability)})."
        )
    named = listed([past[t] for t in claim.items])
    n = len(claim.items)
    them, as_many = ("that item", "another") if n == 1 else (f"those {n} items", f"{n} others")
    if rival is not None:
        return against(claim, item, f"*{escape(rival)}*", named, them, as_many)
    lead = f"{item} comes {ordinal(claim.rank)} with {percent(probability)}"
    way = "falls" if claim.fall > 0 else "rises"
    left = f"its probability {way} to {percent(math.exp(-claim.fall))} of what it was"
    if not claim.holds:
        others = f"; without {as_many} it falls as far or further" if matched(claim) else ""
        return f"**No clear answer**: {lead}, and {NAMES[method]} points to {named}, but without {them} {left}{others}."
    if claim.rank_without <= claim.rank:
        did = "did most for it" if n == 1 else f"did more for it than {as_many}"
        return f"{lead}, and {named} {did}: without {them} {left}, though it keeps its place."
    without = f"without {them} it would be {ordinal(claim.rank_without)}; without {as_many} {place(claim)}"
    return f"{lead} because of {named}: {without}."


def unexplained(title: str, rank: int, method: Method, alone: bool) -> str:
    """Where no method has said anything yet, or there is nothing to say."""
    item = f"*{escape(title)}* comes {ordinal(rank)}"
    if alone:
        return f"{item}. The history has one item, so there is nothing to weigh it against; add another."
    return f"{item}. What {NAMES[method]} says about it is not worked out yet: ask for it, or choose another method."


def against(claim: Claim, item: str, rival: str, named: str, them: str, as_many: str) -> str:
    """The same for an item against another."""
    assert claim.lead_without is not None
    before, after = claim.lead_without + claim.fall, claim.lead_without
    now = f"{item} is {times(before)} {rival}"
    without = f"without {them} it would be {times(after)} it"
    is_said, speaks = ("is said", "speaks") if len(claim.items) == 1 else ("are said", "speak")
    if not claim.holds:
        others = f"; leaving out {as_many} does as much or more" if matched(claim) else ""
        return f"**No clear answer**: {now}, and {named} {is_said} to speak for it, but {without}{others}."
    if before >= 0 > after:
        return f"{now} because of {named}: without {them}, {rival} would be ahead. Leaving out {as_many} does less."
    return f"{now}, and {named} {speaks} for it more than {as_many}: {without}."


def place(claim: Claim) -> str:
    """Where the target is without as many others: in every case, or in the median one."""
    ranks = np.maximum(claim.others_rank, claim.rank)
    typically = "" if (ranks == ranks[0]).all() else "typically "
    median = int(np.quantile(ranks, 0.5, method="lower"))
    return f"it {typically}stays there" if median == claim.rank else f"it would {typically}be {ordinal(median)}"


def matched(claim: Claim) -> bool:
    """Whether leaving out as many others does as much."""
    return bool((claim.others >= max(claim.fall, 0)).any())


def times(lead: float) -> str:
    """A lead in log p, in words: 1.1 -> "3 times as likely as"."""
    ratio = math.exp(min(abs(lead), 20.0))
    if ratio < 1.05:
        return "about as likely as"
    if ratio >= 100:
        return "far likelier than" if lead > 0 else "far less likely than"
    return f"{ratio:.2g} times as likely as" if lead > 0 else f"{1 / ratio:.2g} times as likely as"


def facets(shares: FacetShares, names: Sequence[str], of_sum: bool) -> str:
    """What leaving out a facet would do, as the sentence after.

    In a sum of facets it is said where the gate weight of the one that is left out goes to the others.
    """
    given = ", its gate weight going to the others" if of_sum and shares.missing == "renormalised" else ""
    fallen = worst(shares.rank, shares.rank_without, shares.alone)
    if fallen is None:
        return f" Leaving out any one facet{given}{',' * bool(given)} does not lower it."
    without = f"Without the {facet(names[fallen])}{given}"
    return f" {without}{',' * bool(given)} it would be {ordinal(int(shares.rank_without[fallen]))}."


def listed(titles: Sequence[str]) -> str:
    """["A", "B", "C"] -> "*A*, *B* and *C*"."""
    said = [f"*{escape(title)}*" for title in titles]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
