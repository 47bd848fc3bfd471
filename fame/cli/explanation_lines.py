"""The answer of `explain` in lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fame.explain.families.lift import foremost
from fame.explain.families.probability import Chances
from fame.explain.families.verdict import DriverVerdict, about, weighed

if TYPE_CHECKING:
    from fame.data import Catalog

EXPERTS = 3  # that are told of

Titles = Callable[[Sequence[str]], str]  # ids -> their titles, listed


def tell(answer: dict[str, Any], catalog: Catalog) -> Iterator[str]:
    """Line by line."""

    def titles(ids: Sequence[str]) -> str:
        return ", ".join(catalog.title(catalog.index(one)) for one in ids)

    item, rival = answer["item"], answer["rival"]
    yield f"Why {item['title']}{f' rather than {titles([rival])}' if rival else ''}?"
    yield f"It comes at rank {item['rank']} with {item['probability']:.2%}{driven(item)}."
    yield ""
    yield f"Past items, by {answer['method']}; compared with {answer['baseline']}:"
    for one in sorted(answer["attributions"], key=lambda one: -one["value"]):
        yield f"{one['value']:+8.3f}  {one['title']}"
    if answer["completeness_gap"] is not None:
        yield f"They add up to the whole but for {answer['completeness_gap']:+.4f}."
    yield from past(answer, titles)
    yield from differences(answer)
    yield from facets(answer)
    yield from what_if(answer, titles)


def driven(item: dict[str, Any]) -> str:
    """What drove an item among its attributes, after what lifts it more than any of them; empty where nothing did."""
    families, chances = dict(item["anatomy"] or {}), item["driver_probabilities"]
    rest = families.pop("rest", None)
    lift = foremost(list(families.values()), rest, item["bias"])
    among = "" if chances is None else driving(weighed(Chances.from_json(chances)))
    name = "" if lift is None or lift.family is None else list(families)[lift.family]
    if lift is None or (lift.source == "family" and name not in item.get("derived", ())):
        return f"; {among}" if among else ""
    none = "no family" if item.get("derived") else "no attribute"
    what = {
        "family": f"the derived family {name} lifts it most",
        "rest": f"what lifts it most goes with {none}",
        "popularity": "its popularity lifts it most",
    }[lift.source]
    said = f": {what} ({lift.part:+.2f} of the {lift.whole:+.2f} that lift it)"
    return f"{said}; {among}" if among else said


def driving(found: DriverVerdict) -> str:
    """What drove it, with its probability; empty where nothing is clear."""
    if found.kind == "none":
        return f"nothing known about the items drove it: {about(found)}"
    if found.kind == "two":
        return f"{' or '.join(found.names)} drove it: {about(found)}"
    return f"{found.names[0]} drove it, {about(found)}" if found.kind == "family" else ""


def past(answer: dict[str, Any], titles: Titles) -> Iterator[str]:
    """What taking items away or adding some does."""
    claim, removal, added = answer["claim"], answer["counterfactual"], answer["additions"]
    what = "log p" if answer["rival"] is None else "its lead in log p"
    if claim is None:
        yield f"Without any one past item, {what} falls by nothing that could be measured."
    else:
        fall, then = f"{what} falls by {claim['fall']:.2f}", ""
        if claim["exact"]:
            said = f"Without {titles(claim['removed'])}, {fall}, "
            said += "further than without any other." if claim["most"] else "no further than without another."
        else:
            gone = "with these masked in place" if claim["way"] == "mask" else "without these"
            said = f"Due to {titles(claim['removed'])}: {gone}, {fall}, further than without any of "
            said += f"{claim['against']} sets of as many drawn by lot."
        if not answer["rival"]:
            then = f" It would be at rank {claim['rank_without']}."
        yield f"{'' if claim['holds'] else 'No clear answer: '}{said}{then}"
    one, latest, any_one = answer["faithfulness"].values()
    yield (
        f"Without the item that is first by {answer['method']}, the target's probability is {one:.2f} times what it "
        "was; "
        f"without the latest {latest:.2f}, without one at random {any_one:.2f}."
    )
    if removal is None:
        yield "No removal that was tried changes the first recommended item."
    else:
        fewest = "the fewest that do it" if removal["fewest"] else "found greedily"
        new, old = titles([removal["new_top"]]), titles([removal["old_top"]])
        yield f"Without {titles(removal['removed'])} ({fewest}), {new} comes first in place of {old}."
    if added is not None and added["added"] is None:
        yield f"Nothing that was tried brings it into the first ten: {added['reason']}."
    elif added is not None:
        yield f"With {titles(added['added'])} added, it would be at rank {added['new_rank']}, not {added['rank']}."


def differences(answer: dict[str, Any]) -> Iterator[str]:
    """Target less rival, part by part; where the score is no sum, whose probability it is."""
    found = answer["contrast"]
    if found is None:
        return
    yield ""
    yield f"Its score less the rival's: {found['score']:+.3f}."
    shared = found["responsibilities"] is not None
    for name in ("responsibilities" if shared else "contributions", "anatomy"):
        if found[name]:
            yield f"  {name}: " + ", ".join(f"{part} {value:+.3f}" for part, value in found[name].items())
    if not shared:
        yield f"  popularity {found['bias']:+.3f}"


def facets(answer: dict[str, Any]) -> Iterator[str]:
    """What each facet does, and the experts that do most."""
    if answer["facets"] is None:
        return
    of = "log p" if answer["rival"] is None else "the lead in log p"
    yield ""
    yield f"Facets: fair share of {of}, and its fall without the facet (gate's mass {answer['missing']}):"
    for name, one in answer["facets"].items():
        yield (
            f"{one['share']:+8.3f} {one['fall']:+8.3f}  {name}: without it at rank {one['rank_without']}; the first "
            f"ten overlap by {one['overlap']:.2f}"
        )
    experts = [(one, name, n) for name, some in answer["experts"].items() for n, one in enumerate(some, 1)]
    yield "Experts that do most, and the fall without each:"
    for one, name, n in sorted(experts, key=lambda told: -told[0]["fall"])[:EXPERTS]:
        yield f"{one['fall']:+8.3f}  {name}, expert {n}: without it at rank {one['rank_without']}"


def what_if(answer: dict[str, Any], titles: Titles) -> Iterator[str]:
    """What the weights and removals that were asked for do."""
    found = answer["what_if"]
    if found is None:
        return
    yield ""
    gate = "".join(f", {name} {weight:.0%}" for name, weight in found["gate"].items())
    yield f"Changed by hand{gate}: it would be at rank {found['rank']} with {found['probability']:.2%}."
    yield f"First would be {titles(found['top'][:1])}."
