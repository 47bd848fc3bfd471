"""Sentences about experts: what they are called and why, and what they do over all users."""

from collections.abc import Collection, Sequence

from app.look.numbers import factor, percent, whole
from app.sentences.marking import escape, family, together
from app.sentences.meanings import q_value
from fame.explain.meaning.records import DISCOVERY_RATE, Deeds, Done, ExpertName, Interval, Meaning, Routed
from fame.explain.trust.records.scorecard import ExpertMarks

LITTLE, MUCH = 0.1, 0.5  # nats: of the median fall, below which experts decide little, and from which they decide much
UNMEASURED = "Nobody has measured yet what the experts of this model do over all users; the page Meaning does that."


def called(found: Meaning | None, h: int, n: int) -> str:
    """An expert for a label: "expert 3 (drama, comedy)", or "expert 3" where it has no name that holds."""
    names = found.names(h, n) if found else ()
    return f"expert {n + 1} ({', '.join(names)})" if names else f"expert {n + 1}"


def deeds(found: Deeds, ranked: str = "") -> str:
    """What experts do, and what their routers are to the ranking: `ranked` of all users, or else what a sample says."""
    return f"{decide(found.done, found.users)} {ranked or routers(found.routed)}"


def decide(done: Done, users: int) -> str:
    """How much hangs on the expert that matters most."""
    much = "little" if done.fall < LITTLE else "much" if done.fall >= MUCH else "something, not much"
    alike = "stays as it is" if factor(done.fall) == "1.000" else f"changes by a factor of {factor(done.fall)}"
    return (
        f"On this model experts decide **{much}**: without the one that matters most, the probability of what a user "
        f"took next {alike} (median of {users:,} users), and {done.changed:.1f} of the first ten items change."
    )


def routers(found: Routed) -> str:
    """Whether users are ranked worse with routers that know nothing of them."""
    ways = {"uniform routers": found.uniform, "those of other users": found.shuffled}
    told = [f"{moved(one)} with {name}" for name, one in ways.items() if is_told(one)]
    same = [name for name, one in ways.items() if not is_told(one)]
    said = f"NDCG@10 is {found.own.mean:.4f} with its own routers"
    if not told:
        return f"{said}; with {together(same)} no difference can be told."
    said += f", and {together(told)}"
    return f"{said}; with {same[0]} no difference can be told." if same else f"{said}."


def is_told(by: Interval) -> bool:
    """Whether a difference is told from none, and is not none to as many digits as are shown."""
    return (by.high < 0 or by.low > 0) and abs(by.mean) >= 0.00005


def moved(by: Interval) -> str:
    """A difference that is told from none."""
    return f"{abs(by.mean):.4f} {'lower' if by.mean < 0 else 'higher'}"


def ownerless(facets: Sequence[str]) -> str:
    """Where experts have no items of their own, and which are said to be theirs."""
    names = together([f"**{escape(name)}**" for name in facets])
    return (
        f"In {names} experts own no items, as published: those are counted to an expert there that are routed to it "
        "above its average where they are the whole history."
    )


def preferences(marks: ExpertMarks) -> str:
    """Whether a facet's largest expert is the one that a user follows, and the one that drives, where data are made."""
    expert = "the largest expert of its family's facet"
    if marks.p >= DISCOVERY_RATE:
        told = f"that {expert} tells it cannot be told from chance ({percent(marks.told)} right)"
    else:
        told = (
            f"{expert} tells it in {percent(marks.told)} of {marks.preferences:,} cases, and in "
            f"{percent(marks.drives)} of those in which it drives the next item"
        )
    return (
        f"These data are made, so that it is known which value a user follows: {told}. Drawing lots is right in "
        f"{percent(marks.chance)}, an observer who knows what everybody likes in {percent(marks.oracle)}."
    )


def selectivity(done: Done) -> str:
    """Whether an expert does more for its own items than for others; empty where no facet is tied to a family."""
    if done.selectivity is None:
        return ""
    said = "Without a facet's largest expert, its own items"
    if factor(done.selectivity) == "1.000":
        return f"{said} fall no more than others."
    return f"{said} are {factor(-done.selectivity)} times as likely, against others."


def reason(one: ExpertName, derived: Collection[str] = ()) -> str:
    """Why an expert has its name, or none."""
    items = f"{one.items:,} item{'s' * (one.items != 1)} belong{'s' * (one.items == 1)} to it"
    if one.verdict == "alone":
        return "It has no siblings: it is the facet."
    if one.verdict == "empty":
        return "**Unnamed**: no item belongs to it."
    if one.verdict == "untested":
        return f"**Unnamed**: {items}, but of those kept out of training none has an attribute that could be tested."
    if one.verdict == "nothing":
        return (
            f"**Unnamed**: {items}; among the {one.tested:,} kept out of training no attribute value is more frequent "
            "than chance would make it."
        )
    found = together(
        [
            f"**{escape(value.value)}** ({family(value.family, derived)}, {percent(value.share)} against "
            f"{percent(value.overall)} of all, {q_value(value.q)})"
            for value in one.values[: max(1, len(one.names) or 1)]
        ]
    )
    lead = f"{items}; the {one.tested:,} kept out of training have {found} more often than chance would make it"
    if one.verdict == "unmoved" or one.falls is None:
        return f"**Unnamed**: {lead}, but without it they do not fall more than others."
    return (
        f"Called **{escape(', '.join(one.names))}**: {lead}, and without it its items are {factor(-one.falls.mean)} "
        f"times as likely against others (interval {factor(-one.falls.high)} to {factor(-one.falls.low)})."
    )


def verdict(one: ExpertName) -> str:
    """The name or why there is none, for a cell of a table."""
    why = {
        "unmoved": "– (not confirmed)",
        "nothing": "– (nothing in common)",
        "untested": "– (not tested)",
        "empty": "– (has no item)",
        "alone": "the facet itself",
    }
    return ", ".join(one.names) or why[one.verdict]


def fall(one: ExpertName) -> str:
    """What its items are without it against others, for a cell of a table."""
    return "–" if one.falls is None or one.verdict == "alone" else f"× {factor(-one.falls.mean)}"


def steered(one: ExpertName) -> str:
    """What turning an expert up does to the share of its items, for the place beside its slider."""
    return f"its items: {whole(one.share)} → {whole(one.turned_up)}"


def steering(found: Deeds) -> str:
    """What `steered` says."""
    return (
        "Under a slider: the share of the expert's own items among the first ten, with the model's weight → with "
        f"100\u00a0% (each the median over {found.users:,} users)."
    )
