"""What is said of two models: what can be told of their difference, and what goes with what."""

from app.look.numbers import gap, ordinal, percent
from app.sentences.errors import condition_name
from app.sentences.marking import escape
from fame.compare.records import Common, Comparison, Difference, ExplanationAgreement, Matching, SliceDifference

OPEN = 999_999_999  # a rank beyond all
ONLY_SEED = (
    "These two were trained alike **but for the seed**: what differs between them is chance, and would differ again."
)


def headline(found: Comparison, names: tuple[str, str]) -> str:
    """What is true of all users of both, in Markdown: first whether anything can be told."""
    ndcg, hits = found.measure("NDCG@10"), found.measure("HR@10")
    first, second = (f"**{escape(name)}**" for name in names)
    if not found.wins and not found.losses:
        return f"**Nothing differs**: each of {found.users:,} users has what they took at the same rank with both."
    said = counts(found, names)
    told = [one for one in (ndcg, hits) if one.told]
    if not told:
        return f"**No difference can be told**: {said}."
    better, worse = (first, second) if told[0].value > 0 else (second, first)
    if len(told) == 1:
        if told[0] is hits:
            return f"{better} **finds more**: {said}. How high they rank it (NDCG@10), no difference can be told."
        return f"{better} **ranks higher what users took** (NDCG@10). In how many it finds, none can be told: {said}."
    if ndcg.value * hits.value > 0:
        return f"{better} **does better than** {worse}: {said}."
    return f"{better} **ranks higher what users took, but finds fewer**: {said}."


def counts(found: Comparison, names: tuple[str, str]) -> str:
    """How many users each finds."""
    first, second = map(escape, names)
    return (
        f"{found.both:,} right by both, {found.first_alone:,} by {first} alone, "
        f"{found.second_alone:,} by {second} alone"
    )


def measured(one: Difference) -> str:
    """`NDCG@10 0.115 against 0.118: no difference can be told`, in Markdown."""
    values = f"{escape(one.measure)} {one.first:.3f} against {one.second:.3f}"
    if not one.told:
        return f"{values}: no difference can be told"
    return f"{values}: {'higher' if one.value > 0 else 'lower'} by {abs(one.value):.3f}, more than chance makes"


def plainly(one: Difference, other: str) -> str:
    """What `measured` says in a cell of a table, where the value itself stands beside it already."""
    if not one.told:
        return f"{one.second:.3f} of {other}: no difference can be told"
    return f"{'above' if one.value > 0 else 'below'} {one.second:.3f} of {other}"


def lists(found: Comparison) -> str:
    """How alike the lists are."""
    agreement = found.agreement
    return (
        f"Their lists of ten share {10 * agreement.overlap:.1f} items on average; {percent(agreement.same_first)} of "
        f"users "
        f"have the same first. Rank-biased overlap is {agreement.rank_biased:.2f}, where 1 is the same."
    )


def common(items: Common, first: str, second: str) -> str:
    """What two models of different data were compared on."""
    return (
        f"They were trained on different data: {escape(first)} on {items.first_items:,} items, {escape(second)} on "
        f"{items.second_items:,}. Ranks are counted among the {items.items:,} that both have, over the users whose "
        f"held-out "
        "item is the same in both."
    )


def slice_name(one: SliceDifference) -> str:
    """A slice in plain words."""
    return " and ".join(condition_name(condition) for condition in one.conditions)


def slices(found: Comparison) -> str:
    """Where they differ most from how they differ on the whole, of what can be told."""
    told = [one for one in found.slices if one.told and one.under is None]
    if not found.looked_at:
        return f"They are too few for slices of {found.minimum:,} users."
    if not told:
        return (
            f"In none of the {found.looked_at:,} slices of {found.minimum:,} users or more can they be told to differ "
            "otherwise than on the whole."
        )
    said = []
    ends = {id(one): one for one in (told[0], told[-1])}
    for one in ends.values():
        said.append(f"**{escape(slice_name(one))}**: {one.first:.3f} against {one.second:.3f} for {one.n:,} users")
    return f"Of {len(told)} slices that are told from the whole, the farthest: {'; '.join(said)}."


def of_slice(one: SliceDifference, whole: float) -> str:
    """A slice in plain text, for hovering and reading aloud."""
    told = "told from the whole" if one.told else "not told from the whole"
    return (
        f"{slice_name(one)}: NDCG@10 {one.first:.3f} against {one.second:.3f}, difference {gap(one.value)}, 95 % "
        f"interval "
        f"{gap(one.low)} to {gap(one.high)}, on the whole {gap(whole)}, {one.n:,} users; {told}"
    )


def matched(found: Matching, what: str) -> str:
    """What goes with what, beside what chance matches: `what` is facets or experts."""
    pairs = len(found.pairs)
    by_chance = f"chance matches {found.chance:.2f}"
    if not found.told:
        return f"None of {pairs} pairs of {what} is more alike than chance makes any two ({by_chance})."
    many = f"All {pairs}" if found.told == pairs > 1 else f"{found.told} of {pairs}"
    same = [pair for pair in found.pairs if pair.told and found.first[pair.first] == found.second[pair.second]]
    text = (
        f"**{many}** pairs of {what} are more alike than chance makes any two: {found.matched:.2f} on average, where "
    )
    text += f"{by_chance}."
    if found.first != found.second and set(found.first) != set(found.second):
        return text
    return f"{text} {len(same)} of these have the same name in both."


def explained(found: ExplanationAgreement) -> str:
    """Whether both order past items alike by what leaving each out does."""
    return (
        f"They order the past items of a history by what leaving each out does with a rank correlation of "
        f"**{found.correlation:.2f}** ({found.low:.2f} to {found.high:.2f}, over {found.histories} histories; 1 is the "
        "same order, 0 what chance gives)."
    )


def agree(both: int, of: int) -> str:
    """How many of two short lists are in both."""
    return f"They agree on **{both} of {of}**" if both < of else f"They agree on **all {of}**"


def ranks(found: Comparison, names: tuple[str, str]) -> str:
    """Who ranks what users took higher."""
    same = found.users - found.wins - found.losses
    return f"{found.wins:,} higher with {names[0]}, {found.losses:,} with {names[1]}, {same:,} the same"


def ranges(text: str, names: tuple[str, str]) -> str:
    """`1-10,11-999999999` -> "at rank 1 to 10 with FAME, at rank 11 or worse with SASRec"."""
    said = []
    for part, name in zip(text.split(","), names, strict=True):
        low, high = (int(end) for end in part.split("-"))
        many = f"{low:,} or worse" if high >= OPEN else f"{low:,}" if low == high else f"{low:,} to {high:,}"
        said.append(f"at rank {many} with {name}")
    return ", ".join(said)


def one_user(truth: str, names: tuple[str, str], ranks: tuple[int, int], firsts: tuple[str, str]) -> str:
    """Where each has what a user took, and what is first instead."""
    said = []
    for name, rank, first in zip(names, ranks, firsts, strict=True):
        instead = f", where *{escape(first)}* is first" if rank > 1 and first else ""
        said.append(f"{ordinal(rank)} with **{escape(name)}**{instead}")
    return f"*{escape(truth)}* is {said[0]}, and {said[1]}."


def to_baseline(own: float | None, base: str, its: float | None, difference: Difference | None) -> str:
    """A model's NDCG@10 beside that of a baseline, by name, in Markdown: whether the difference can be told.

    `own` and `its` are what the cards say, where users were not compared one by one; empty where they say nothing.
    """
    if difference is not None:
        return f"Beside {escape(base)}: {measured(difference)}."
    if own is None or its is None:
        return ""
    return (
        f"Beside {escape(base)}: NDCG@10 {own:.3f} against {its:.3f}. Whether that is more than chance is not "
        f"known yet: "
        "*Compare* runs all users through both."
    )
