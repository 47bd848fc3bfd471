"""A trace that can be asked: DuckDB over its Parquet files, within two cores and a fixed memory.

In every query stands the view `events`, with the columns of `records.SCHEMA`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fame.trace.records import SCHEMA, TRACE_ADVICE, TraceAbout, TraceError, need, read_about

if TYPE_CHECKING:
    import pandas as pd

MEMORY = "1GB"  # of DuckDB's own; what it sorts beyond that goes to the disk
THREADS = 2


class Trace:
    """An open trace; several threads may ask at once."""

    def __init__(self, folder: Path, model: str | None = None, data: str | None = None):
        """Open and check the trace in a folder, where given of the model and the data with these fingerprints.

        Raises
        ------
        TraceError, FolderError
            There is none, it is of another model, other data or another format, or it is not whole.
        """
        import duckdb

        self.folder, self.about = folder, read_about(folder)
        need(self.about, folder, model, data)
        files = checked(folder, self.about)
        self._database = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS})
        self._database.from_parquet([str(file) for file in files]).create_view("events")

    def close(self) -> None:
        """Let go of the files."""
        self._database.close()

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """The answer to a query, whose text holds nothing that came from outside: that is bound to its question marks.

        Raises
        ------
        TraceError
            The files cannot be read any more.
        """
        import duckdb

        try:
            return self._database.cursor().execute(sql, list(parameters)).df()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            reason = str(error).splitlines()[0]
            raise TraceError(f"The trace {self.folder} cannot be read ({reason}); {TRACE_ADVICE}.") from None

    def columns(self, *names: str) -> dict[str, np.ndarray]:
        """Columns of all events in their order, lists left out: texts as objects, a number that is null as NaN."""
        for name in names:
            if name not in SCHEMA.names:
                raise KeyError(name)
        found = self.ask(f"SELECT {', '.join(names)} FROM events ORDER BY event")
        return {name: found[name].to_numpy() for name in names}

    def rows(self, events: Sequence[int]) -> pd.DataFrame:
        """All that is known of some events, in the order in which they are asked for."""
        wanted = [int(event) for event in events]
        found = self.ask("SELECT * FROM events WHERE event IN (SELECT unnest(?::BIGINT[]))", [wanted])
        return found.set_index("event", drop=False).reindex([e for e in wanted if e in set(found["event"])])

    def of(self, user: str, target: str) -> pd.DataFrame:
        """The event of a user whose held-out item that is, if it counts; no row where there is none."""
        return self.ask("SELECT * FROM events WHERE user_id = ? AND target_id = ? AND counted", (user, target))

    def table(self, events: Sequence[int]) -> pa.Table:
        """Rows of the trace as they are stored, in its order."""
        wanted = [int(event) for event in events]
        sql = f"SELECT {', '.join(SCHEMA.names)} FROM events WHERE event IN (SELECT unnest(?::BIGINT[])) ORDER BY event"
        return self._database.cursor().execute(sql, [wanted]).to_arrow_table()


def checked(folder: Path, about: TraceAbout) -> list[Path]:
    """The files of a whole trace; raises `TraceError` where a file or a column is missing, or rows are."""
    files, rows = sorted(folder.glob("*.parquet")), 0
    for file in files:
        try:
            found = pq.read_metadata(file)
            schema = found.schema.to_arrow_schema()
        except (OSError, pa.ArrowException) as error:
            reason = str(error).splitlines()[0]
            raise TraceError(f"{file} cannot be read as Parquet ({reason}); {TRACE_ADVICE}.") from None
        for field in SCHEMA:
            if field.name not in schema.names:
                raise TraceError(f"{file} has no column {field.name!r}; {TRACE_ADVICE}.")
            kind = schema.field(field.name).type
            if not alike(kind, field.type):
                raise TraceError(
                    f"In {file} the column {field.name!r} is of type {kind}, not {field.type}; {TRACE_ADVICE}."
                )
        rows += found.num_rows
    if rows != about.events or not files:
        raise TraceError(f"{folder} is not whole: it has {rows:,} of {about.events:,} events; {TRACE_ADVICE}.")
    return files


def alike(one: pa.DataType, other: pa.DataType) -> bool:
    """Whether two types are the same, but for what lists call their elements."""
    if pa.types.is_list(one) and pa.types.is_list(other):
        return alike(one.value_type, other.value_type)
    return bool(one == other)
