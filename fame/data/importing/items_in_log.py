"""What a table of interactions tells of its items, row by row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fame.data.columns import DataError, missing
from fame.data.importing.options import ImportOptions
from fame.data.importing.source import Source
from fame.data.importing.values import as_text, says_nothing

DIFFER = 0.2  # of the items, from which a column that differs between an item's rows is none about items


def by_log(
    source: Source, place: dict[str, int], options: ImportOptions, most: int, notes: list[str]
) -> dict[str, list[Any]]:
    """The columns in the order of the items: the first value that an item's rows have.

    Rows of an item that say something else are counted. A column that was only guessed, and differs for many items, is
    left out, which is said.

    Raises
    ------
    DataError
        More than `most` bytes would be known of the items.
    """
    item, title = source.roles["item"][0], source.column("title")
    wanted = list(dict.fromkeys([*source.families, *([title] if title else [])]))
    asked = {*(options.families or ()), *options.bins, *(options.mapping.get(role, "") for role in ("title",))}
    asked |= {options.of(source.table.file).mapping.get("title", "")}
    found: dict[str, list[Any]] = {name: [None] * len(place) for name in wanted}
    other: dict[str, set[int]] = {name: set() for name in wanted}
    known, before, kept = pa.array(list(place), pa.string()), 0, 0
    for batch in source.table.batches(list(dict.fromkeys([item, *wanted]))) if wanted else ():
        ids = as_text(batch.column(item), source.table.where, item, before)[0]
        before += len(ids)
        rows = pc.fill_null(pc.index_in(ids, value_set=known), -1).to_numpy()
        for name in wanted:
            for at, value in _different(rows, batch.column(name)):
                if says_nothing(value):
                    continue
                if found[name][at] is None:
                    found[name][at] = value
                    kept += len(str(value))
                elif found[name][at] != value:
                    other[name].add(at)
            if kept > most:
                raise DataError(
                    f"{source.table.where}: {name} is too long for a title or a family; choose other columns."
                )
    for name, items in other.items():
        if not items:
            continue
        count = sum(value is not None for value in found[name])
        said = f"{source.table.where}: {name} is not the same in all rows of {len(items):,} of {count:,} items"
        if len(items) > DIFFER * count and name not in asked:
            del found[name]
            notes.append(f"{said}, so it was not taken for something about the items.")
        else:
            notes.append(f"{said}; the first counts.")
    return found


def _different(rows: np.ndarray, column: pa.ChunkedArray) -> list[tuple[int, Any]]:
    """The different pairs of item and value that are there, in the order in which they appear."""
    if pa.types.is_nested(column.type):
        values = column.to_pylist()
        codes = pd.factorize(np.array([repr(value) for value in values], dtype=object))[0]
        distinct: Sequence[Any] = [values[place] for place in np.unique(codes, return_index=True)[1]]
    else:
        encoded = column.combine_chunks()
        encoded = encoded if pa.types.is_dictionary(encoded.type) else encoded.dictionary_encode()
        codes, distinct = pc.fill_null(encoded.indices, -1).to_numpy(), encoded.dictionary.to_pylist()
    there = (rows >= 0) & (codes >= 0)
    pairs = rows[there].astype(np.int64) * max(1, len(distinct)) + codes[there]
    first = np.sort(np.unique(pairs, return_index=True)[1])
    found = ((int(pair // len(distinct)), distinct[int(pair % len(distinct))]) for pair in pairs[first])
    return [(at, value) for at, value in found if isinstance(value, list | dict) or not missing(value)]
