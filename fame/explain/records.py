"""What became of an item when something was left out. Arrays only, no torch: it can be stored and shown at once."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Knockout:
    """What became of the target, run by run; T and H as in the history and the model."""

    target: int
    rank: int  # of the target, among the items that are not hidden; 1 = first
    log_probability: float
    facet_rank: np.ndarray  # (H,) with that facet's part of the score left out
    facet_effect: np.ndarray  # (H,) log p with everything minus log p without: positive = the facet speaks for it
    facet_kept: np.ndarray  # (H,) how many of the top ten stay in the top ten
    item_rank: (
        np.ndarray
    )  # (T,) with that past item removed; NaN effect where it is all that a model without begin token has
    item_effect: np.ndarray  # (T,)

    @property
    def worst_facet(self) -> int | None:
        """The facet without which the target comes last, None where no facet's loss lowers it."""
        return worst(self.rank, self.facet_rank, self.facet_effect)

    @property
    def worst_item(self) -> int | None:
        """The past item without which the target comes last, as a place in what was read; None where none lowers it."""
        return worst(self.rank, self.item_rank, self.item_effect)

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers; NaN as null."""
        return {
            name: [None if x != x else x for x in value.tolist()] if isinstance(value, np.ndarray) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Knockout":
        """From the plain lists and numbers that `as_json` gives."""
        return cls(
            target=int(content["target"]),
            rank=int(content["rank"]),
            log_probability=float(content["log_probability"]),
            facet_rank=np.array(content["facet_rank"], dtype=np.int64),
            facet_effect=np.array(content["facet_effect"], dtype=float),
            facet_kept=np.array(content["facet_kept"], dtype=np.int64),
            item_rank=np.array(content["item_rank"], dtype=np.int64),
            item_effect=np.array(content["item_effect"], dtype=float),  # None becomes NaN
        )


def worst(rank: int, without: np.ndarray, fall: np.ndarray) -> int | None:
    """Of several runs that each leave something out, the one in which the target comes last; None if never lower.

    `without` are its ranks (R,) and `fall` by how much log p falls (R,), which decides between equal ranks. The rank
    comes first: what moves log p most need not be what costs the place.
    """
    if not len(without) or int(without.max()) <= rank:
        return None
    last = np.flatnonzero(without == without.max())
    return int(last[np.nan_to_num(fall[last], nan=-np.inf).argmax()])
