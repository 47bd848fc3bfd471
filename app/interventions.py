"""What is changed in the model by hand, in the session and its link."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app import state
from fame.checkpoint.description import Description
from fame.explain.facets.intervention_text import places_in, places_text, weights_in, weights_text


@dataclass(frozen=True)
class Interventions:
    """Weights in whole percents, by facet and by (facet, expert), and places in the history, all from 0."""

    gate: Mapping[int, int] = field(default_factory=dict)
    router: Mapping[tuple[int, int], int] = field(default_factory=dict)
    without: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gate or self.router or self.without)

    def apply(self) -> None:
        """Let the session have them."""
        state.intervene(weights_text(self.gate, self.router), places_text(self.without))


UNCHANGED = Interventions()


def weigh(model: Description, facet: int, percent: int) -> None:
    """Choose a weight of the gate, and nothing else."""
    asked, _ = wanted(model, state.session())
    replace(asked, gate={**asked.gate, facet: percent}).apply()


def route(model: Description, facet: int, expert: int, percent: int) -> None:
    """Choose a weight of a router, and nothing else."""
    asked, _ = wanted(model, state.session())
    replace(asked, router={**asked.router, (facet, expert): percent}).apply()


def leave_out(model: Description, places: tuple[int, ...]) -> None:
    """Choose what is left out of the history, and nothing else."""
    asked, _ = wanted(model, state.session())
    replace(asked, without=places).apply()


def wanted(model: Description, now: state.Session) -> tuple[Interventions, list[str]]:
    """What the session asks for at this moment, which may be more than the page shows yet; and what cannot be, why."""
    facets, experts, length = (len(model.config["facets"]), int(model.config["experts"]), int(model.config["length"]))
    gate, router, strange = weights_in(now.weights, facets, experts)
    without, missing = places_in(now.without, len(now.history), length)
    return Interventions(gate, router, without), [*strange[:1], *missing[:1]]


def intended(model: Description, now: state.Session) -> Interventions:
    """What the session asks for; what cannot be is told of and left as the model has it."""
    asked, strange = wanted(model, now)
    for sentence in strange:
        state.notice(f"Not all of the link can be followed. {sentence}")
    now.weights, now.without = weights_text(asked.gate, asked.router), places_text(asked.without)
    return asked
