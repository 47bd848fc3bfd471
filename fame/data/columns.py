"""Columns of tables from outside, checked and brought to one type each; `where` names them in the sentences."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fame.data.catalog import Family
from fame.errors import InputError


class DataError(InputError):
    """A file of a data set is missing, or holds what it must not."""


def text_column(table: pd.DataFrame, column: str, where: str) -> list[str]:
    """The column as ids: whole numbers are written as text; raises `DataError` for what is missing or no id."""
    series = table[column]
    if pd.api.types.is_float_dtype(series) and series.notna().all() and (series % 1 == 0).all():
        series = series.astype("int64")
    found = texts(series)
    for row, text in enumerate(found):
        if not text:
            raise DataError(f"{where}: {column} is missing in row {row + 1}; give every row one.")
    kind = series.dtype
    if not (
        pd.api.types.is_integer_dtype(kind) or pd.api.types.is_string_dtype(kind) or pd.api.types.is_object_dtype(kind)
    ):
        raise DataError(
            f"{where}: {column} holds {kind} values such as {series.iloc[0]!r}; ids must be text or whole numbers."
        )
    return [str(text) for text in found]


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
            result.append(tuple(dict.fromkeys(str(value) for value in cell if value is not None and str(value))))
        elif cell is None or cell is pd.NA or cell != cell or cell == "":
            result.append(())
        elif family.multi:
            raise DataError(
                f"{where}: {family.column} has {cell!r} in row {row + 1}, but family "
                f'{family.name!r} is declared with a list of values; write a list, or set its "multi" to false.'
            )
        else:
            result.append((str(cell),))
    return result


def texts(series: pd.Series) -> list[str | None]:
    """The column as text; None where it is missing."""
    return [None if value is None or value is pd.NA or value != value else str(value) for value in series.tolist()]


def numbers(series: pd.Series, where: str) -> np.ndarray:
    """Finite float64."""
    if pd.api.types.is_datetime64_any_dtype(series):
        series = series.astype("int64")
    found = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise DataError(
            f"{where} is {series.iloc[bad[0]]!r} in row {bad[0] + 1}, which is no number; give seconds or any order."
        )
    return found


def need(table: pd.DataFrame, columns: Sequence[str], where: str) -> None:
    """Refuse a table that lacks one of these columns."""
    for column in columns:
        if column not in table.columns:
            there = ", ".join(str(name) for name in table.columns)
            raise DataError(f"{where} has no column {column!r}, only {there}; add it.")
