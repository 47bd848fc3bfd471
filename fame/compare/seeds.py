"""Whether two models differ by chance alone: the same settings on the same data from another seed."""

from collections.abc import Iterable

from fame.checkpoint.description import Description

SEED = "seed"


def of_another_seed(first: Description, second: Description) -> bool:
    """Whether the two were trained alike but for the seed, as their cards say."""
    ours, theirs = (one.card.get("settings") or {} for one in (first, second))
    return (
        SEED in ours
        and SEED in theirs
        and ours[SEED] != theirs[SEED]
        and {**ours, SEED: None} == {**theirs, SEED: None}
        and first.config["dataset_fingerprint"] == second.config["dataset_fingerprint"]
    )


def siblings(model: Description, others: Iterable[Description]) -> list[Description]:
    """Those trained as this one was, but from another seed; by name."""
    return sorted((one for one in others if of_another_seed(model, one)), key=lambda one: one.name)
