"""Files from outside -> tables: CSV, TSV, Parquet and RecBole's atomic files."""

import csv
import gzip
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fame.data.columns import DataError, need_even_rows
from fame.data.recbole import read_atomic

FORMATS = ("auto", "csv", "parquet", "recbole")


def table(path: Path, form: str) -> pd.DataFrame:
    """One file as a table; text columns stay text."""
    kind = form if form != "auto" else guess(path)
    try:
        if kind == "parquet":
            return pq.ParquetFile(path).read().to_pandas()
        if kind == "recbole":
            with path.open("rb") as file:
                return read_atomic(file, str(path))
        found = pd.read_csv(
            path, sep=separator(path), dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8"
        )
        need_even_rows(found, str(path))
        return found
    except FileNotFoundError:
        raise DataError(f"There is no file {path}; check its name.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 ({undecodable(path) or error.reason}); save it as UTF-8.") from None
    except DataError:
        raise
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
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return f"line {number}, byte {error.start + 1} is {line[error.start]:#04x}"
    return ""
