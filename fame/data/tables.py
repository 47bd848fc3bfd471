"""Tables of interactions and items from outside -> a data set, with a report of what was read and what was dropped."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fame.data.catalog import Family
from fame.data.columns import DataError, need, text_column, texts
from fame.data.dataset import DataSet, write
from fame.data.recbole import read_atomic

FORMATS = ("auto", "csv", "parquet", "recbole")
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
    """Read, clean, check and write. `names` maps user, item, time (and rating) to the file's own columns.

    Raises
    ------
    DataError
        A file is missing, in another form than said, or lacks a column; the folder `out` holds something already.
    """
    if form not in FORMATS:
        raise DataError(f"There is no format {form!r}; choose one of {', '.join(FORMATS)}.")
    found = [path for path in files if path.suffix != ".item"]
    items = items or next((path for path in files if path.suffix == ".item"), None)
    if not found:
        raise DataError(
            "No file of interactions was given, only items; give the file with user_id, item_id and timestamp."
        )
    tables = [rename(table(path, form), path, names or {}) for path in found]
    raw = pd.concat(tables, ignore_index=True)
    if raw.empty:
        raise DataError(f"{found[0]} has no rows; there is nothing to import.")
    interactions, dropped = clean(raw, str(found[0]))
    about, families, untitled = describe(interactions, items, form)
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


def table(path: Path, form: str) -> pd.DataFrame:
    """One file as a table; text columns stay text."""
    kind = form if form != "auto" else guess(path)
    try:
        if kind == "parquet":
            return pq.ParquetFile(path).read().to_pandas()
        if kind == "recbole":
            with path.open("rb") as file:
                return read_atomic(file, str(path))
        return pd.read_csv(
            path, sep=separator(path), dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8"
        )
    except FileNotFoundError:
        raise DataError(f"There is no file {path}; check its name.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 ({undecodable(path) or error.reason}); save it as UTF-8.") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error, EOFError) as error:
        raise DataError(f"{path} cannot be read as a table ({str(error).strip()}); correct that line.") from None
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read ({str(error).splitlines()[0]}); check that it is whole.") from None


def guess(path: Path) -> str:
    """The format by the file's name."""
    if path.suffix in (".parquet", ".pq"):
        return "parquet"
    return "recbole" if path.suffix in (".inter", ".item") else "csv"


def separator(path: Path) -> str:
    """Tab for .tsv, otherwise the comma."""
    return "\t" if ".tsv" in path.suffixes else ","


def undecodable(path: Path) -> str:
    """Where a plain text file stops being UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return f"line {number}, byte {error.start + 1} is {line[error.start]:#04x}"
    return ""


def rename(found: pd.DataFrame, path: Path, names: dict[str, str]) -> pd.DataFrame:
    """user_id, item_id, timestamp and, where there is one, rating."""
    ours = {"user": "user_id", "item": "item_id", "time": "timestamp", "rating": "rating"}
    for key in names:
        if key not in ours:
            raise DataError(
                f"--map knows {', '.join(ours)}, not {key!r}; write for instance --map user=reviewer,item=asin."
            )
    need(found, [names.get(key, column) for key, column in ours.items() if key != "rating" or key in names], str(path))
    columns = {column: found[names.get(key, column)] for key, column in ours.items() if names.get(key, column) in found}
    return pd.DataFrame(columns)


def clean(raw: pd.DataFrame, where: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows without user, item or a usable time, and exact repetitions, are dropped and counted."""
    times = raw["timestamp"]
    if pd.api.types.is_datetime64_any_dtype(times):
        seconds = times.astype("int64") / 1e9
    else:
        seconds = pd.to_numeric(times, errors="coerce")
    bad_time = ~np.isfinite(seconds.to_numpy(dtype=float, na_value=np.nan))
    if bad_time.all():
        raise DataError(
            f"{where}: timestamp is {times.iloc[0]!r} in row 1 and no number in any other; "
            "give seconds, or any order, as numbers."
        )
    missing = {column: raw[column].isna().to_numpy() for column in ("user_id", "item_id")}
    for column, gone in missing.items():
        if gone.all():
            raise DataError(f"{where}: {column} is empty in every row; check the columns or give --map.")
    keep = ~(bad_time | missing["user_id"] | missing["item_id"])
    kept = raw[keep].assign(timestamp=seconds[keep])
    for column in ("user_id", "item_id"):
        kept[column] = text_column(kept.reset_index(drop=True), column, where)
    if "rating" in kept:
        kept["rating"] = pd.to_numeric(kept["rating"], errors="coerce")
    once = kept.drop_duplicates(["user_id", "item_id", "timestamp"])
    dropped = {
        "no user": int(missing["user_id"].sum()),
        "no item": int((missing["item_id"] & ~missing["user_id"]).sum()),
        "no time": int((bad_time & ~missing["item_id"] & ~missing["user_id"]).sum()),
        "repeated": len(kept) - len(once),
    }
    return once.reset_index(drop=True), dropped


def describe(
    interactions: pd.DataFrame, path: Path | None, form: str
) -> tuple[pd.DataFrame, tuple[Family, ...], int]:  # fmt: skip
    """The items with title and families, in the order of their ids' first appearance; how many have no title."""
    seen = pd.Index(interactions["item_id"].unique())
    if path is None:
        return pd.DataFrame({"item_id": seen, "title": seen}), (), len(seen)
    found = table(path, form)
    need(found, ("item_id",), str(path))
    ids = pd.Index(text_column(found, "item_id", str(path)))
    twice = np.flatnonzero(ids.duplicated())
    if len(twice):
        raise DataError(f"{path}: item_id {ids[twice[0]]!r} stands again in row {twice[0] + 1}; keep one row an item.")
    found = found.set_index(ids).reindex(seen)
    titles = texts(found["title"]) if "title" in found else [None] * len(seen)
    about = {"item_id": list(seen), "title": [title or item_id for title, item_id in zip(titles, seen, strict=True)]}
    families = []
    for column in found.columns.drop(["item_id", "title"], errors="ignore"):
        values, multi = cells(found[column])
        families.append(Family(str(column), str(column), multi))
        about[str(column)] = values
    return pd.DataFrame(about), tuple(families), sum(title is None for title in titles)


def cells(column: pd.Series) -> tuple[list[Any], bool]:
    """The values of an attribute, and whether an item may have several: lists, or text with the separator in it."""
    raw = [list(cell) if isinstance(cell, np.ndarray) else cell for cell in column.tolist()]
    multi = any(isinstance(cell, list) or (isinstance(cell, str) and SEPARATOR in cell) for cell in raw)
    result: list[Any] = []
    for cell in raw:
        if isinstance(cell, list):
            words = [str(value).strip() for value in cell if value is not None]
        elif cell is None or cell is pd.NA or cell != cell:
            words = []
        else:
            text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
            words = [word.strip() for word in text.split(SEPARATOR)] if multi else [text.strip()]
        words = list(dict.fromkeys(word for word in words if word))
        result.append((words if multi else words[0]) if words else None)
    return result, multi
