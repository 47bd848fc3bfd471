"""Columns of a table -> ids as text, times as seconds."""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fame.data.columns import DataError

NOTHING = r"(?i:null|nan|\\n|<na>|nat|#?n/a)|None|NA"  # as programs write that there is no value
NOTHING_SAID = "NULL, nan or the like"
WHOLE = r"^(-?(?:0|[1-9]\d*))\.0+$"  # a whole number as a column of floats is written


def says_nothing(cell: Any) -> bool:
    """Whether a cell is text that stands for no value."""
    return isinstance(cell, str) and re.fullmatch(NOTHING, cell.strip()) is not None


def as_text(column: pa.ChunkedArray, where: str, name: str, before: int) -> tuple[pa.ChunkedArray, int]:
    """An id column as text without blanks at its ends, null where nothing is left; 7.0 is 7, as number and as text.

    `before`: rows before it. Also, how many of the nulls were texts such as NULL or nan.

    Raises
    ------
    DataError
        It holds something that is neither text nor a whole number.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column)
        odd = pc.index(pc.not_equal(column, pc.floor(column)), True).as_py()
        if odd >= 0:
            said = f"{name} is {column[odd].as_py()!r} in row {before + odd + 1}"
            raise DataError(f"{where}: {said}; ids must be text or whole numbers.")
        try:
            column = column.cast(pa.int64())
        except pa.ArrowInvalid:
            raise DataError(f"{where}: {name} holds numbers too large for ids; write them as text.") from None
    elif pa.types.is_decimal(kind):
        column = _whole(column, where, name, before)
    elif not (pa.types.is_integer(kind) or _is_text(kind) or pa.types.is_null(kind)):
        raise DataError(f"{where}: {name} holds {kind}; ids must be text or whole numbers.")
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    nothing = pc.match_substring_regex(trimmed, f"^(?:{NOTHING})$")
    gone = pc.or_(pc.equal(trimmed, ""), nothing)
    return pc.if_else(gone, None, pc.replace_substring_regex(trimmed, WHOLE, r"\1")), pc.sum(nothing).as_py() or 0


def _whole(column: pa.ChunkedArray, where: str, name: str, before: int) -> pa.ChunkedArray:
    """Decimals as decimals without places."""
    wide = pa.decimal256(76, 0)
    try:
        return column.cast(wide)
    except pa.ArrowInvalid:
        for row, value in enumerate(column.to_pylist()):
            if value is not None and value != value.to_integral_value():
                said = f"{name} is {value} in row {before + row + 1}"
                raise DataError(f"{where}: {said}; ids must be text or whole numbers.") from None
        raise DataError(f"{where}: {name} holds numbers too large for ids; write them as text.") from None


def as_times(column: pa.ChunkedArray, where: str, name: str) -> tuple[str, pa.ChunkedArray]:
    """What a column of times holds, and that: "numbers", "dates" as seconds since 1970, or "text".

    Raises
    ------
    DataError
        It holds something else.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_date(kind):
        column = column.cast(pa.timestamp("s"))
        kind = column.type
    if pa.types.is_timestamp(kind):
        per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        return "dates", pc.divide(column.cast(pa.int64()).cast(pa.float64(), safe=False), float(per))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numbers", column.cast(pa.float64(), safe=False)
    if _is_text(kind) or pa.types.is_null(kind):
        return "text", column.cast(pa.string())
    raise DataError(f"{where}: {name} holds {kind}; give times as numbers or dates.")


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
