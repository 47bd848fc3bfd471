"""Columns of tables from outside, checked and brought to one type each; `where` names them in the sentences."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fame.data.catalog import Family
from fame.errors import InputError


class DataError(InputError):
    """A file of a data set is missing, or holds what it must not."""


def id_column(table: pd.DataFrame, column: str, where: str) -> tuple[np.ndarray, list[str]]:
    """(n,) numbers into the distinct ids, and those in the order of appearance; whole numbers are written as text.

    Ten million rows hold few distinct ids, so only these become Python strings.

    Raises
    ------
    DataError
        An id is missing, or is neither text nor a whole number.
    """
    try:
        codes, distinct = pd.factorize(table[column])
    except TypeError:
        raise DataError(f"{where}: {column} holds lists or the like; ids must be text or whole numbers.") from None
    values = distinct.tolist()
    gone = codes < 0
    if "" in values:
        gone |= codes == values.index("")
    if gone.any():
        raise DataError(f"{where}: {column} is missing in row {np.flatnonzero(gone)[0] + 1}; give every row one.")
    for code, value in enumerate(values):
        whole = isinstance(value, int | str) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole:
            raise DataError(
                f"{where}: {column} is {value!r} in row {np.flatnonzero(codes == code)[0] + 1}; "
                "ids must be text or whole numbers."
            )
    again, ids = pd.factorize(np.array([word(value) for value in values], dtype=object))  # 7 and "7" are one id
    return again[codes], ids.tolist()


def text_column(table: pd.DataFrame, column: str, where: str) -> list[str]:
    """The id of every row; raises as `id_column` does."""
    codes, ids = id_column(table, column, where)
    return [ids[code] for code in codes]


def attribute(items: pd.DataFrame, family: Family, where: str) -> list[tuple[str, ...]]:
    """The values of a family, a tuple an item, empty where unknown."""
    result: list[tuple[str, ...]] = []
    for row, cell in enumerate(items[family.column]):
        if isinstance(cell, list | tuple | np.ndarray):
            if not family.multi:
                raise DataError(
                    f"{where}: {family.column} has a list in row {row + 1}, but family "
                    f'{family.name!r} is declared with one value an item; set its "multi" to true.'
                )
            result.append(tuple(dict.fromkeys(word(value) for value in cell if not missing(value))))
        elif missing(cell):
            result.append(())
        elif family.multi:
            raise DataError(
                f"{where}: {family.column} has {cell!r} in row {row + 1}, but family "
                f'{family.name!r} is declared with a list of values; write a list, or set its "multi" to false.'
            )
        else:
            result.append((word(cell),))
    return result


def missing(value: Any) -> bool:
    """Whether a single value is null, not a number, or empty text."""
    return value is None or value is pd.NA or value is pd.NaT or value == "" or value != value


def word(value: Any) -> str:
    """A single value as text. A column of years with a gap arrives as floats: 1999.0 is 1999."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def texts(series: pd.Series) -> list[str | None]:
    """The column as text; None where it is missing or empty."""
    return [None if missing(value) else word(value) for value in series.tolist()]


def numbers(series: pd.Series, where: str) -> np.ndarray:
    """Finite float64; raises `DataError` for the first that is not."""
    found = as_numbers(series)
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise DataError(
            f"{where} is {series.iloc[bad[0]]!r} in row {bad[0] + 1}, which is no number; give seconds or any order."
        )
    return found


def as_numbers(series: pd.Series) -> np.ndarray:
    """float64, not a number where the column holds none; dates become seconds since 1970."""
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_convert(None)
    if pd.api.types.is_datetime64_dtype(series):
        series = (series - pd.Timestamp(0)) / pd.Timedelta(seconds=1)
    elif pd.api.types.is_object_dtype(series):  # lists and the like, which to_numeric does not take
        series = series.map(lambda value: value if isinstance(value, str | int | float) else None)
    return pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def need(table: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    """Refuse a table that lacks one of these columns."""
    for column in columns:
        if column not in table.columns:
            there = ", ".join(str(name) for name in table.columns)
            raise DataError(f"{where} has no column {column!r}, only {there}; add it.")


def need_even_rows(table: pd.DataFrame, where: str) -> None:
    """Refuse a text file whose first row is longer than its header: pandas would take the first fields as row names."""
    if not isinstance(table.index, pd.RangeIndex):
        raise DataError(f"{where}: line 2 has more fields than the header has names; make them as many.")


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names of columns in a sentence, which stays one whatever they are."""
    few = [name if len(name) <= 60 else name[:57] + "…" for name in names[:most]]
    return ", ".join(few) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def need_columns(there: Sequence[str], columns: Sequence[str], where: str) -> None:
    """Refuse a table whose columns `there` lack one of these."""
    for column in columns:
        if column not in there:
            raise DataError(f"{where} has no column {column!r}, only {listed(there)}; name one of these.")
