"""Whether a data set holds enough to learn from: what cannot be trained on is refused, what is doubtful is said."""

import math

import numpy as np

from fame.data import DataSet, Histories
from fame.data.split import FEWEST_INTERACTIONS
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
    if not (dataset.histories.lengths >= FEWEST_INTERACTIONS).any():
        raise TrainingError(
            f"No user of {dataset.name!r} has three interactions, so none can be held out; bring more data."
        )
    if not anybody_to_judge_by(dataset.histories):
        raise TrainingError(
            f"Every item of {dataset.name!r} that would be held out to validate on had been seen by its user before; "
            "seen items are never recommended, so nobody is left to judge a model by. Bring data with new items in it."
        )
    if settings.loss == "sampled" and settings.negatives >= len(dataset.catalog):
        raise TrainingError(
            f"negatives is {settings.negatives}, but {dataset.name!r} has {len(dataset.catalog)} items to draw them "
            "from; take fewer, or the whole catalog with loss=full."
        )


def anybody_to_judge_by(histories: Histories) -> bool:
    """Whether a user's validation target is new to them; most often the first one's is."""
    held = (histories[int(user)][:-1] for user in np.flatnonzero(histories.lengths >= FEWEST_INTERACTIONS))
    return any(items[-1] not in items[:-1] for items in held)


def last_again(histories: Histories) -> np.ndarray:
    """Whether the last item of each user that can be judged on, the test target, had been seen by them before."""
    last = histories.items[histories.offsets[1:] - 1]
    same = np.cumsum(histories.items == np.repeat(last, histories.lengths))
    times = np.diff(np.concatenate([[0], same])[histories.offsets])
    return times[histories.lengths >= FEWEST_INTERACTIONS] > 1


def doubts(dataset: DataSet) -> list[str]:
    """What makes it doubtful that a model of these data says anything, in sentences."""
    found = []
    lengths = dataset.histories.lengths
    again = last_again(dataset.histories)
    judged = len(again) - int(again.sum())
    if again.any():
        found.append(
            f"{again.mean():.1%} of the held-out items had been seen by their user before. Seen items are never "
            "recommended, so these are left out of the measures; evaluate --repeats keep counts them."
        )
    if judged < JUDGED:
        new = ", the last with an item new to them," if again.any() else ""
        error = math.sqrt(0.1 * 0.9 / max(1, judged))
        found.append(
            f"Only {judged:,} users have three interactions{new} and can be judged on: an HR@10 of 0.10 is uncertain "
            f"by ± {1.96 * error:.2f} there."
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
