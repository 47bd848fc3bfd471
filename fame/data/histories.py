"""Histories as two flat arrays, so that ten million interactions do not sit in Python lists; and as text."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fame.errors import InputError


class HistoryTextError(InputError):
    """A text that is no list of item ids."""


@dataclass(frozen=True)
class Histories:
    """Users' items one after the other, each user's oldest first."""

    items: np.ndarray  # (E,) int32 catalog indices
    offsets: np.ndarray  # (U + 1,) int64: user u has items[offsets[u] : offsets[u + 1]]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, user: int) -> np.ndarray:
        return self.items[self.offsets[user] : self.offsets[user + 1]]

    @property
    def lengths(self) -> np.ndarray:
        """(U,) int64."""
        return np.diff(self.offsets)


def parse_history(text: str) -> list[str]:
    """`50,181,172` -> ids, oldest first. An id that holds a comma or a quote is quoted as in CSV: `"a,b",c`.

    Raises
    ------
    HistoryTextError
        A quote is not closed or is followed by text.
    """
    try:
        rows = list(csv.reader(io.StringIO(text.strip(), newline=""), skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise HistoryTextError(
            f"The history {text[:60]!r} is no list of ids ({error}); separate ids by commas, "
            'and write "a,b" for an id with a comma.'
        ) from None
    return [item_id for row in rows for item_id in (entry.strip() for entry in row) if item_id]


def format_history(item_ids: Sequence[str]) -> str:
    """The text from which `parse_history` reads the same ids, but for blanks at an id's ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(item_ids)  # so that ids with a line break are quoted, too
    return text.getvalue().removesuffix("\r\n")
