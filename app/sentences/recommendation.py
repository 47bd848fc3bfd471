"""Sentences computed from what was measured; each says only what an exact part or a run without something shows."""

from collections.abc import Sequence

from app.look.numbers import ordinal, percent, signed
from app.sentences.marking import derived_family, escape, facet, family, together, told_apart
from fame.data.derived.records import AUDIENCE
from fame.explain.families.driver import Evidence
from fame.explain.families.lift import Lift, foremost
from fame.explain.families.probability import shipped
from fame.explain.families.verdict import about, verdict
from fame.explain.records import Knockout

SHARE = 0.5  # a facet that gives less than this of what lifts an item is not said to lift it most


def answer(
    title: str, probability: float, parts: Sequence[float], bias: float, facets: Sequence[str],
    tested: Knockout, history: Sequence[str], shares: Sequence[float] | None = None, told: Evidence | None = None,
    rest: float | None = None, typical: Sequence[str] = (),
) -> str:  # fmt: skip
    """Why the target is where it is, in a few sentences of Markdown, the largest truth first.

    `parts` are its centred contributions, `shares` its responsibilities where scores are no sums; the claims about
    what would happen otherwise are `tested`, run by run, and `told` is the evidence by which a driver is named. `rest`
    is what lifts it that goes with no family; None where the score is no sum. `typical` are titles of its audience.
    """
    text = f"*{escape(title)}* comes {ordinal(tested.rank)} with {percent(probability)}"
    if told is not None and told.families:
        text += driven(told, rest, bias, typical)
    text += "."
    fallen = tested.worst_facet
    if len(facets):
        lead, claim = _lead(parts, bias, facets) if shares is None else _most(shares, facets)
        if fallen is None:
            text += f" {claim}; leaving out any one facet does not lower its rank."
        else:
            which = "it" if fallen == lead else f"the {facet(facets[fallen])}"
            text += f" {claim}; without {which}, it would be {ordinal(int(tested.facet_rank[fallen]))}."
    if len(tested.item_rank) > 1:
        worst = tested.worst_item
        if worst is not None:
            gone = told_apart(history)[worst]
            text += f" Without {gone} in the history, it would be {ordinal(int(tested.item_rank[worst]))}."
        else:
            either = " either" if len(facets) and fallen is None else ""
            text += f" Removing any one past item does not lower its rank{either}."
    return text


def driven(told: Evidence, rest: float | None, bias: float, typical: Sequence[str] = ()) -> str:
    """What drove it among its attributes, after what lifts it more than any of them."""
    found, lift = verdict(told), foremost(told.parts.tolist(), rest, bias)
    attributes = f"; {drives(told)}" if told.asked.families else ""
    if name := derived_lift(told, lift):
        return f": {lifted_by(name, typical)} {amount(lift.part, lift.whole)}{attributes}" if lift else ""
    if not told.asked.families and lift is not None and lift.source == "rest":
        return f": what lifts it most goes with no family {amount(lift.part, lift.whole)}"
    if lift is None or lift.source == "family":
        if not attributes:
            return ""
        if found.kind != "family":
            return f"; {drives(told)}"
        lead = "driven by the" if lift else f"of its {asked_of(told)} driven by"
        name = driver_name(told, found.names[0]) if lift else f"**{escape(found.names[0])}**"
        return f", {lead} {name}, {about(found)}"
    none = "no family" if told.derived else "no attribute"
    what = f"what lifts it most goes with {none}" if lift.source == "rest" else "its popularity lifts it most"
    return f": {what} {amount(lift.part, lift.whole)}{attributes}"


def derived_lift(told: Evidence, lift: Lift | None) -> str:
    """The derived family that lifts it most; empty where that is something else."""
    if lift is None or lift.family is None or lift.family < len(told.families) - told.derived:
        return ""
    return told.families[lift.family]


def lifted_by(name: str, typical: Sequence[str]) -> str:
    """That a derived family lifts it most, an audience told by its most typical titles."""
    if name.startswith(AUDIENCE) and typical:
        those = together([f"*{escape(title)}*" for title in typical])
        return f"its {derived_family(name)}, that of {those}, lifts it most"
    return f"its {derived_family(name)} lifts it most"


def drives(told: Evidence) -> str:
    """Which of its families drove it, with its probability, or that none of them did or is clear."""
    found = verdict(told)
    if found.kind == "none":
        return f"nothing known about the items drove it: {about(found)}"
    if found.kind == "unclear":
        return f"of its {asked_of(told)}, none is a clear driver"
    names = " or ".join(f"**{escape(name)}**" for name in found.names)
    return f"of its {asked_of(told)}, {names} drove it{',' if found.kind == 'family' else ':'} {about(found)}"


def asked_of(told: Evidence) -> str:
    """What the driver is one of: attributes, or families, where an audience is among them."""
    return "families" if told.asked.derived else "attributes"


def driver_name(told: Evidence, name: str) -> str:
    """A driver in a sentence, marked as the attribute or derived family that it is."""
    return family(name, told.families[len(told.families) - told.derived :])


def also_driven(told: Evidence) -> str:
    """Which attribute drove it as a sentence of its own; empty where no attribute is known of any item."""
    said = drives(told) if told.asked.families else ""
    return f"{said[0].upper()}{said[1:]}." if said else ""


def first_driven(told: Evidence) -> str:
    """Which attribute drove what comes first; empty where no attribute is known of any item."""
    return f"What comes first: {drives(told)}." if told.asked.families else ""


def exactly(told: Evidence) -> str:
    """Every family's probability, to be read beside a sentence; empty where none is known."""
    chances = told.chances
    if chances is None:
        return ""
    each = ", ".join(f"{escape(name)} {percent(p)}" for name, p in chances.ranked)
    return (
        f"Probability of having driven it: {each}, nothing known about the items {percent(chances.none)}. {learned()}"
    )


def learned() -> str:
    """Where a driver's probability is from, and how far off it is where that can be told."""
    logit = shipped()
    of = logit.spanned
    return (
        f"The probability was learned on {logit.shapes} made-up data sets whose drivers are known, with a model each: "
        f"of {of.families[0]} to {of.families[1]} attributes, {of.items[0]:,} to {of.items[1]:,} items and "
        f"{of.users[0]:,} to {of.users[1]:,} users, with up to {percent(of.unknown[1])} of the values unknown and "
        f"up to {percent(of.noise[1])} of the choices at random. On such a data set that it was not learned on "
        f"it is off by {percent(logit.aside.error)} on average. No audience was among what it was learned on."
    )


def amount(part: float, whole: float) -> str:
    """A part of all that lifts an item, those parts that pull it down aside."""
    return f"({signed(part)} of the {signed(whole)} that lift it above the average item)"


def _most(shares: Sequence[float], facets: Sequence[str]) -> tuple[int | None, str]:
    """The facet that most of an item's probability is from, if one is, and how that is said."""
    best = max(range(len(shares)), key=lambda h: shares[h])
    if shares[best] <= SHARE:
        return None, "No facet gives more than half of its probability"
    return best, f"The {facet(facets[best])} gives it most of its probability ({percent(shares[best])})"


def _lead(parts: Sequence[float], bias: float, facets: Sequence[str]) -> tuple[int | None, str]:
    """The facet that carries most of what lifts the item, if one does, and how that is said."""
    up = sum(part for part in [*parts, bias] if part > 0)
    best = max(range(len(parts)), key=lambda h: parts[h])
    if up > 0 and parts[best] >= SHARE * up:
        return best, f"Of the facets, **{escape(facets[best])}** lifts it most {amount(parts[best], up)}"
    if up > 0 and bias >= SHARE * up:
        return None, f"Its **popularity** lifts it more than any facet {amount(bias, up)}"
    return None, "No facet gives half of what lifts it" if up > 0 else "No facet lifts it"
