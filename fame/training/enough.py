"""Whether a data set holds enough to learn from: what cannot be trained on is refused, what is doubtful is said."""

import math

import numpy as np

from fame.data import DataSet
from fame.data.split import FEWEST
from fame.errors import InputError
from fame.training.settings import Settings

JUDGED = 300  # users below whom a figure's standard error is a fifth of it and more: HR@10 of 0.1, ± 0.017
SEEN = 5  # interactions below which what is learned of an item is hardly more than chance: the field's 5-core
SHORT = 5  # interactions below which a user has hardly an order to learn from
MOST = 0.5  # of items, or of users, that may be below


class TrainingError(InputError):
    """Training cannot begin or go on."""


def need_enough(settings: Settings, dataset: DataSet) -> None:
    """Refuse data that have nobody to validate on, or too few items to sample from.

    Raises
    ------
    TrainingError
        One sentence that says which, and what to do.
    """
    if not (dataset.histories.lengths >= FEWEST).any():
        raise TrainingError(
            f"No user of {dataset.name!r} has three interactions, so none can be held out; bring more data."
        )
    if settings.loss == "sampled" and settings.negatives >= len(dataset.catalog):
        raise TrainingError(
            f"negatives is {settings.negatives}, but {dataset.name!r} has {len(dataset.catalog)} items to draw them "
            "from; take fewer, or the whole catalog with loss=full."
        )


def doubts(dataset: DataSet) -> list[str]:
    """What makes it doubtful that a model of these data says anything, in sentences."""
    found = []
    lengths = dataset.histories.lengths
    judged = int((lengths >= FEWEST).sum())
    if judged < JUDGED:
        error = math.sqrt(0.1 * 0.9 / max(1, judged))
        found.append(
            f"Only {judged:,} users have three interactions and can be judged on: an HR@10 of 0.10 is uncertain by "
            f"± {1.96 * error:.2f} there."
        )
    seen = np.bincount(dataset.histories.items, minlength=len(dataset.catalog) + 1)[1:]
    rare = float((seen < SEEN).mean())
    if rare > MOST:
        found.append(
            f"{rare:.0%} of the items have fewer than {SEEN} interactions; little more than chance is learned of those."
        )
    short = float((lengths < SHORT).mean())
    if short > MOST:
        found.append(f"{short:.0%} of the users have fewer than {SHORT} interactions: there is little order to learn.")
    return found
