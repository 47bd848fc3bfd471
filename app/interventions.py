"""What is changed in the model by hand, as a link says it: "weights=1:40,2.3:0" and "without=2,5".

The first facet then weighs 40 %, the third expert of the second facet nothing, and the second and fifth item of the
history are not read. All are counted from 1, as people see them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from app import state
from fame.checkpoint.description import Description

WEIGHT = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?:(\d{1,3})")


@dataclass(frozen=True)
class Interventions:
    """Weights in whole percents, by facet and by (facet, expert), and places in the history, all from 0."""

    gate: Mapping[int, int] = field(default_factory=dict)
    router: Mapping[tuple[int, int], int] = field(default_factory=dict)
    without: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gate or self.router or self.without)

    def weigh(self, facet: int, percent: int) -> "Interventions":
        """The same with that weight of the gate."""
        return replace(self, gate={**self.gate, facet: percent})

    def route(self, facet: int, expert: int, percent: int) -> "Interventions":
        """The same with that weight of a router."""
        return replace(self, router={**self.router, (facet, expert): percent})

    def weights(self) -> str:
        """The weights as the link has them."""
        gate = [f"{h + 1}:{share}" for h, share in sorted(self.gate.items())]
        return ",".join(gate + [f"{h + 1}.{n + 1}:{share}" for (h, n), share in sorted(self.router.items())])

    def apply(self) -> None:
        """Let the session have them."""
        state.intervene(self.weights(), numbers(self.without))


UNCHANGED = Interventions()


def numbers(places: Iterable[int]) -> str:
    """Places in the history as the link has them."""
    return ",".join(str(place + 1) for place in sorted(places))


def intended(model: Description, now: state.Session) -> Interventions:
    """What the session asks for; what cannot be is told of and left as the model has it."""
    gate, router = weights_in(model, now.weights)
    asked = Interventions(gate, router, left_out(model, now))
    now.weights, now.without = asked.weights(), numbers(asked.without)
    return asked


def weights_in(model: Description, text: str) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Weights of the gate and of the routers; of those that cannot be the first is told of."""
    H, N = len(model.config["facets"]), int(model.config["experts"])
    gate, router, strange = dict[int, int](), dict[tuple[int, int], int](), list[str]()
    for part in filter(None, text.split(",")):
        found = WEIGHT.fullmatch(part)
        h, n, share = (int(found[1]) - 1, int(found[2] or 0) - 1, int(found[3])) if found else (-1, -1, -1)
        if not found or share > 100:
            strange.append(
                f"The weight {part[:60]!r} in the link is not FACET:PERCENT or FACET.EXPERT:PERCENT with 0 to 100; it "
                "stays as the model has it."
            )
        elif not 0 <= h < H or n >= N or (found[2] is not None and (n < 0 or N == 1)):
            strange.append(f"The weight {part!r} in the link is of no facet or expert that {model.name} has.")
        elif found[2] is None:
            gate[h] = share
        else:
            router[h, n] = share
    for sentence in strange[:1]:
        state.notice(sentence)
    return gate, router


def left_out(model: Description, now: state.Session) -> tuple[int, ...]:
    """Places in the history that are left out; of those that cannot be the first is told of."""
    oldest = max(0, len(now.history) - int(model.config["length"]))
    asked = list(filter(None, now.without.split(",")))
    places = {number: int(number) - 1 for number in asked if number.isascii() and number.isdigit() and len(number) < 7}
    kept = {place for place in places.values() if oldest <= place < len(now.history)}
    strange = next((number for number in asked if places.get(number) not in kept), "")
    if strange:
        state.notice(f"The link leaves out item {strange[:60]!r}, which is none of those that are read.")
    if kept and len(kept) == len(now.history) - oldest:
        state.notice("The link leaves out every item that is read; something has to stay, so none is left out.")
        return ()
    return tuple(sorted(kept))
