"""Sentences about what facets and experts mean: each says what was tested, on how many items, and against what."""

from collections.abc import Collection, Iterable, Sequence

from app.look.numbers import percent
from app.sentences.marking import escape, family, together
from app.sentences.marking import facet as marked
from fame.explain.meaning.probe import FEWEST_EITHER, FEWEST_TESTED
from fame.explain.meaning.records import DISCOVERY_RATE, Expert, FacetMeaning, Meaning

VALUES = 3  # of an expert, named in a cell of a table
GAIN = (
    "A probe (ridge regression) gives each value of the family a score for an item that it was not fitted on. AUC: how "
    "often an item that has the value gets a higher score than an item that lacks it, ties half; the mean over the "
    f"values that {FEWEST_EITHER} tested items or more have, and as many lack. Gain = 2 AUC − 1: 0 by chance, 100 "
    "points where every value is told from the others, however common the commonest of them is."
)
DERIVED = (
    "A derived family follows from the interactions that the model was trained on: that a facet tells it says less of "
    "the items than that it tells an attribute."
)
BENEATH = 0.001  # q-values below are not told apart


def listed(names: Sequence[str]) -> str:
    """["a", "b", "c"] -> "**a**, **b** and **c**"."""
    return together([f"**{escape(name)}**" for name in names])


def called(found: Meaning, name: str) -> str:
    """A family in a sentence, marked as the attribute or derived family that it is."""
    return family(name, found.derived)


def facets(names: Sequence[str]) -> str:
    """["a", "b"] -> "the facets **a** and **b**"."""
    if len(names) > 1 and not any(name.startswith("facet") for name in names):
        return f"the facets {listed(names)}"
    return together([f"the {marked(name)}" for name in names])


def state(facet: FacetMeaning) -> str:
    """A facet with what was found of it, for a heading or a label: "genre, confirmed", "era, tied, not confirmed"."""
    if facet.tied:
        if facet.named == facet.facet:
            return f"{facet.facet}, confirmed"
        return f"{facet.facet}, tied, not {'tested' if facet.verdict == 'untested' else 'confirmed'}"
    return f"{facet.facet}, tells {facet.named}" if facet.named else facet.facet


def answer(found: Meaning) -> str:
    """What the facets are, in a sentence or two."""
    tested = [a for a in range(len(found.families)) if any(row[a] is not None for row in found.held_out.auc)]
    if not found.families:
        return "The items of this data set have no attributes, so no facet can be given a meaning."
    if not tested:
        return f"What a facet means cannot be tested. {untested(found, range(len(found.families)))}"
    named = [facet for facet in found.facets if facet.named]
    rest = [facet.facet for facet in found.facets if not facet.named]
    whole = [facet.facet for facet in named if facet.named == facet.facet]
    said = []
    if whole:
        what = "tells what its name says" if len(whole) == 1 else "tell what their names say"
        said.append(f"{facets(whole)} {what}")
    said += [f"{facets([f.facet])} means the {called(found, f.named or '')}" for f in named if f.named != f.facet]
    counts = {found.held_out.items[a] for a in tested if not said or found.families[a] in {f.named for f in named}}
    n = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
    never = "kept out of all tying" if found.derived else "whose values training never saw"
    lead = f"On {n} items {never}, "
    if not said:
        return f"{lead}**no facet** was found to mean one {'family' if found.derived else 'attribute'}."
    text = lead + together(said)
    text += f"; {facets(rest)} {'stays' if len(rest) == 1 else 'stay'} **unnamed**." if rest else "."
    return text + matched(found)


def matched(found: Meaning) -> str:
    """Which of the attributes that a facet is named by another facet tells at least as well; empty where none does."""
    names = found.told_elsewhere()
    if not names:
        return ""
    said = f"the {called(found, names[0])}" if len(names) == 1 else f"each of {listed(names)}"
    return f" Another facet tells {said} at least as well."


def untested(found: Meaning, families: Iterable[int]) -> str:
    """Why a probe could not be asked for any of these families."""
    few = [a for a in families if found.held_out.items[a] < FEWEST_TESTED]
    rare = [found.families[a] for a in families if a not in few]
    said = []
    if few:
        counts = [f"{found.held_out.items[a]} of the {called(found, found.families[a])}" for a in few]
        said = [f"Of the items kept out of training too few (of {FEWEST_TESTED}) have a value: {together(counts)}."]
    if rare:
        said.append(
            f"No value of {together([f'the {called(found, name)}' for name in rare])} is had by {FEWEST_EITHER} of the "
            f"items kept out of training, lacked by {FEWEST_EITHER} of those that have another, and had by 2 of the "
            "items trained on."
        )
    return " ".join(said)


def verdict(found: Meaning, h: int) -> str:
    """Why a facet has its name, or none."""
    facet, probe = found.facets[h], found.held_out
    if facet.verdict == "untested":
        of = [found.families.index(facet.facet)] if facet.tied else range(len(found.families))
        return f"Not tested. {untested(found, of)}"
    gains = {a: gain for a in range(len(found.families)) if (gain := probe.gain(h, a)) is not None}
    tells = {
        a: gain for a, gain in gains.items() if gain > 0 and (q := probe.q[h][a]) is not None and q < DISCOVERY_RATE
    }
    best = max(tells or gains, key=gains.__getitem__)
    own = found.families.index(facet.facet) if facet.tied else best
    shown = own
    if facet.verdict == "other":  # what is derived all facets tell: see `measure.judge`
        counts = facet.facet in found.derived
        tells = {a: gain for a, gain in tells.items() if counts or found.families[a] not in found.derived}
        shown = max(tells, key=tells.__getitem__)
    it, figures = f"the {called(found, found.families[shown])}", figure(found, h, shown)
    if facet.verdict == "told":
        than = " better than any other facet" if len(found.facets) > 1 else ""
        lead = f"Tells {it}" if facet.tied else f"Tied to nothing, and tells {it}{than}"
    elif facet.verdict == "other":
        better = sum(gain > gains[own] for gain in tells.values())
        what = f"it tells {it} better" if better == 1 else f"it tells another better; {it} best"
        lead = f"Training tied it to the {called(found, facet.facet)}, but {what}"
    elif facet.verdict == "outdone":
        lead = f"Training tied it to {it}, but another facet tells that better"
    elif facet.verdict == "shared":
        lead = f"Tells {it} best, but not better than every other facet, so that it is no name for this one"
    elif facet.tied:
        lead = f"Training tied it to {it}, but on items kept out of that it tells it no better than chance"
    else:
        lead = f"Tells no {'family' if found.derived else 'attribute'} better than chance; {it} best"
    return f"{lead}.  \n:small[{figures}]"


def reading(found: Meaning) -> str:
    """How to read the cards."""
    of = f" {DERIVED}" if found.derived else ""
    over = " (all items, those that training tied included)" if found.tied else ""
    never = "kept out of all tying" if found.derived else "whose values training never saw"
    return (
        f"A facet is named only by what a linear probe tells from it on items {never}. Below "
        f"that: the attribute values whose items lie closest together in it{over}, by how much their mean cosine is "
        "above that of any two items, and the items nearest to their centre. Each is told from chance (permutations, "
        f"Benjamini-Hochberg over all values and facets).{of}"
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
    """0.00001 -> "q < 0.001"; what is below the level is not rounded up to it."""
    if q < BENEATH:
        return f"q < {BENEATH}"
    if round(q, 3) == DISCOVERY_RATE > q:
        return f"q < {DISCOVERY_RATE}"
    return f"q = {q:.3f}" if q < 0.1 else f"q = {q:.2f}"


def speaks_for(expert: Expert) -> str:
    """The foremost values of an expert with the share where it leads / overall, for a cell of a table."""
    return ", ".join(f"{one.value} {percent(one.share)} / {percent(one.overall)}" for one in expert.speaks_for[:VALUES])


def speaks(expert: Expert, events: int, derived: Collection[str] = ()) -> str:
    """What an expert speaks for, value by value, and whether another says the same."""
    lines = [
        f"- **{escape(one.value)}** ({family(one.family, derived)}): where it leads {percent(one.share)} of the newest "
        f"items have it, of all {percent(one.overall)}; {q_value(one.q)}"
        for one in expert.speaks_for[:VALUES]
    ]
    lead = f"It leads its facet for {expert.events:,} of {events:,} users"
    most = "most clearly " if len(expert.speaks_for) > VALUES else ""
    text = f"{lead}, and speaks {most}for\n\n" + "\n".join(lines) if lines else f"{lead}; nothing is told from chance."
    return f"{text}\n\n**It reads the same as {same_as(expert)}** on average." if expert.same_as else text


def same_as(expert: Expert) -> str:
    """The experts that read as it does, for a cell of a table."""
    return ", ".join(f"expert {other + 1}" for other in expert.same_as)
