"""Tables about items -> titles and attribute families of the items that occur."""

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from fame.data.catalog import Family
from fame.data.columns import DataError, missing, word
from fame.data.films import film
from fame.data.importing.cells import cells
from fame.data.importing.items_in_log import by_log
from fame.data.importing.movielens import FLAGS
from fame.data.importing.numbers import binned
from fame.data.importing.options import ImportOptions
from fame.data.importing.source import Source
from fame.data.importing.values import NOTHING_SAID, as_text, says_nothing

KEPT, EACH = 64 << 20, 1 << 10  # bytes that may be known of all items, and beyond that in the mean of each
CELLS = 100_000_000  # items times the most values that one has of a family, as which they are kept to compare them
SEVERAL = 0.2  # of the values that hold a comma or semicolon, from which they may be lists
SHARED = 0.9  # of the items, from which a first category is the department of all


@dataclass(frozen=True)
class About:
    """What is known of the items, in their order."""

    items: pd.DataFrame  # item_id, title, a column a family
    families: tuple[Family, ...]
    untitled: int
    notes: tuple[str, ...]


def about(ids: Sequence[str], users: Sequence[str], sources: Sequence[Source], options: ImportOptions) -> About:
    """Join the tables by item id; of several rows of an item in one table the first counts.

    Raises
    ------
    DataError
        A table tells of the users, an item has far too many values, or a column to be binned holds no number.
    """
    place = {item_id: row for row, item_id in enumerate(ids)}
    titles: list[str | None] = [None] * len(ids)
    columns: dict[str, tuple[list[Any], bool]] = {}
    notes: list[str] = []
    for source in sources:
        raw = (
            by_log(source, place, options, max(KEPT, EACH * len(place)), notes)
            if source.log
            else _rows(source, place, set(users), notes)
        )
        title = source.column("title")
        if title in raw:
            titles = [old or as_title(new) for old, new in zip(titles, raw[title], strict=True)]
        made = _films(source, raw, titles) if source.form == "movielens" else _columns(source, raw, options, notes)
        for name, column in made.items():
            if name in columns:
                name = f"{name} ({source.table.file.name})"
            columns[name] = column
    if options.families is not None:
        columns = {name: columns[name] for name in (*options.families, *options.bins) if name in columns}
    for name, (values, multi) in columns.items():
        most = max((len(value) for value in values if value), default=0) if multi else 1
        if most * len(ids) > CELLS:
            raise DataError(
                f"One item has {most:,} values of {name!r}, too many to compare {len(ids):,} items by; choose other "
                "families."
            )
    found = pd.DataFrame(
        {"item_id": list(ids), "title": [title or item_id for title, item_id in zip(titles, ids, strict=True)]}
        | {_free(name): values for name, (values, _) in columns.items()}
    )
    families = tuple(Family(name, _free(name), multi) for name, (_, multi) in columns.items())
    return About(found, families, sum(title is None for title in titles), tuple(notes))


def as_title(cell: Any) -> str | None:
    """One line of text; a list of words, as RecBole keeps titles, is joined."""
    words = " ".join(map(str, cell)) if isinstance(cell, list | np.ndarray) else "" if missing(cell) else word(cell)
    return " ".join(html.unescape(words).split()) or None


def _free(name: str) -> str:
    """A column name beside item_id and title."""
    return f"{name} of the item" if name in ("item_id", "title") else name


def _rows(source: Source, place: dict[str, int], users: set[str], notes: list[str]) -> dict[str, list[Any]]:
    """The table's columns in the order of the items; None where it has no row of one."""
    item = source.roles["item"][0]
    title = source.column("title")
    wanted = list(dict.fromkeys([*source.families, *([title] if title else [])]))
    found: dict[str, list[Any]] = {name: [None] * len(place) for name in wanted}
    nothing = Counter[str]()
    seen = np.zeros(len(place), bool)
    twice = without = before = kept = never = of_users = 0
    for batch in source.table.batches(list(dict.fromkeys([item, *wanted]))):
        ids = as_text(batch.column(item), source.table.where, item, before)[0].to_pylist()
        before += len(ids)
        without += ids.count(None)
        rows, places = [], []
        for row, item_id in enumerate(ids):
            at = place.get(item_id)
            if at is None:
                never += item_id is not None
                of_users += item_id in users
                continue
            if seen[at]:
                twice += 1
                continue
            seen[at] = True
            rows.append(row)
            places.append(at)
        for name in wanted:
            try:
                taken = batch.column(name).take(pa.array(rows, pa.int64()))
                kept += taken.nbytes
                if kept > max(KEPT, EACH * len(place)):
                    raise DataError(
                        f"{source.table.where}: {name} is too long for a title or a family: with it, more than "
                        f"{kept >> 20} MB are known of {len(place):,} items; shorten it, or choose other columns."
                    )
                values = taken.to_pylist()
            except DataError:
                raise
            except (ValueError, OverflowError, pa.ArrowException):
                raise DataError(f"{source.table.where}: {name} holds what cannot be shown; leave it out.") from None
            for at, value in zip(places, values, strict=True):
                if says_nothing(value):
                    nothing[name] += 1
                else:
                    found[name][at] = value
    for name, count in nothing.items():
        notes.append(f"{source.table.where}: {count:,} values of {name} say {NOTHING_SAID} and count as unknown.")
    if twice:
        notes.append(f"{source.table.where}: {twice:,} rows are of items that have a row already; the first counts.")
    if without:
        notes.append(f"{source.table.where}: {without:,} rows without an item id were left out.")
    if never and seen.any():
        said = f"{never:,} of {before:,} rows are of items that have no interaction here"
        notes.append(f"{source.table.where}: {said}; they were left out.")
    if not seen.any():
        if of_users > never / 2:
            raise DataError(
                f"{source.table.where} tells of what the log has for users, not of its items; if the two are swapped, "
                "say which column is the user and which the item (--map)."
            )
        notes.append(f"{source.table.where} has no row of any item that occurs; do its ids mean the same?")
    return found


def _films(source: Source, raw: dict[str, list[Any]], titles: list[str | None]) -> dict[str, tuple[list[Any], bool]]:
    """Genre and era; titles are written as people write them, in place."""
    eras: list[str | None] = [None] * len(titles)
    for place, title in enumerate(titles):
        if title:
            titles[place], eras[place] = film(title)
    if "genre" in raw or "genres" in raw:
        cells_ = raw.get("genre") or raw["genres"]
        genres = [[name for name in (cell or "").split("|") if name and name[0] != "("] or None for cell in cells_]
    else:
        flags = [name for name in FLAGS[1:] if name in raw]
        genres = [[name for name in flags if raw[name][row] == "1"] or None for row in range(len(titles))]
    return {"genre": (genres, True), "era": (eras, False)}


def _columns(
    source: Source, raw: dict[str, list[Any]], options: ImportOptions, notes: list[str]
) -> dict[str, tuple[list[Any], bool]]:
    made: dict[str, tuple[list[Any], bool]] = {}
    for name in (name for name in source.families if name in raw):
        if name in options.bins:
            made[name] = (binned(raw[name], options.bins[name], f"{source.table.where}: {name}", notes), False)
            continue
        values, multi = cells(raw[name], options.separator)
        if source.form == "amazon" and multi:
            values = _without_department(values, f"{source.table.where}: {name}", notes)
        known = [value for value in values if isinstance(value, str)]
        several = [value for value in known if ", " in value or ";" in value]
        if several and not multi and len(several) > SEVERAL * len(known):
            other = '", "' if ", " in several[0] else '";"'
            said = f"{source.table.where}: {name} is taken whole where it is {several[0][:60]!r}"
            notes.append(f"{said}; if these are several values, {other} separates them (--separator).")
        made[name] = (values, multi)
    return made


def _without_department(values: list[Any], where: str, notes: list[str]) -> list[Any]:
    """Amazon's categories begin with the shop's department; where nearly all items share it, it tells nothing."""
    first = Counter(value[0] for value in values if value)
    department, count = first.most_common(1)[0] if first else ("", 0)
    if count < SHARED * first.total() or all(len(value) == 1 for value in values if value):
        return values
    notes.append(f"{where}: {department!r} stands first for {count:,} of {first.total():,} items; it is left out.")
    return [value[1:] or None if value and value[0] == department else value for value in values]
