"""Tables of interactions and items from outside -> a data set, with a report of what was read and what was dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fame.data.catalog import Family
from fame.data.columns import (
    DataError,
    as_numbers,
    id_column,
    missing,
    need,
    text_column,
    word,
)
from fame.data.dataset import DataSet, need_free, write
from fame.data.formats import FORMATS, table

OURS = {"user": "user_id", "item": "item_id", "time": "timestamp", "rating": "rating", "title": "title"}
SEPARATOR = "|"  # between the values of a cell in a text file


@dataclass(frozen=True)
class Report:
    """What an import did."""

    rows: int  # read from the file of interactions
    dropped: dict[str, int]  # reason -> rows
    untitled: int  # items without a title, or without a row in the items file
    families: dict[str, float]  # family -> share of items that have a value
    counts: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {
            "rows": self.rows,
            "dropped": self.dropped,
            "untitled": self.untitled,
            "families": self.families,
            **self.counts,
        }


def bring(
    files: Sequence[Path],
    items: Path | None,
    out: Path,
    name: str,
    form: str = "auto",
    names: dict[str, str] | None = None,
) -> tuple[DataSet, Report]:
    """Read, clean, check and write. `names` maps user, item, time, rating and title to the files' own columns.

    Raises
    ------
    DataError
        A file is missing, in another form than said, or lacks a column; the folder `out` holds something already.
    """
    if form not in FORMATS:
        raise DataError(f"There is no format {form!r}; choose one of {', '.join(FORMATS)}.")
    need_free(out)
    names = check(names or {})
    found = [path for path in files if path.suffix != ".item"]
    items = items or next((path for path in files if path.suffix == ".item"), None)
    if not found:
        raise DataError(
            "No file of interactions was given, only items; give the file with user_id, item_id and timestamp."
        )
    tables = [rename(table(path, form), path, names) for path in found]
    raw = pd.concat(tables, ignore_index=True)
    if raw.empty:
        raise DataError(f"{found[0]} has no rows; there is nothing to import.")
    interactions, dropped = clean(raw, str(found[0]))
    about, families, untitled = describe(interactions, items, form, names)
    data = write(
        out,
        name=name,
        interactions=interactions,
        items=about,
        families=families,
        origin="imported from " + ", ".join(path.name for path in files),
        licence="as the source's",
    )
    covered = {family.name: float(about[family.column].notna().mean()) for family in families}
    return data, Report(len(raw), dropped, untitled, covered, data.counts)


def check(names: dict[str, str]) -> dict[str, str]:
    """The same, if every name is one that is known."""
    for key in names:
        if key not in OURS:
            raise DataError(
                f"--map knows {', '.join(OURS)}, not {key!r}; write for instance --map user=reviewer,item=asin."
            )
    return names


def rename(found: pd.DataFrame, path: Path, names: dict[str, str]) -> pd.DataFrame:
    """user_id, item_id, timestamp and, where there is one, rating."""
    theirs = {column: names.get(key, column) for key, column in OURS.items() if key != "title"}
    need(found, [theirs[column] for column in ("user_id", "item_id", "timestamp")], str(path))
    if "rating" in names:
        need(found, [names["rating"]], str(path))
    return pd.DataFrame({column: found[name] for column, name in theirs.items() if name in found})


def clean(raw: pd.DataFrame, where: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows without user, item or a usable time, and exact repetitions, are dropped and counted."""
    times = as_numbers(raw["timestamp"])
    bad_time = ~np.isfinite(times)
    if bad_time.all():
        raise DataError(
            f"{where}: timestamp is {raw['timestamp'].iloc[0]!r} in row 1 and no number in any other; "
            "give seconds, or any order, as numbers."
        )
    ids = raw.assign(**{column: without_blanks(raw[column]) for column in ("user_id", "item_id")})
    no_user, no_item = (ids[column].isna().to_numpy() for column in ("user_id", "item_id"))
    for column, gone in (("user_id", no_user), ("item_id", no_item)):
        if gone.all():
            raise DataError(f"{where}: {column} is empty in every row; check the columns or give --map.")
    keep = ~(bad_time | no_user | no_item)
    if not keep.any():
        raise DataError(f"{where}: no row has a user, an item and a time; check the columns or give --map.")
    kept = ids[keep].assign(timestamp=times[keep])
    for column in ("user_id", "item_id"):
        codes, distinct = id_column(kept, column, where)
        kept[column] = np.array(distinct, dtype=object)[codes]
    if "rating" in kept:
        kept["rating"] = as_numbers(kept["rating"])
    once = kept.drop_duplicates(["user_id", "item_id", "timestamp"])
    dropped = {
        "no user": int(no_user.sum()),
        "no item": int((no_item & ~no_user).sum()),
        "no time": int((bad_time & ~no_item & ~no_user).sum()),
        "repeated": len(kept) - len(once),
    }
    return once.reset_index(drop=True), dropped


def without_blanks(column: pd.Series) -> pd.Series:
    """Text without blanks at its ends, null where nothing is left: such an id could not be typed in a history."""
    if not pd.api.types.is_string_dtype(column):
        return column
    stripped = column.str.strip()
    return stripped.mask(stripped == "")


def describe(
    interactions: pd.DataFrame, path: Path | None, form: str, names: dict[str, str]
) -> tuple[pd.DataFrame, tuple[Family, ...], int]:
    """The items with title and families, in the order of their ids' first appearance; how many have no title."""
    seen = pd.Index(interactions["item_id"].unique())
    if path is None:
        return pd.DataFrame({"item_id": seen, "title": seen}), (), len(seen)
    found = table(path, form)
    item = names["item"] if names.get("item") in found and "item_id" not in found else "item_id"
    need(found, (item,), str(path))
    found = found.assign(**{item: without_blanks(found[item])})
    ids = pd.Index(text_column(found, item, str(path)))
    twice = np.flatnonzero(ids.duplicated())
    if len(twice):
        raise DataError(f"{path}: {item} {ids[twice[0]]!r} stands again in row {twice[0] + 1}; keep one row an item.")
    title = title_column(found, path, names)
    found = found.set_index(ids).reindex(seen)
    titles = [as_title(cell) for cell in found[title]] if title else [None] * len(seen)
    about = {"item_id": list(seen), "title": [title or item_id for title, item_id in zip(titles, seen, strict=True)]}
    families = []
    for column in found.columns.drop([item, *([title] if title else [])]):
        values, multi = cells(found[column])
        families.append(Family(str(column), str(column), multi))
        about[str(column)] = values
    return pd.DataFrame(about), tuple(families), sum(title is None for title in titles)


def title_column(items: pd.DataFrame, path: Path, names: dict[str, str]) -> str | None:
    """The column given, else `title`, else the only one whose name ends so: RecBole's films have `movie_title`."""
    if "title" in names:
        need(items, [names["title"]], str(path))
        return names["title"]
    alike = [str(column) for column in items.columns if str(column).lower().endswith("title")]
    return "title" if "title" in alike else alike[0] if len(alike) == 1 else None


def as_title(cell: Any) -> str | None:
    """One line of text; a list of words, as RecBole keeps titles, is joined."""
    words = " ".join(map(str, cell)) if isinstance(cell, list | np.ndarray) else "" if missing(cell) else word(cell)
    return " ".join(words.split()) or None


def cells(column: pd.Series) -> tuple[list[Any], bool]:
    """The values of an attribute, and whether an item may have several: lists, or text with the separator in it."""
    raw = [list(cell) if isinstance(cell, np.ndarray) else cell for cell in column.tolist()]
    multi = any(isinstance(cell, list) or (isinstance(cell, str) and SEPARATOR in cell) for cell in raw)
    result: list[Any] = []
    for cell in raw:
        if isinstance(cell, list):
            words = [word(value) for value in cell if not missing(value)]
        elif missing(cell):
            words = []
        else:
            words = word(cell).split(SEPARATOR) if multi else [word(cell)]
        words = list(dict.fromkeys(text.strip() for text in words if text.strip()))
        result.append((words if multi else words[0]) if words else None)
    return result, multi
