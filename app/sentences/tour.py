"""What became of a guess on Learn: right or not, and what running the model showed. Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.look.numbers import ordinal, percent, times
from app.sentences.marking import escape, facet, together

OFTEN_ALIKE = 0.01  # bits: below this two readings are said to be alike, as on Experts


@dataclass(frozen=True)
class GuessOutcome:
    """A guess, checked."""

    right: bool
    text: str


def film(title: str) -> str:
    """A title in a sentence."""
    return f"*{escape(title)}*"


def what_comes_next(guess: str, rank: int, probability: float, first: str, first_probability: float) -> GuessOutcome:
    """The place that the model gives the item that was guessed."""
    if rank == 1:
        return GuessOutcome(
            True, f"{film(guess)} comes first, with {percent(probability)}: you guessed as the model does."
        )
    ahead = f"{film(first)} comes first, with {percent(first_probability)}"
    return GuessOutcome(False, f"{ahead}. Your {film(guess)} comes {ordinal(rank)}, with {percent(probability)}.")


def moved(guess: str, before: Sequence[str], after: Sequence[str], kept: int) -> GuessOutcome:
    """Whether another item came first; `before` and `after` are the titles of what came first, and ids to compare."""
    changes = before[0] != after[0]
    right = guess == ("changes" if changes else "stays")
    guessed = f"You guessed that it {'changes' if guess == 'changes' else 'stays'}: "
    if changes:
        found = f"it {'does' if right else 'does not stay'}. {film(after[1])} comes first then, not {film(before[1])}"
    else:
        found = f"it {'does' if right else 'does not change'}. {film(before[1])} still comes first"
    return GuessOutcome(right, f"{guessed}{found}; {kept} of the first ten are still among them.")


def first_by_itself(guess: str, firsts: Sequence[str], title: str) -> GuessOutcome:
    """Which facets put first what comes first in the end; `guess` is a facet's name, or empty for none."""
    right = guess in firsts if firsts else not guess
    if firsts:
        which = together([f"**{escape(name)}**" for name in firsts])
        found = f"By {'its' if len(firsts) == 1 else 'their'} own score {which} put{'s' * (len(firsts) == 1)} it first"
    else:
        found = "No facet puts it first by its own score: only together do they"
    return GuessOutcome(right, f"{film(title)} comes first in the end. {found}.")


def expert_that_matters(guess: int, effect: np.ndarray, weight: np.ndarray, name: str, title: str) -> GuessOutcome:
    """Of one facet: what leaving out each expert does to the item, (N,) falls of log p, beside its router weight."""
    most, largest = int(effect.argmax()), int(weight.argmax())
    if effect[most] <= 0:
        return GuessOutcome(
            guess < 0,
            f"In the {facet(name)} leaving out any one expert does not lower {film(title)}: none speaks for it.",
        )
    found = (
        f"Without expert {most + 1} of the {facet(name)}, {film(title)} is {times(-float(effect[most]))}: "
        "that lowers it most"
    )
    yours = f" Without expert {guess + 1} it is {times(-float(effect[guess]))}." if guess not in (most, -1) else ""
    told = "names the same one" if largest == most else f"is that of expert {largest + 1}"
    return GuessOutcome(guess == most, f"{found}.{yours} The largest router weight {told}.")


def routed(verdict: GuessOutcome, expert: int, bits: float) -> GuessOutcome:
    """A verdict on a guess, and after it how far apart the expert and the mixture read, in bits."""
    alike = "alike" if bits < OFTEN_ALIKE else "not alike"
    apart = (
        f" Expert {expert + 1} and the mixture read {alike} here: {bits:.3f} bits apart, 0 being the same and 1 all."
    )
    return GuessOutcome(verdict.right, verdict.text + apart)


def part_after(guess: str, before: float, after: float, name: str) -> GuessOutcome:
    """What halving a gate weight made of the facet's part, or share, of the first item."""
    ratio = after / before if before else 1.0
    became = "half" if abs(ratio - 0.5) < 1e-3 else "less than half" if ratio < 0.5 else "more than half"
    return GuessOutcome(
        guess == became,
        f"With half the gate weight, what the {facet(name)} gives is {ratio:.3f} of what it was: {became}.",
    )


def decided(guess: int, worst: int | None, rank: int, without: Sequence[int], names: Sequence[str], largest: int | None,
            title: str) -> GuessOutcome:  # fmt: skip
    """Without what the first item falls furthest; `names` are marked facets or items, `largest` has the most weight."""
    if worst is None:
        found = f"Without any one of them {film(title)} still comes {ordinal(rank)}: none decided by itself"
    else:
        found = (
            f"Without {names[worst]}, {film(title)} would be {ordinal(int(without[worst]))}: that lowers it furthest"
        )
    yours = ""
    if guess >= 0 and guess != worst and worst is not None:
        yours = f" Without {names[guess]} it would be {ordinal(int(without[guess]))}."
    weight = ""
    if largest is not None:
        weight = f" The largest weight is on {names[largest]}{': it names the same' * (largest == worst)}."
    return GuessOutcome(guess == (-1 if worst is None else worst), f"{found}.{yours}{weight}")


def counted(guess: int, sources: Sequence[str], share: float | None, title: str) -> GuessOutcome:
    """In how many of the first items an attribute lifts most; `share` is the rest's of what lifts the first."""
    attributes = sum(source == "family" for source in sources)
    rest, popular = sources.count("rest"), sources.count("popularity")
    found = (
        f"An attribute lifts most in {attributes} of the first {len(sources)}; what goes with no attribute does in "
        f"{rest}"
    )
    found += f", popularity in {popular}" if popular else ""
    first = "" if share is None else f" Of what lifts {film(title)}, {percent(share)} goes with no attribute."
    return GuessOutcome(guess == attributes, f"You guessed {guess}. {found}.{first}")
