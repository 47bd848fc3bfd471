"""What a step of the tour has at hand."""

from dataclasses import dataclass
from functools import cached_property

from app import resources
from app.current import Current
from app.guide import TourStep
from app.sentences.marking import escape
from fame.explain.forward_pass import ForwardPass
from fame.explain.inside import look_inside
from fame.model import Model


@dataclass(frozen=True)
class Lesson:
    """The model and the history on screen, at one step."""

    now: Current
    model: Model
    step: TourStep
    number: int  # from 1

    @cached_property
    def own(self) -> ForwardPass:
        """The model as it is."""
        return resources.inside(self.now.model.name, self.now.history, self.now.hidden)

    @cached_property
    def changed(self) -> ForwardPass:
        """With the weights that were chosen by hand; raises `WeightError` where it can make nothing of them."""
        change = self.now.changed
        if not change:
            return self.own
        gate = {h: share / 100 for h, share in change.gate.items()}
        router = {place: share / 100 for place, share in change.router.items()}
        return look_inside(self.model, self.now.history, resources.SHOWN_INSIDE, self.now.hidden, gate, router)

    @property
    def first(self) -> int:
        """What the model as it is puts first."""
        return int(self.own.answer.items[0])

    @property
    def facet(self) -> int:
        """The facet in view: the one chosen, or the one with the largest gate weight."""
        return int(self.own.gate.argmax()) if self.now.facet is None else self.now.facet

    def title(self, item: int) -> str:
        """Of an item."""
        return self.now.data.catalog.title(item)

    def film(self, item: int) -> str:
        """Its title in a sentence."""
        return f"*{escape(self.title(item))}*"
