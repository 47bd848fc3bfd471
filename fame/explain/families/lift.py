"""What lifts an item most above the average one: an attribute family, what goes with none, or its popularity.

The same in words wherever a driver is named: a driver is the family that drove it among families, and where something
else lifts the item more that is the larger truth. Arrays only, no torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Source = Literal["family", "rest", "popularity"]


@dataclass(frozen=True)
class Lift:
    """The largest of the parts that add up to a score above the average item's."""

    source: Source
    part: float
    whole: float  # sum of all parts that lift it, those that pull it down aside
    family: int | None = None  # place of the family, where it is one


def foremost(parts: Sequence[float], rest: float | None, bias: float) -> Lift | None:
    """Of what each family lifts an item by, what goes with no family, and its popularity.

    None where nothing lifts it, or its score is no sum of parts and has no `rest`.
    """
    if rest is None:
        return None
    found: list[tuple[Source, float]] = [*(("family", float(part)) for part in parts), ("rest", rest)]
    found.append(("popularity", bias))
    place = max(range(len(found)), key=lambda p: found[p][1])
    source, part = found[place]
    whole = sum(max(0.0, part) for _, part in found)
    return Lift(source, part, whole, place if source == "family" else None) if part > 0 else None
