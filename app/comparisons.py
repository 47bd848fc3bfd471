"""Which two models the session compares, and which of their users it looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import models, resources, state
from app.current import Current
from fame.checkpoint.description import Description
from fame.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from fame.compare.comparison import Compared
    from fame.compare.records import Comparison, Difference

RANGE = re.compile(r"(\d{1,9})-(\d{1,9}),(\d{1,9})-(\d{1,9})")
FOUND, LOST = "1-10", "11-999999999"  # among the first ten, and below
GROUPS = {
    "second": f"{LOST},{FOUND}",  # found by the second model alone
    "first": f"{FOUND},{LOST}",
    "both": f"{FOUND},{FOUND}",
    "neither": f"{LOST},{LOST}",
}


@dataclass(frozen=True)
class Chosen:
    """Two models, and the users that are looked at."""

    first: Description
    second: Description
    compared: Compared
    found: Comparison
    ranks: str  # as the link has them; empty = all
    rows: np.ndarray  # numbers of the users among those compared

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called here."""
        return called(self.first, self.second)


def second_model(now: Current) -> Description | None:
    """What the current model is compared with: as asked, or what is likeliest of the same data; None: there is none."""
    data = now.model.config["dataset_fingerprint"]
    same = (one for one in models.to_compare(now.model) if one.config["dataset_fingerprint"] == data)
    return now.against or next(same, None)


def elsewhere(now: Current) -> Description | None:
    """Another model of the same data that all users were run through, as asked or the likeliest, if there is one."""
    data = now.model.config["dataset_fingerprint"]
    every = (*([now.against] if now.against else []), *models.to_compare(now.model))
    same = (one for one in every if one.config["dataset_fingerprint"] == data and resources.is_traced(one))
    return next((one for one in same if one.fingerprint != now.model.fingerprint), None)


def to_baseline(model: Description) -> tuple[Description, Difference | None] | None:
    """The best model without facets of the same data, and how this one's NDCG@10 differs from its; None: there is none.

    The difference is None where not both were run over all users, or these cannot be compared.
    """
    data = model.config["dataset_fingerprint"]
    same = (one for one in models.to_compare(model) if one.config["dataset_fingerprint"] == data)
    base = next((one for one in same if not one.architecture.facets), None)
    if base is None or not model.architecture.facets:
        return None
    if not (resources.is_traced(model) and resources.is_traced(base)):
        return base, None
    try:
        return base, resources.differences(model, base)[0]
    except InputError:
        return base, None


def called(first: Description, second: Description) -> tuple[str, str]:
    """What two models are called beside each other: their kinds, where these tell them apart."""
    kinds = first.architecture.title, second.architecture.title
    return kinds if kinds[0] != kinds[1] else (first.name, second.name)


def comparison(now: Current, second: Description) -> Chosen:
    """What is told of two models; ranges of ranks that cannot be read are told of and dropped.

    Raises
    ------
    InputError
        A trace is missing or cannot be read, or there are no users of both.
    """
    import numpy as np

    compared, found = resources.compared(now.model, second, now.data)
    session = state.session()
    read = RANGE.fullmatch(session.ranks)
    if session.ranks and not read:
        state.notice(f"The ranks {session.ranks[:60]!r} in the link cannot be read; all users are shown.")
        session.ranks = ""
    rows = np.arange(len(compared.pairs))
    if read:
        a, b, c, d = map(int, read.groups())
        first, other = compared.pairs.first_rank, compared.pairs.second_rank
        rows = np.flatnonzero((first >= a) & (first <= b) & (other >= c) & (other <= d))
    return Chosen(now.model, second, compared, found, session.ranks, rows)


def within(first: tuple[float, float], second: tuple[float, float]) -> str:
    """Ranges of ranks as the link has them, from the ends of a rectangle; at least one rank each way."""
    ends = []
    for low, high in (first, second):
        least = max(1, round(low + 0.499))
        ends.append(f"{least}-{max(least, int(high))}")
    return ",".join(ends)
