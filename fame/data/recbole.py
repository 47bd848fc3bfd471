"""Reader of RecBole's atomic files: tab-separated, with a header of `name:type`."""

import csv
from typing import IO

import pandas as pd

from fame.data.columns import DataError, need_even_rows

TYPES = ("token", "token_seq", "float", "float_seq")


def read_atomic(file: IO[bytes], where: str) -> pd.DataFrame:
    """Columns by their names: token -> text, token_seq -> list of texts, float -> number; float_seq is left out.

    Raises
    ------
    DataError
        The file is not UTF-8, its header is not of that form, or a row has another number of fields.
    """
    try:
        table = pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE, encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{where} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8.") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{where} is no RecBole atomic file ({str(error).strip()}); correct that line.") from None
    need_even_rows(table, where)
    columns = {}
    for header in table.columns:
        name, _, kind = str(header).partition(":")
        if kind not in TYPES:
            raise DataError(f"{where}: column {header!r} has no type; RecBole's are name:{', name:'.join(TYPES)}.")
        if kind == "float":
            columns[name] = pd.to_numeric(table[header].replace("", None), errors="coerce")
        elif kind == "token":
            columns[name] = table[header].replace("", None)
        elif kind == "token_seq":
            columns[name] = table[header].str.split(" ").map(lambda words: [word for word in words if word])
    return pd.DataFrame(columns)
