"""Sentences about what facets and experts mean: each says what was tested, on how many items, and against what."""

from collections.abc import Sequence

from app.words import escape, percent
from fame.explain.meaning import Expert, Meaning
from fame.explain.probe import EITHER, FEWEST

VALUES = 3  # of an expert, named in a cell of a table
GAIN = (
    "A probe (ridge regression) gives each value of the family a score for an item that it was not fitted on. AUC: how "
    "often an item that has the value gets a higher score than an item that lacks it, ties half; the mean over the "
    f"values that {EITHER} tested items or more have, and as many lack. Gain = 2 AUC − 1: 0 by chance, 100 points "
    "where every value is told from the others, however common the commonest of them is."
)
BENEATH = 0.001  # q-values below are not told apart


def listed(names: Sequence[str]) -> str:
    """["a", "b", "c"] -> "**a**, **b** and **c**"."""
    bold = [f"**{escape(name)}**" for name in names]
    return bold[0] if len(bold) == 1 else f"{', '.join(bold[:-1])} and {bold[-1]}"


def answer(found: Meaning) -> str:
    """What the facets are, in a sentence or two."""
    held_out, n = found.held_out, max(found.held_out.items, default=0)
    if not found.families:
        return "The items of this data set have no attributes, so no facet can be given a meaning."
    if all(auc is None for row in held_out.auc for auc in row):
        if n >= FEWEST:
            return f"No two of {n} items kept out of training share a value, so what a facet means cannot be tested."
        return f"Only {n} items were kept out of training, too few (of {FEWEST}) to tell what a facet means."
    named = [facet for facet in found.facets if facet.named]
    rest = [facet.facet for facet in found.facets if not facet.named]
    whole = [facet.facet for facet in named if facet.named == facet.facet]
    said = []
    if whole:
        what = "tells what its name says" if len(whole) == 1 else "tell what their names say"
        said.append(f"{listed(whole)} {what}")
    said += [f"{listed([f.facet])} is {listed([f.named or ''])}" for f in named if f.named != f.facet]
    if not said:
        return f"On {n} items whose values training never saw, **no facet** means one attribute family."
    text = f"On {n} items whose values training never saw, " + ", ".join(said)
    return text + (f"; {listed(rest)} {'stays' if len(rest) == 1 else 'stay'} **unnamed**." if rest else ".")


def verdict(found: Meaning, h: int) -> str:
    """Why a facet has its name, or none."""
    facet, probe = found.facets[h], found.held_out
    if facet.verdict == "untested":
        return (
            f"Not tested: of the items kept out of training fewer than {FEWEST} have a value, or none is had by "
            f"{EITHER} of them and lacked by as many."
        )
    gains = {a: gain for a in range(len(found.families)) if (gain := probe.gain(h, a)) is not None}
    best = max(gains, key=gains.__getitem__)
    own = found.families.index(facet.facet) if facet.tied else best
    shown = best if facet.verdict == "other" else own
    family, figures = f"**{escape(found.families[shown])}**", figure(found, h, shown)
    if facet.verdict == "told":
        lead = f"Tells {family}" if facet.tied else f"Tied to nothing, and tells {family} better than any other facet"
    elif facet.verdict == "other":
        lead = f"Training tied it to {escape(facet.facet)}, but it tells {family} better"
    elif facet.verdict == "outdone":
        lead = f"Training tied it to {family}, but another facet tells that better"
    elif facet.verdict == "shared":
        lead = f"Tells {family} best, but another facet does as well, so that it is no name for this one"
    elif facet.tied:
        lead = f"Training tied it to {family}, but on items kept out of that it tells it no better than chance"
    else:
        lead = f"Tells no family; {family} best"
    return f"{lead}.  \n:small[{figures}]"


def reading(found: Meaning) -> str:
    """How to read the cards."""
    over = " (all items, those that training tied included)" if found.tied else ""
    return (
        "A facet is named only by what a linear probe tells from it on items whose values training never saw. Below "
        f"that: the attribute values whose items lie closest together in it{over}, by how much their mean cosine is "
        "above that of any two items, and the items nearest to their centre. Each is told from chance (permutations, "
        "Benjamini-Hochberg over all values and facets)."
    )


def figure(found: Meaning, h: int, a: int) -> str:
    """The figures of one cell of the matrix on held-out items."""
    auc, q = found.held_out.auc[h][a], found.held_out.q[h][a]
    if auc is None or q is None:
        return "not tested"
    others = [other for k, row in enumerate(found.held_out.auc) if k != h and (other := row[a]) is not None]
    beside = f", the best other facet {max(others):.2f}" if others else ""
    values = found.held_out.values[a]
    return (
        f"AUC {auc:.2f} over {values} value{'s' if values > 1 else ''} (chance 0.50{beside}); "
        f"n = {found.held_out.items[a]}, {q_value(q)}"
    )


def q_value(q: float) -> str:
    """0.00001 -> "q < 0.001"."""
    return f"q < {BENEATH}" if q < BENEATH else f"q = {q:.3f}" if q < 0.1 else f"q = {q:.2f}"


def speaks_for(expert: Expert) -> str:
    """The foremost values of an expert with the share where it leads / overall, for a cell of a table."""
    return ", ".join(f"{one.value} {percent(one.share)} / {percent(one.overall)}" for one in expert.speaks_for[:VALUES])


def speaks(expert: Expert, events: int) -> str:
    """What an expert speaks for, value by value, and whether another says the same."""
    lines = [
        f"- **{escape(one.value)}** ({escape(one.family)}): where it leads {percent(one.share)} of the newest items "
        f"have it, of all {percent(one.overall)}; {q_value(one.q)}"
        for one in expert.speaks_for[:VALUES]
    ]
    lead = f"It leads its facet for {expert.events:,} of {events:,} users"
    text = f"{lead}, and speaks for\n\n" + "\n".join(lines) if lines else f"{lead}; nothing is told from chance."
    return f"{text}\n\n**It reads the same as {same_as(expert)}** on average." if expert.same_as else text


def same_as(expert: Expert) -> str:
    """The experts that read as it does, for a cell of a table."""
    return ", ".join(f"expert {other + 1}" for other in expert.same_as)
