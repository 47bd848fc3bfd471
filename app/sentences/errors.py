"""Sentences about many events at once: how many are right, where most is lost, and of what kinds the errors are."""

from collections.abc import Sequence

from app.look.numbers import ordinal, percent
from app.sentences.marking import escape
from fame.error_analysis.conditions import Condition
from fame.error_analysis.records import Analysis, Kind, Slice

NUMBERS = ("no", "one", "both", "all three", "all four", "all five", "all six")


def headline(found: Analysis) -> str:
    """What is true of the selection, in a few sentences of Markdown, the largest truth first."""
    if not found.events:
        return nobody(found.where)
    of = f"**{found.found:,} of {found.events:,}**"
    have = "has" if found.events == 1 else "have"
    text = f"{of} {have} what they took among the first ten"
    if found.median_rank is not None and found.events > 1:
        text += f"; half are at {found.median_rank:,.0f} or better"
    return f"{text}. {lost_and_gained(found)}".rstrip()


def lost_and_gained(found: Analysis) -> str:
    """Of all slices that are told from the selection, that by which most is lost, and that by which most is won.

    Empty where nobody is right, since no slice can be worse or better.
    """
    if not found.found:
        return ""
    told = [row for row in found.slices.rows if row.told]
    whole = f"{percent(found.found / found.events)} of all"
    worse = min((row for row in told if row.effect < 0), key=lambda row: row.cost, default=None)
    better = max((row for row in told if row.effect > 0), key=lambda row: row.cost, default=None)
    if worse is None and better is None:
        if not found.slices.looked_at:
            return f"They are too few for slices of {found.slices.minimum:,} events."
        return (
            f"None of the {found.slices.looked_at:,} slices of {found.slices.minimum:,} events or more can be told "
            "from the whole."
        )
    said = []
    if worse is not None:
        other = None if worse.under is None else found.slices.rows[worse.under]
        more = "" if other is None else f"; most of that goes with {marked(other)}"
        said.append(f"Most is lost with {marked(worse)}: {percent(worse.hits)} of {worse.n:,}, against {whole}{more}.")
    if better is not None:
        said.append(
            f"Most is gained with {marked(better)}: {percent(better.hits)} of {better.n:,}"
            + (f", against {whole}." if worse is None else ".")
        )
    return " ".join(said)


def errors_of(kinds: Sequence[Kind]) -> str:
    """Of what kinds the errors are: the most frequent one that a rule tells, and how many no rule tells."""
    total = sum(kind.first for kind in kinds)
    if not total:
        return "Nothing is wrong here: every truth is among the first ten."
    named = [kind for kind in kinds if kind.name != "unexplained" and kind.first]
    rest = next((kind.first for kind in kinds if kind.name == "unexplained"), 0)
    unexplained = f"{rest:,} ({percent(rest / total)}) go with no rule" if rest else "each goes with a rule"
    errors = f"Of {total:,} errors" if total > 1 else "Of the one error"
    if not named:
        return f"{errors}, none goes with a rule."
    first = max(named, key=lambda kind: kind.first)
    most = [kind.name for kind in named if kind.first == first.first]
    which = f"**{escape(first.name)}** is the most frequent kind" if len(most) == 1 else (
        f"**{'**, **'.join(map(escape, most))}** are the most frequent kinds"
    )  # fmt: skip
    link = ". Of the others," if rest else ";"
    return f"{errors}, {unexplained}{link} {which}: {first.first:,}{' each' if len(most) > 1 else ''}."


def rule_of(kind: Kind, found: Analysis) -> str:
    """A kind's rule, for a label that knows no Markdown, and how often it holds where nothing is wrong."""
    if kind.right is None or not found.found:
        return f"Rule: {kind.rule}"
    wrong, errors = kind.first + kind.also, found.events - found.found
    shares = f"{percent(wrong / errors)} of what is wrong, and " if errors else ""
    return f"Rule: {kind.rule}; so it is with {shares}{percent(kind.right / found.found)} of what is right"


def nobody(where: Sequence[Condition]) -> str:
    """Of an empty selection, and what to do."""
    if len(where) < 2:
        return "No user is in this slice; drop it." if where else "The trace has no events."
    count = NUMBERS[len(where)] if len(where) < len(NUMBERS) else f"all {len(where)}"
    return f"No user is in {count} slices; drop one."


def slice_name(row: Slice) -> str:
    """A slice in plain words, for a label that knows no Markdown."""
    return " and ".join(condition_name(condition) for condition in row.conditions)


def marked(row: Slice) -> str:
    """A slice in a sentence."""
    return " and ".join(f"**{escape(condition_name(condition))}**" for condition in row.conditions)


def condition_name(condition: Condition) -> str:
    """A filter in plain words: "truth.genre = Drama" -> "truth's genre Drama"."""
    column, value = condition.column, condition.value.replace("-", "–")
    if condition.sign != "=":
        return condition.text
    owner, _, family = column.partition(".")
    if owner in ("truth", "newest") and family:
        first, _, rest = condition.value.partition(" ")
        told = rest if rest and first == family.split(" ")[-1] else condition.value  # "when when 1997" says it twice
        return f"{'truth’s' if owner == 'truth' else 'newest item’s'} {family} {told}"
    said = {
        "length": f"{value} past items",
        "popularity": f"a truth taken {value} times in training",
        "certainty": f"a first item at {value.replace('%', ' %')}",
        "facet": f"facet {condition.value} ahead",
        "driver": f"first item driven by {condition.value}",
        "rank": "the truth first" if value == "1" else f"the truth at {value}",
        "kind": condition.value,
        "tag": condition.value,
        "repeat": "a truth taken before" if value == "yes" else "a truth not taken before",
    }
    return said.get(column, condition.text)


def place(rank: int, items: int) -> str:
    """Where a truth is: "60th of 1,682"."""
    return f"{ordinal(rank)} of {items:,}"
