"""Sentences about which past items an item is due to: each claims what a test has shown, or that there is no answer."""

import math
from collections.abc import Sequence

import numpy as np

from app.look.numbers import ordinal, percent, whole
from app.sentences.marking import escape, facet, together, told_apart
from fame.explain.facets.effects import FacetShares
from fame.explain.past.claim import Claim
from fame.explain.past.kinds import KINDS, Method
from fame.explain.records import worst


def because(
    method: Method, claim: Claim | None, title: str, probability: float, past: Sequence[str], rival: str | None = None,
    first: int | None = None,
) -> str:  # fmt: skip
    """The answer in a sentence or two of Markdown.

    `past` are the titles of what was read, `first` is the position that the method finds most important.
    """
    item, all_of_them = f"*{escape(title)}*", f"the {len(past)} past items that are read"
    if claim is None:
        what = f"the probability of {item}" if rival is None else f"its lead over *{escape(rival)}*"
        return (
            f"**No clear answer**: {item} has {percent(probability)}, and leaving out any one of {all_of_them} lowers "
            f"{what} by nothing that could be measured."
        )
    names = told_apart(past)
    named = together([names[t] for t in claim.items])
    if rival is not None:
        said = against(claim, item, f"*{escape(rival)}*", named, all_of_them)
    else:
        said = alone(claim, item, probability, named, all_of_them)
    if claim.exact and first is not None and first != claim.items[0]:
        said += f" By {KINDS[method].title}, {names[first]} comes first."
    return said


def alone(claim: Claim, item: str, probability: float, named: str, all_of_them: str) -> str:
    """What is said of an item by itself."""
    lead = f"{item} comes {ordinal(claim.rank)} with {percent(probability)}"
    without, kept = leaving_out(claim), math.exp(-claim.fall)
    left = f"its probability falls to {percent(kept) if kept < 0.99 else f'over {whole(0.99)}'} of what it was"
    became = "it keeps its place" if claim.rank_without == claim.rank else f"it would be {ordinal(claim.rank_without)}"
    if not claim.holds:
        most = "most" if claim.most else "as far as removing another does"
        tried = f"Of {all_of_them}, removing {named} lowers it {most}, and {without} {left}; {became}."
        return f"**No clear answer**: {lead}. {tried}"
    if claim.exact:
        kept_place = f"{left}, though {became}" if claim.rank_without <= claim.rank else became
        return f"{lead}. Of {all_of_them}, removing {named} lowers it most: {without} {kept_place}."
    if claim.rank_without <= claim.rank:
        return f"{lead}, and {named} did more for it than any of {by_lot(claim)}: {without} {left}, though {became}."
    return f"{lead} because of {named}: {without} {became}; without {len(claim.items)} drawn by lot {place(claim)}."


def unexplained(title: str, rank: int, method: Method, alone: bool) -> str:
    """Where no method has said anything yet, or there is nothing to say."""
    item = f"*{escape(title)}* comes {ordinal(rank)}"
    if alone:
        return f"{item}. The history has one item, so there is nothing to weigh it against; add another."
    said = f"What {KINDS[method].title} says about it is not worked out yet: ask for it, or choose another method."
    return f"{item}. {said}"


def against(claim: Claim, item: str, rival: str, named: str, all_of_them: str) -> str:
    """What is said of an item's lead over another, and of the past items that it is due to."""
    assert claim.lead_without is not None
    before, after = claim.lead_without + claim.fall, claim.lead_without
    now = f"{item} is {times(before)} {rival}"
    without = leaving_out(claim)
    became = f"{rival} would be ahead" if before >= 0 > after else f"it would be {times(after)} it"
    if not claim.holds:
        most = "most" if claim.most else "as far as removing another does"
        tried = f"Of {all_of_them}, removing {named} sets it back {most}, but {without} {became}."
        return f"**No clear answer**: {now}. {tried}"
    if claim.exact:
        return f"{now}. Of {all_of_them}, removing {named} sets it back most: {without} {became}."
    if claim.displaces:
        return f"{now} because of {named}: {without} {became}. Leaving out any of {by_lot(claim)} does less."
    return f"{now}, and {named} speak for it more than any of {by_lot(claim)}: {without} {became}."


def leaving_out(claim: Claim) -> str:
    """The words before what would be otherwise."""
    if claim.exact:
        return "without that item"
    return f"without those {len(claim.items)} items" + (" (masked in place)" if claim.way == "mask" else "")


def by_lot(claim: Claim) -> str:
    """What several items were tested against."""
    return f"{len(claim.others)} other {'pairs' if len(claim.items) == 2 else 'threes'} of past items, drawn by lot"


def place(claim: Claim) -> str:
    """Where the target is without others: in every case that was run, or in the median one."""
    ranks = claim.others_rank
    typically = "" if (ranks == ranks[0]).all() else "typically "
    median = int(np.quantile(ranks, 0.5, method="lower"))
    return f"it {typically}stays there" if median == claim.rank else f"it would {typically}be {ordinal(median)}"


def times(lead: float) -> str:
    """A lead in log p, in words: 1.1 -> "3 times as likely as"."""
    ratio = math.exp(min(abs(lead), 20.0))
    if ratio < 1.05:
        return "about as likely as"
    if ratio >= 100:
        return "far likelier than" if lead > 0 else "far less likely than"
    return f"{ratio:.2g} times as likely as" if lead > 0 else f"{1 / ratio:.2g} times as likely as"


def facets(shares: FacetShares, names: Sequence[str], droppable: bool) -> str:
    """What leaving out a facet would do, as the sentence after.

    Where a gate weight could also go missing, it is said that it goes to the others.
    """
    given = ", its gate weight going to the others" if droppable and shares.missing == "renormalised" else ""
    fallen = worst(shares.rank, shares.rank_without, shares.alone)
    if fallen is None:
        return f" Leaving out any one facet{given}{',' * bool(given)} does not lower its rank."
    without = f"Without the {facet(names[fallen])}{given}"
    return f" {without}{',' * bool(given)} it would be {ordinal(int(shares.rank_without[fallen]))}."


def listed(titles: Sequence[str]) -> str:
    """["A", "B", "C"] -> "*A*, *B* and *C*"."""
    said = [f"*{escape(title)}*" for title in titles]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
