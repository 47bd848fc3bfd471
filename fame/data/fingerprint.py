"""The identity of a data set: a hash of what it says, not of how its files say it."""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd

from fame.data.catalog import Catalog

ROWS = 1_000_000  # hashed at a time, so that ten million ids never stand in memory as text


class Fingerprint:
    """sha256 over named parts, in the order in which they are added."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, name: str, content: bytes | memoryview) -> None:
        """A part, as bytes."""
        self._digest.update(f"{name} {len(content)}\n".encode())
        self._digest.update(content)

    def add_json(self, name: str, content: Any) -> None:
        """A part, as JSON."""
        self.add(name, json.dumps(content).encode())

    def add_ids(self, name: str, codes: np.ndarray, ids: list[str]) -> None:
        """Add the list of `ids[code]` as `add_json` does, byte by byte, without making it."""
        quoted = np.array([json.dumps(item_id) for item_id in ids], dtype=object)
        lengths = np.array([len(text) for text in quoted])
        brackets_and_commas = 2 * len(codes)
        total = sum(int(lengths[codes[start : start + ROWS]].sum()) for start in range(0, len(codes), ROWS))
        self._digest.update(f"{name} {total + brackets_and_commas}\n[".encode())
        for start in range(0, len(codes), ROWS):
            rows = ", ".join(quoted[codes[start : start + ROWS]])
            self._digest.update((", " if start else "").encode() + rows.encode())
        self._digest.update(b"]")

    def hex(self) -> str:
        """64 digits."""
        return self._digest.hexdigest()


def fingerprint(
    catalog: Catalog,
    values: dict[str, list[tuple[str, ...]]],
    users: tuple[np.ndarray, list[str]],
    items: tuple[np.ndarray, list[str]],
    times: np.ndarray,
    truth: pd.DataFrame | None,
) -> str:
    """Hash the content in the order of the files; Parquet's encoding, the name and the origin play no part.

    `users` and `items` are the id columns of the interactions as `id_column` gives them.
    """
    whole = Fingerprint()
    whole.add_json("families", [family.declared() for family in catalog.families])
    whole.add_json("ids", catalog.ids)
    whole.add_json("titles", catalog.titles)
    for name, column in values.items():
        whole.add_json(name, column)
    whole.add_ids("users", *users)
    whole.add_ids("items", *items)
    whole.add("times", np.ascontiguousarray(times, dtype="<f8").data.cast("B"))
    if truth is not None:
        whole.add("truth", truth.to_csv(index=False).encode())
    return whole.hex()
