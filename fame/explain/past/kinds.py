"""What the attribution methods say of themselves, which is all that pages, sentences and commands need. No torch.

To add one: a function of a `Question` in a file of this package, and its record below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fame.architectures import Architecture
from fame.runs.ways import Way

Method = str  # a name in `KINDS`

MOST_PLAYERS = 10  # of exact Shapley values: 2 ** 10 runs
GREEDY_STEPS = 20  # items that greedy occlusion removes one by one; then it takes the rest as they stand
INTEGRATION_STEPS = 20
BACKWARD = 2  # a backward pass, in forward passes


@dataclass(frozen=True)
class MethodKind:
    """One method's record."""

    name: Method  # in links, files and on the command line
    implementation: str  # "module:function" of a `Question`, imported when it is first asked
    title: str
    meaning: str  # of a value, in a sentence
    runs: Callable[[int], int]  # its cost: of the model, for so many items in the history
    takes: tuple[Literal["seed", "watch", "at_hand"], ...] = ()  # what the function is given besides
    seconds: str = ""  # "module:function" that reckons them, of one that takes seconds; of others a run tells
    most: int | None = None  # items in the history that it can be used for
    leaves_out: Way | None = None  # how it leaves items out, so that what it says is tested in the other way
    needs: Literal["attention", "shifts"] | None = None  # what the model has to have (`Architecture`)
    baseline: bool = False  # an order that looks at no model: what every method has to beat

    @property
    def slow(self) -> bool:
        """Whether it is worked out where it is asked for only."""
        return bool(self.seconds)

    def fits(self, length: int) -> bool:
        """Whether it can be used for so many items."""
        return self.most is None or length <= self.most


def _greedy_runs(length: int) -> int:
    return sum(range(length, max(0, length - GREEDY_STEPS - 1), -1)) + 2


KINDS = {
    kind.name: kind
    for kind in (
        MethodKind(
            name="occlusion-remove",
            implementation="fame.explain.past.occlusion:occlusion_remove",
            title="occlusion, removed",
            meaning="How far log p falls when the item is removed and the later ones move up.",
            runs=lambda length: length + 1,
            takes=("at_hand",),
            leaves_out="remove",
        ),
        MethodKind(
            name="occlusion-mask",
            implementation="fame.explain.past.occlusion:occlusion_mask",
            title="occlusion, masked",
            meaning="How far log p falls when the item is hidden and its place stays empty.",
            runs=lambda length: length + 1,
            leaves_out="mask",
        ),
        MethodKind(
            name="greedy",
            implementation="fame.explain.past.occlusion:greedy",
            title="greedy occlusion",
            meaning="Remove the item without which log p falls furthest, look again at what is left, and so on.",
            runs=_greedy_runs,
            takes=("watch",),
            seconds="fame.explain.past.occlusion:greedy_seconds",
            leaves_out="remove",
        ),
        MethodKind(
            name="shapley",
            implementation="fame.explain.past.shapley:history_shapley",
            title="Shapley values",
            meaning=f"The item's fair share of log p over all parts of the history, for up to {MOST_PLAYERS} items.",
            runs=lambda length: int(2**length),
            seconds="fame.explain.past.shapley:history_shapley_seconds",
            most=MOST_PLAYERS,
            leaves_out="mask",
        ),
        MethodKind(
            name="integrated-gradients",
            implementation="fame.explain.past.gradients:integrated_gradients",
            title="integrated gradients",
            meaning="The slope of log p along the way from the average item to this one, added up (Captum).",
            runs=lambda length: INTEGRATION_STEPS * (1 + BACKWARD),
            needs="shifts",
        ),
        MethodKind(
            name="gradient-x-input",
            implementation="fame.explain.past.gradients:gradient_x_input",
            title="gradient × input",
            meaning="The slope of log p at the item's embedding, times the embedding.",
            runs=lambda length: 1 + BACKWARD,
            needs="shifts",
        ),
        MethodKind(
            name="attention",
            implementation="fame.explain.past.attention:attention",
            title="attention",
            meaning="How much the last layer reads of the item: a weight, the same for every target.",
            runs=lambda length: 1,
            needs="attention",
        ),
        MethodKind(
            name="rollout",
            implementation="fame.explain.past.attention:rollout",
            title="attention rollout",
            meaning="Attention of all layers multiplied: a weight, the same for every target.",
            runs=lambda length: 1,
            needs="attention",
        ),
        MethodKind(
            name="recency",
            implementation="fame.explain.past.baselines:recency",
            title="recency",
            meaning="The latest first. It looks at no model: what every method has to beat.",
            runs=lambda length: 0,
            baseline=True,
        ),
        MethodKind(
            name="random",
            implementation="fame.explain.past.baselines:random",
            title="random order",
            meaning="An order drawn by lot: what every method has to beat.",
            runs=lambda length: 0,
            takes=("seed",),
            baseline=True,
        ),
    )
}
METHODS: tuple[Method, ...] = tuple(KINDS)
BASELINES: tuple[Method, ...] = tuple(kind.name for kind in KINDS.values() if kind.baseline)


def usable(model: Architecture) -> tuple[Method, ...]:
    """The methods, without those that look for something in the model that it does not have."""
    return tuple(kind.name for kind in KINDS.values() if kind.needs is None or getattr(model, kind.needs))
