"""Parquet files as tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fame.data.columns import DataError
from fame.data.importing.files import FREE, RATIO, File
from fame.data.importing.tables import BATCH, ROWS, Table, check_names
from fame.data.importing.text import LINE


@dataclass(frozen=True)
class Parquet(Table):
    """Columns of any type."""

    def batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """As they are stored."""
        with self.file.open_anywhere() as opened:
            try:
                for batch in _packed(opened).iter_batches(BATCH, columns=list(names)):
                    yield from _unpacked(batch)
            except (pa.ArrowException, OSError, ValueError) as error:
                if isinstance(error, DataError):
                    raise
                raise DataError(_no_parquet(self.where, error)) from None


def parquet(file: File) -> Parquet:
    """A file that is said to be Parquet."""
    with file.open_anywhere() as opened:
        try:
            source = _packed(opened)
            names = source.schema_arrow.names
            check_names(names, file.where)
            groups = (source.metadata.row_group(place).total_byte_size for place in range(source.num_row_groups))
            if sum(groups) > max(FREE, RATIO * file.packed):
                raise DataError(
                    f"{file.where} unpacks to more than {RATIO} times its size, as no table does; check it."
                )
            batch = next(source.iter_batches(ROWS), None)
            first = None if batch is None else next(_unpacked(batch), None)
            rows = zip(*(_plain(column) for column in first.columns), strict=True) if first is not None else ()
            return Parquet(file, tuple(names), tuple(rows))
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(_no_parquet(file.where, error)) from None


def _packed(opened: IO[bytes]) -> pq.ParquetFile:
    """The file, whose texts are read as numbers into the different ones: a few bytes can repeat a long one for ever."""
    schema = pq.read_schema(opened)
    texts = [field.name for field in schema if field.type in (pa.string(), pa.large_string())]
    return pq.ParquetFile(opened, read_dictionary=texts)


def _unpacked(batch: pa.RecordBatch) -> Iterator[pa.Table]:
    """The rows with their texts, as many at a time as keep them small."""
    coded = {name for name, column in zip(batch.schema.names, batch.columns, strict=True) if _coded(column)}
    longest = max([pc.max(pc.binary_length(batch.column(name).dictionary)).as_py() or 0 for name in coded], default=0)
    step = max(1, LINE // max(1, longest))
    for start in range(0, len(batch), step):
        some = batch.slice(start, step)
        columns = (
            column.cast(column.type.value_type) if name in coded else column
            for name, column in zip(some.schema.names, some.columns, strict=True)
        )
        yield pa.table(list(columns), names=some.schema.names)


def _coded(column: pa.Array) -> bool:
    return pa.types.is_dictionary(column.type) and column.type.value_type in (pa.string(), pa.large_string())


def _plain(column: pa.Array) -> list[Any]:
    """Values of a column for people to see."""
    try:
        values = column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):  # a date beyond what Python can say
        return [None] * len(column)
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in values]


def _no_parquet(where: str, error: Exception) -> str:
    reason = (str(error).splitlines() or ["damaged"])[0]
    return f"{where} cannot be read as Parquet ({reason[:200]}); check that it is whole."
