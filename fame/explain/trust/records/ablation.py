"""Does a part earn its place? The ranking with it, and with the same part made deaf or left out. No torch."""

from dataclasses import dataclass

from fame.explain.meaning.records import Interval

ABLATION_FILE = "ablation.json"
ABLATION_COMMAND = "python -m fame verify ablation --model MODEL --data DIR"
ABLATION_ADVICE = f"measure it again with `{ABLATION_COMMAND}`"
MEASURE = "NDCG@10"


@dataclass(frozen=True)
class Swapped:
    """The measure with other weights, less that with the model's own."""

    uniform: Interval  # everything weighs the same
    shuffled: Interval  # each user has the weights of another


@dataclass(frozen=True)
class Ablation:
    """NDCG@10 over all users whose held-out item counts, paired user by user."""

    users: int
    own: Interval  # of the model as it is
    gate: Swapped
    router: Swapped | None  # None: a facet has one expert, so that nothing is routed
    facets: tuple[str, ...]  # (H,)
    without: tuple[Interval, ...]  # (H,) less that with all: a facet knocked out, the weights of the others as they are
    confidence: float  # of each interval of a difference: 95 % for all of them together (Bonferroni)
    seed: int  # of who has whose weights, and of the intervals
