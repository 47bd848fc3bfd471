"""Whether a part of the model earns its place: what the ranking of all users is without it."""

from app.sentences.experts import is_told, moved
from app.sentences.marking import escape, facet, together
from fame.explain.meaning.records import Interval
from fame.explain.trust.records.ablation import ABLATION_COMMAND, Ablation, Swapped

UNMEASURED = (
    f"Nobody has measured yet whether the parts of this model earn their place; `{ABLATION_COMMAND}` does, for all "
    "users, and keeps it with the model."
)

CHOSEN_BY_RANK = (
    "They were chosen by how what they took was ranked: other weights, whatever they are, raise what was chosen to be "
    "low, and lower what was chosen to be high. Only of users who were chosen otherwise does this tell something."
)


def gate(found: Ablation) -> str:
    """What the gate is to the ranking."""
    names = {"a uniform one": found.gate.uniform, "that of another user": found.gate.shuffled}
    return f"{verdict('The gate', found.gate)}: {against(found, 'it', names)}"


def routers(found: Ablation) -> str:
    """What the routers are to the ranking; empty where nothing is routed."""
    if found.router is None:
        return ""
    names = {"uniform ones": found.router.uniform, "those of another user": found.router.shuffled}
    return f"{verdict('The routers', found.router)}: {against(found, 'them', names)}"


def verdict(what: str, by: Swapped) -> str:
    """Whether it earns its place: by being other than uniform, and by being the user's own."""
    one = what.endswith("gate")
    earns = "earns its place" if one else "earn their place"
    if not is_told(by.uniform):
        return f"That {what[0].lower()}{what[1:]} {earns} **cannot be told**"
    if by.uniform.mean > 0:
        return f"{what} **{'costs more than it gives' if one else 'cost more than they give'}**"
    if not is_told(by.shuffled):
        return (
            f"{what} **{earns}**, but that {'it has' if one else 'they have'} to be the user's own **cannot be told**"
        )
    return f"{what} **{earns}**" + ("" if by.shuffled.mean < 0 else ", but another user's does better")


def against(found: Ablation, own: str, ways: dict[str, Interval]) -> str:
    """The ranking with the model's own, and what each other way makes of it."""
    said = f"NDCG@10 of {found.users:,} users is {found.own.mean:.4f} with {own}"
    told = [f"{changed(one)} with {name}" for name, one in ways.items() if is_told(one)]
    same = [name for name, one in ways.items() if not is_told(one)]
    if told:
        said += f", {together(told)}"
    return f"{said}; with {together(same)} no difference can be told." if same else f"{said}."


def facets(found: Ablation) -> str:
    """What each facet is to the ranking."""
    told = [(name, one) for name, one in zip(found.facets, found.without, strict=True) if is_told(one)]
    same = [name for name, one in zip(found.facets, found.without, strict=True) if not is_told(one)]
    said = [f"without {facet(name)} it is {changed(one)}" for name, one in told]
    if same:
        said.append(f"without {together([escape(name) for name in same])} no difference can be told")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def changed(by: Interval) -> str:
    """A difference that is told from none, with its interval."""
    low, high = sorted((abs(by.low), abs(by.high)))
    return f"{moved(by)} ({low:.4f} to {high:.4f})"


def reading(found: Ablation) -> str:
    """How it was measured, for below."""
    changes = 2 + 2 * (found.router is not None) + len(found.facets)
    return (
        "Run with other weights for every user whose held-out item counts, and ranked as an evaluation ranks them. In "
        f"brackets what resampling users gives: 95\u00a0% intervals for all {changes} changes together, so that a "
        "small difference may be missed."
    )
