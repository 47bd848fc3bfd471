"""What is changed in the model by hand, in the session and its link."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app import state
from fame.checkpoint.description import Description
from fame.explain.by_hand import places_in, places_text, weights_in, weights_text


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

    def apply(self) -> None:
        """Let the session have them."""
        state.intervene(weights_text(self.gate, self.router), places_text(self.without))


UNCHANGED = Interventions()


def intended(model: Description, now: state.Session) -> Interventions:
    """What the session asks for; what cannot be is told of and left as the model has it."""
    facets, experts, length = (len(model.config["facets"]), int(model.config["experts"]), int(model.config["length"]))
    gate, router, strange = weights_in(now.weights, facets, experts)
    without, missing = places_in(now.without, len(now.history), length)
    for sentence in [*strange[:1], *missing[:1]]:
        state.notice(f"Not all of the link can be followed. {sentence}")
    asked = Interventions(gate, router, without)
    now.weights, now.without = weights_text(gate, router), places_text(without)
    return asked
