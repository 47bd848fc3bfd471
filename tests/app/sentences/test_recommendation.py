"""What is said of one recommendation on Home, Predict and the command line holds over all that it speaks of.

A sentence is read back piece by piece, and each piece is looked for in runs that are made one by one.
"""

import json
import math

import numpy as np

from app.current import Current
from app.widgets.predict import explanation as why
from app.widgets.shared import recommendation as answer
from app.widgets.why import past_items as past
from fame.cli.explanation_lines import driven
from fame.cli.item import item
from fame.explain import example
from fame.explain.families.driver import Evidence, objection
from fame.explain.families.evidence import evidence
from fame.explain.families.probability import FILE
from fame.explain.knockout import effects, runs
from fame.ranking.recommend import take_apart
from tests.app.sentences.naive import Naive
from tests.app.sentences.reading import (
    BOLD,
    FACET,
    ITEM,
    LIFTS,
    NUMBER,
    PLACE,
    PLACES,
    SHARE,
    TEXT,
    TIMES,
    Said,
    is_share,
    is_signed,
    is_times,
)  # fmt: skip

KIND = "(attribute|derived family)"


def test_an_answer_holds_over_all_that_was_left_out(world):
    for now, target, _ in world.histories():
        history = now.history
        naive = Naive(world.model, history, target, now.hidden)
        tested = effects(world.model, runs(world.model, history), target, now.hidden)
        told = evidence(world.model, world.anatomy, history, [target])[0]
        asked = take_apart(world.model, history, [target])
        check_answer(world, naive, told, Said(answer.sentence(now, asked, 0, tested, told)))
        rest = rest_of(naive, told)
        if told.families:
            check_driver(world, naive, told, Said(why.driver_sentence(told, rest, bias_of(naive))))
        check_command(naive, told, Said(driven(item(world.data.catalog, naive.facets, asked, 0, tested.rank, told))))
        check_place(world, naive, Said(why.place_sentence(now, asked, tested)))
        for found, t in zip(naive.without_item, range(len(naive.read)), strict=False):
            if len(naive.read) > 1:
                check_without(naive, found, Said(past.without_it(tested, t)))


def test_the_stored_example_is_what_the_model_says(world):
    stored = example.load(world.checkpoint.description)
    if stored is None:
        return
    shown, tested = stored.recommendation, stored.knockout
    history = shown.history.tolist()
    now = Current(world.checkpoint.description, world.data, tuple(history), tested.target)
    said = answer.sentence(now, shown, 0, tested, stored.evidence)
    check_answer(world, Naive(world.model, history, tested.target), stored.evidence, Said(said))


def rest_of(naive: Naive, told: Evidence) -> float | None:
    """What lifts the item that goes with no attribute: all that does, popularity and attributes aside."""
    if naive.parts.responsibilities is not None:
        return None
    own = naive.whole - naive.parts.bias
    return float(own[naive.target - 1] - own.mean() - told.parts.sum())


def bias_of(naive: Naive) -> float:
    return float(naive.parts.bias[naive.target - 1])


def given(told: Evidence) -> tuple[str, ...]:
    return told.families[: len(told.families) - told.derived]


def may_drive(told: Evidence) -> tuple[str, ...]:
    """Of these it is known how good the number is: what was given for the items, and the audience beside it."""
    audience = [name for name in told.families[len(given(told)) :][:1] if name.startswith("audience")]
    return (*given(told), *audience)


def asked_of(told: Evidence) -> str:
    return "attributes" if may_drive(told) == given(told) else "families"


def marked(told: Evidence, name: str) -> str:
    """What a family is called before its name."""
    return "attribute" if name in given(told) else "derived family"


def chances(told: Evidence) -> dict[str | None, float]:
    """The probabilities by themselves, family by family; of None that of no family."""
    weights = json.loads(FILE.read_text())
    weight = {None: math.exp(weights["none"][0])}
    asked = may_drive(told)
    for name, part, fall in zip(asked, told.parts[: len(asked)], told.effect[: len(asked)].mean(1), strict=True):
        beside = [math.tanh(x / max(usual, 1e-3) / 2) for x, usual in zip((part, fall), told.usual, strict=True)]
        nats = [math.copysign(math.log1p(abs(x)), x) for x in (part, fall)]
        found = [*nats, *beside, beside[0] * beside[1]]
        weight[name] = math.exp(sum(w * x for w, x in zip(weights["families"], found, strict=True)))
    return {name: one / sum(weight.values()) for name, one in weight.items()}


def check_verdict(told: Evidence, said: Said) -> None:
    """What is said to have driven it, with its probability in steps of five, is what the probabilities come to."""
    found, of = chances(told), asked_of(told)
    order = sorted(may_drive(told), key=lambda name: -found[name])
    if number := said.take(r"nothing known about the items drove it: about (\d+)\u00a0%"):
        assert found[None] >= 0.5
        assert is_about(number[0], found[None])
    elif said.take(f"of its {of}, none is a clear driver"):
        assert max(found.values()) < 0.5
        assert len(order) < 2 or found[order[0]] + found[order[1]] < 0.75
    elif pair := said.take(rf"of its {of}, {BOLD} or {BOLD} drove it: (\d+) against (\d+)\u00a0%"):
        assert list(pair[:2]) == order[:2]
        assert found[order[0]] < 0.5
        assert found[order[0]] + found[order[1]] >= 0.75
        assert all(is_about(number, found[name]) for number, name in zip(pair[2:], pair[:2], strict=True))
    else:
        check_named(found, *said.need(rf"of its {of}, {BOLD} drove it, about (\d+)\u00a0%"))


def check_named(found: dict[str | None, float], name: str, number: str) -> None:
    assert found[name] >= 0.5
    assert is_about(number, found[name])


def is_about(number: str, probability: float) -> bool:
    return 5 <= int(number) <= 95 and abs(int(number) - 100 * probability) <= 5.001


def check_lead(naive: Naive, told: Evidence, lead: str | None, amounts: tuple[str, ...]) -> None:
    """What is said to lift the item most does, its families taken one by one; of given ones only who drove is said."""
    rest = rest_of(naive, told)
    if rest is None:
        assert lead is None
        return
    parts = dict(zip(told.families, told.parts.tolist(), strict=True)) | {
        "no family": rest,
        "popularity": bias_of(naive),
    }
    most = max(parts.values())
    if lead is None:
        assert max([0.0, *(parts[name] for name in given(told))]) >= most - 1e-3, parts
        return
    if lead == "no attribute":
        assert not told.derived
        lead = "no family"
    assert lead not in given(told)
    assert parts[lead] >= most - 1e-3, f"{lead}: {parts}"
    assert is_signed(amounts[0], parts[lead])
    assert is_signed(amounts[1], sum(max(0.0, part) for part in parts.values()))


def take_lead(world, naive: Naive, told: Evidence, said: Said, start: str, after: str) -> str | None:
    """Reads and checks what is said to lift the item most that is no given family; None where that is not said."""
    what, its = "[wW]hat", "[iI]ts"
    those = rf"(?:, that of \*{TEXT}\*(?: and \*{TEXT}\*)?,)?"
    if found := said.take(rf"{start}{its} derived family {BOLD}{those} lifts it most {LIFTS}{after}"):
        lead, *titles = found[:3]
        for title in filter(None, titles):
            assert title in world.titles(of_one_audience(world, naive.target)), f"{title} is of another audience"
        check_lead(naive, told, lead, found[3:])
    elif found := said.take(rf"{start}{what} lifts it most goes with (no family|no attribute) {LIFTS}{after}"):
        assert found[0] == ("no family" if told.derived else "no attribute")
        check_lead(naive, told, found[0], found[1:])
    elif found := said.take(rf"{start}{its} popularity lifts it most {LIFTS}{after}"):
        check_lead(naive, told, "popularity", found)
    else:
        check_lead(naive, told, None, ())
        return None
    return found[0]


def of_one_audience(world, item: int) -> list[int]:
    """The items of the narrowest audience of an item."""
    family = next(one for one in world.data.catalog.derived if one.name.startswith("audience"))
    values = world.data.catalog.values
    own = values(family.name, item)[-1]
    return [other for other in range(1, len(world.data.catalog) + 1) if own in values(family.name, other)]


def check_answer(world, naive: Naive, told: Evidence, said: Said) -> None:
    title, place, share = said.need(rf"\*{TEXT}\* comes {PLACE} with {SHARE}")
    assert title == world.titles([naive.target])[0]
    assert PLACES[place] in naive.places(naive.whole)
    assert is_share(share, np.exp(naive.log_p(naive.whole)))
    if told.families:
        by = rf"(?:driven by the {KIND}|of its {asked_of(told)} driven by)"
        if found := said.take(rf", {by} {BOLD}, about (\d+)\u00a0%"):
            kind, name, number = found
            assert kind == (None if rest_of(naive, told) is None else marked(told, name))
            check_named(chances(told), name, number)
            check_lead(naive, told, None, ())
        else:
            take_lead(world, naive, told, said, ": ", "")
            if may_drive(told):
                said.need("; ")
                check_verdict(told, said)
    said.need(r"\.")
    if naive.facets:
        check_facets(naive, said)
    if len(naive.read) > 1:
        check_past(world, naive, said)
    said.end()


def check_facets(naive: Naive, said: Said) -> None:
    """The second sentence: which facet lifts it, and what would be without one."""
    apart, v, bias, lead = naive.parts, naive.target - 1, bias_of(naive), None
    own = apart.contributions[v]
    up = sum(part for part in [*own, bias] if part > 0)
    if found := said.take(rf" Of the facets, {BOLD} lifts it most {LIFTS}"):
        lead = naive.facets.index(found[0])
        assert own[lead] >= own.max() - 1e-4
        assert is_signed(found[1], own[lead])
        assert is_signed(found[2], up)
    elif found := said.take(rf" Its \*\*popularity\*\* lifts it more than any facet {LIFTS}"):
        assert bias > own.max()
        assert is_signed(found[0], bias)
        assert is_signed(found[1], up)
    elif said.take(" No facet gives half of what lifts it"):
        assert own.max() < up / 2 + 1e-4
    elif said.take(" No facet lifts it"):
        assert own.max() <= 1e-4
    elif found := said.take(rf" The {FACET} gives it most of its probability \({SHARE}\)"):
        lead = naive.facets.index(found[0])
        assert apart.responsibilities[v][lead] > 0.5 - 1e-4
        assert is_share(found[1], apart.responsibilities[v][lead])
    else:
        said.need(" No facet gives more than half of its probability")
        assert apart.responsibilities[v].max() < 0.5 + 1e-4
    if said.take("; leaving out any one facet does not lower its rank"):
        assert not any(naive.lowered(naive.without_facet(h, False)) for h in range(len(naive.facets)))
    else:
        said.need("; without ")
        h = lead if said.take("it,") else naive.facets.index(said.need(rf"the {FACET},")[0])
        (place,) = said.need(rf" it would be {PLACE}")
        assert PLACES[place] in naive.places(naive.without_facet(h, False))
        assert PLACES[place] > min(naive.places(naive.whole))
    said.need(r"\.")


def check_past(world, naive: Naive, said: Said) -> None:
    """The last one: what would be without a past item."""
    if found := said.take(r" Removing any one past item does not lower its rank( either)?\."):
        assert not any(naive.lowered(one) for one in naive.without_item)
        return
    which, title, place = said.need(rf" Without {ITEM} in the history, it would be {PLACE}\.")
    found = naive.without_item[world.position(naive.read, which, title)]
    assert PLACES[place] in naive.places(found)
    assert PLACES[place] > min(naive.places(naive.whole))


def check_driver(world, naive: Naive, told: Evidence, said: Said) -> None:
    """The same on Predict beside the evidence, with what speaks against the family that lifts it most."""
    take_lead(world, naive, told, said, "", r"\.(?: |$)")
    if not may_drive(told):
        said.end()
        return
    known, clear = chances(told), True
    order = sorted(may_drive(told), key=lambda name: -known[name])
    if said.take(r"\*\*No clear driver\.\*\*"):
        clear = False
        assert max(known.values()) < 0.5
    elif number := said.take(r"\*\*Driver:\*\* nothing known about the items: about (\d+)\u00a0%\."):
        assert known[None] >= 0.5
        assert is_about(number[0], known[None])
    elif pair := said.take(rf"\*\*Driver:\*\* {KIND} {BOLD} or {KIND} {BOLD}: (\d+) against (\d+)\u00a0%\."):
        assert list(pair[1:4:2]) == order[:2]
        assert list(pair[0:4:2]) == [marked(told, name) for name in order[:2]]
        assert all(is_about(number, known[name]) for number, name in zip(pair[4:], order[:2], strict=True))
    else:
        kind, name, number = said.need(rf"\*\*Driver:\*\* {KIND} {BOLD}, about (\d+)\u00a0%\.")
        assert kind == marked(told, name)
        check_named(known, name, number)
    if objection(told):
        assert said.take(" Against that: " if clear else " But: ")
        check_objection(told, said)
    else:
        said.end()


def check_objection(told: Evidence, said: Said) -> None:
    """Why no driver is named."""
    its, names = asked_of(told), list(may_drive(told))
    parts, effect = told.parts[: len(names)], told.effect[: len(names)]
    mean = effect.mean(1)
    if said.take(f"none of its {its} lifts it above the average item"):
        assert parts.max() <= 0
    elif found := said.take(f"(.+?) does not lift it far enough above its other {its}"):
        assert np.sum(parts >= parts[names.index(found[0])]) > 1
    else:
        (name,) = said.need(f"of its {its} (.+?) lifts it most, but it ")
        own = names.index(name)
        assert parts[own] == parts.max() > 0
        if said.take("does not fall when the past says nothing of "):
            assert mean[own] <= 2 * effect[own].std(ddof=1) / effect.shape[1] ** 0.5 + 1e-9
            assert said.need(r"(.+?)\.$") == (name,)
        elif said.take("hardly falls when the past says nothing of "):
            assert mean[own] < 0.1
            assert said.need(r"(.+?)\.$") == (name,)
        else:
            (other,) = said.need(r"falls further when the past says nothing of (.+?)\.$")
            assert mean[names.index(other)] > mean[own]


def check_command(naive: Naive, told: Evidence, said: Said) -> None:
    """The same on the command line, which says nothing where no driver is clear."""
    lifts = rf"\({NUMBER} of the {NUMBER} that lift it\)".replace("−", "−-")
    derived, rest, popular = (
        "the derived family (.+?)",
        "what lifts it most goes with (no family|no attribute)",
        "its (popularity)",
    )
    found = said.take(f": (?:{derived} lifts it most|{rest}|{popular} lifts it most) {lifts}")
    *leads, part, whole = found or (None, "", "")
    amounts = [text.replace("-", "−") for text in (part, whole)]
    check_lead(naive, told, next(filter(None, leads), None), tuple(amounts))
    if not may_drive(told):
        said.end()
        return
    known = chances(told)
    order = sorted(may_drive(told), key=lambda name: -known[name])
    if number := said.take(r"; nothing known about the items drove it: about (\d+)\u00a0%$"):
        assert is_about(number[0], known[None])
    elif pair := said.take(r"; (.+) or (.+) drove it: (\d+) against (\d+)\u00a0%$"):
        assert list(pair[:2]) == order[:2]
    elif one := said.take(r"; (.+) drove it, about (\d+)\u00a0%$"):
        check_named(known, *one)
    else:
        assert max(known.values()) < 0.5
    said.end()


def check_place(world, naive: Naive, said: Said) -> None:
    title, rank, of, share = said.need(rf"{BOLD} is {PLACE} of ([\d,]+) with {SHARE}\.")
    said.end()
    assert title == world.titles([naive.target])[0]
    assert PLACES[rank] in naive.places(naive.whole)
    assert int(of.replace(",", "")) == len(world.data.catalog) - len(naive.hidden)
    assert is_share(share, np.exp(naive.log_p(naive.whole)))


def check_without(naive: Naive, found: np.ndarray, said: Said) -> None:
    """What becomes of it without the past item that was chosen."""
    said.need("without it the item asked about ")
    if places := said.take(rf"would be {PLACE} instead of {PLACE}"):
        assert PLACES[places[0]] in naive.places(found)
        assert PLACES[places[1]] in naive.places(naive.whole)
    else:
        said.need("keeps its place")
        assert set(naive.places(found)) & set(naive.places(naive.whole))
    (moved,) = said.need(rf" \({TIMES}\)\.")
    said.end()
    assert is_times(moved, naive.log_p(found) - naive.log_p(naive.whole))
