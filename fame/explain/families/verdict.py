"""What the probabilities of a driver come to in words, the same on every page and in every command.

Said in steps of five in a hundred: on shapes that the probability was not fitted on it is off by about as much.
"""

from dataclasses import dataclass
from typing import Literal

from fame.explain.families.driver import NAMED, Evidence
from fame.explain.families.probability import Chances

TWO = 0.75  # of the probability that the two likeliest families have together, if both are named
STEP = 5  # of a hundred

Kind = Literal["family", "two", "none", "unclear"]


@dataclass(frozen=True)
class DriverVerdict:
    """`family`: one is likelier than all else together; `two`: either of two; `none`: nothing known about the items."""

    kind: Kind
    names: tuple[str, ...]  # of what is named; empty in `none` and `unclear`
    probabilities: tuple[float, ...]  # of them, in `none` of none of the families


def verdict(told: Evidence) -> DriverVerdict:
    """Of one item."""
    chances = told.chances
    return DriverVerdict("unclear", (), ()) if chances is None else weighed(chances)


def weighed(chances: Chances) -> DriverVerdict:
    """Which of the four it is."""
    ranked = chances.ranked
    if ranked[0][1] >= NAMED:
        return DriverVerdict("family", ranked[0][:1], ranked[0][1:])
    if chances.none >= NAMED:
        return DriverVerdict("none", (), (chances.none,))
    if len(ranked) > 1 and ranked[0][1] + ranked[1][1] >= TWO:
        return DriverVerdict("two", (ranked[0][0], ranked[1][0]), (ranked[0][1], ranked[1][1]))
    return DriverVerdict("unclear", (), ())


def rounded(probability: float) -> int:
    """In steps of five in a hundred, never 0 or 100."""
    return min(100 - STEP, max(STEP, STEP * round(100 * probability / STEP)))


def about(found: DriverVerdict) -> str:
    """The number of a verdict: "about 85\u00a0%", "50 against 40\u00a0%"; empty where nothing is clear."""
    numbers = [str(rounded(one)) for one in found.probabilities]
    if not numbers:
        return ""
    return f"{'about ' if len(numbers) == 1 else ''}{' against '.join(numbers)}\u00a0%"
