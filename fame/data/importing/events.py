"""Interactions of any number, cleaned, filtered and sorted by DuckDB, which spills to disk what memory cannot hold."""

import itertools
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from fame.data.columns import DataError
from fame.data.importing.report import Core, Counts, Dropped
from fame.data.importing.source import Source
from fame.data.importing.times import KNOWN_FORMS, Span, calendar, columns_of, reading, span
from fame.data.importing.values import NOTHING_SAID, as_text, as_times

MEMORY = "1500MB"  # that DuckDB may use before it spills
ROWS = 500_000  # written at a time
PART = 4_000_000  # rows grouped and sorted at a time
UNITS = (  # median from which, how many a second
    (1e17, 1e9, "nanoseconds"),
    (1e14, 1e6, "microseconds"),
    (1e11, 1e3, "milliseconds"),
    (0.0, 1.0, "seconds"),
)
MIXED = 0.05  # share of times that do not look like the others' unit from which their order means nothing


class ImportedEvents:
    """The interactions of an import, in a database that lives as long as the block."""

    def __init__(self, folder: Path, time_format: str = ""):
        import duckdb

        self.time_format = time_format
        self.files: list[tuple[str, int]] = []  # name, first row
        self.rows = 0
        self.notes: list[str] = []  # what was made of the values, in sentences
        # In memory, from where it spills to the folder: a database file is packed as it is written, which takes longer.
        self.database = duckdb.connect(":memory:", config={"temp_directory": str(folder)})
        for setting in (
            f"memory_limit = '{MEMORY}'",
            f"threads = {min(4, os.cpu_count() or 1)}",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "preserve_insertion_order = true",
            "enable_progress_bar = false",
        ):
            self.database.execute(f"SET {setting}")
        self.database.execute(
            "CREATE TABLE raw (u VARCHAR, i VARCHAR, t DOUBLE, s VARCHAR, d DOUBLE, r DOUBLE, file INTEGER)"
        )  # t: a time that is a number, of a unit yet to be told; s: one that is text; d: a date as seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def number(self, query: str) -> int:
        """A single whole number."""
        return int(self.one(query)[0] or 0)

    def one(self, query: str) -> Any:
        """The first row of an answer; None where there is none."""
        found = self.database.execute(query).fetchall()  # all, as an answer not read to its end blocks the next
        return found[0] if found else None

    def read(self, source: Source, watch: Callable[[int], None]) -> None:
        """Append a table."""
        names = {role: source.roles[role][0] for role in ("user", "item", "time", "rating") if role in source.roles}
        where = source.table.where
        self.files.append((where, self.rows))
        first, unread, nothing = self.rows, 0, 0
        for batch in source.table.batches(list(dict.fromkeys(names.values()))):
            count = len(batch)
            if "time" in names:
                holds, times = as_times(batch.column(names["time"]), where, names["time"])
            else:  # the order of the rows stands for it
                holds, times = "dates", pa.array(np.arange(self.rows, self.rows + count, dtype=np.float64))
            (users, no_users), (items, no_items) = (
                as_text(batch.column(names[role]), where, names[role], self.rows - first) for role in ("user", "item")
            )
            nothing += no_users + no_items
            columns = {
                "u": users,
                "i": items,
                "t": times,
                "r": batch.column(names["rating"]) if "rating" in names else pa.nulls(count, pa.float64()),
            }
            if not (pa.types.is_floating(columns["r"].type) or pa.types.is_integer(columns["r"].type)):
                try:
                    columns["r"] = columns["r"].cast(pa.string())
                except pa.ArrowException:
                    columns["r"] = pa.nulls(count, pa.float64())
                    unread += count
            batch = pa.table(columns)
            if pa.types.is_string(columns["r"].type):
                odd = "SELECT count(*) FROM batch WHERE trim(r) <> '' AND try_cast(r AS DOUBLE) IS NULL"
                unread += self.database.execute(odd).fetchall()[0][0]
            self.database.execute(
                f"INSERT INTO raw SELECT u, i, {', '.join(columns_of(holds, self.time_format))}, "
                f"try_cast(r AS DOUBLE), {len(self.files) - 1} FROM batch"
            )
            self.rows += count
            watch(self.rows)
        if nothing:
            self.notes.append(f"{where}: {nothing:,} ids say {NOTHING_SAID} and count as missing.")
        if unread:
            self.notes.append(f"{where}: {unread:,} ratings are no numbers and count as unknown.")

    def _date(self) -> None:
        """Read the times that are text, and the numbers that are dates, file by file.

        Raises
        ------
        DataError
            They can be read in several ways, or the pattern given is none.
        """
        import duckdb

        def rows(query: str) -> list[tuple[Any, ...]]:
            return self.database.execute(query).fetchall()

        ways = []
        for file, (where, _) in enumerate(self.files):
            for test, column in (("t IS NOT NULL", "t"), ("t IS NULL AND s IS NOT NULL", "s")):
                some = f"(SELECT t, s FROM raw WHERE file = {file} AND {test})"
                if self.number(f"SELECT count(*) FROM {some}"):
                    read = calendar if column == "t" else reading
                    if made := read(rows, some, where, self.time_format, self.notes):
                        ways.append(f"WHEN file = {file} AND {test} THEN {made}")
        if not ways:
            return
        try:
            self.database.execute(
                "CREATE TABLE dated AS SELECT u, i, t, s, "
                f"coalesce(d, CASE {' '.join(ways)} END) AS d, r, file FROM raw"
            )
        except duckdb.InvalidInputException:
            raise DataError(
                f"The time format {self.time_format!r} is no pattern; write one such as %d/%m/%Y %H:%M."
            ) from None
        self.database.execute("DROP TABLE raw")
        self.database.execute("ALTER TABLE dated RENAME TO raw")
        bad = "d IS NULL AND t IS NULL AND s IS NOT NULL"
        count, row, text = self.one(f"SELECT count(*), min(rowid), arg_min(s, rowid) FROM raw WHERE {bad}")
        if count and count < self.rows:
            known = f"as {self.time_format!r} says" if "%" in self.time_format else f"; understood are {KNOWN_FORMS}"
            self.notes.append(f"{count:,} times were not understood{known} ({self.place(row)}: {text!r}).")

    def place(self, row: int) -> str:
        """Where a row stands, for people."""
        where, first = [file for file in self.files if file[1] <= row][-1]
        return f"row {row - first + 1} of {Path(where).name}"

    def clean(self) -> list[Dropped]:
        """Number users and items, drop what has no user, item or time, and repetitions.

        Raises
        ------
        DataError
            Nothing is left.
        """
        run = self.database.execute
        where = self.files[0][0]
        if not self.rows:
            raise DataError(f"{where} has no rows; there is nothing to import.")
        self._date()
        for column, what in (("u", "user"), ("i", "item"), ("coalesce(d, t)", "time")):
            if not self.number(f"SELECT count({column}) FROM raw"):
                bad = self.one("SELECT min(rowid), arg_min(s, rowid) FROM raw WHERE s IS NOT NULL")
                if what == "time" and bad[1]:
                    raise DataError(
                        f"{where}: the time is {bad[1]!r} in {self.place(bad[0])} and none that is understood in any "
                        f"other; choose another column for it, or say how it is written with --time-format as "
                        f"%d/%m/%Y %H:%M; understood are {KNOWN_FORMS}."
                    )
                raise DataError(f"{where}: the {what} is empty in every row; choose another column for it.")
        good = "u IS NOT NULL AND i IS NOT NULL AND coalesce(d, t) IS NOT NULL"
        reasons = {
            "no user": ("u IS NULL", "the user is empty"),
            "no item": ("u IS NOT NULL AND i IS NULL", "the item is empty"),
            "no time": ("u IS NOT NULL AND i IS NOT NULL AND coalesce(d, t) IS NULL", ""),
        }
        dropped = []
        for reason, (test, what) in reasons.items():
            count, row, bad = self.one(f"SELECT count(*), min(rowid), arg_min(s, rowid) FROM raw WHERE {test}")
            said = what or ("the time is empty" if bad is None else f"the time is {bad!r}")
            dropped.append(Dropped(reason, count, f"{self.place(row)}: {said}" if count else ""))
        run(
            "CREATE TABLE users AS SELECT id, CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS code "
            f"FROM (SELECT DISTINCT u AS id FROM raw WHERE {good})"
        )
        run(
            "CREATE TABLE items AS SELECT id, CAST(row_number() OVER (ORDER BY first) - 1 AS INTEGER) AS code "
            f"FROM (SELECT i AS id, min(rowid) AS first FROM raw WHERE {good} GROUP BY i)"
        )
        if not self.number("SELECT count(*) FROM users"):
            raise DataError(f"{where}: no row has a user, an item and a time; check the columns.")
        divisor = self._divisor(good)
        run(
            f"CREATE TABLE events AS SELECT users.code AS u, items.code AS i, "
            f"coalesce(raw.d, raw.t / {divisor}) AS t, raw.r AS r, "
            "raw.rowid AS place FROM raw JOIN users ON raw.u = users.id JOIN items ON raw.i = items.id "
            "WHERE coalesce(raw.d, raw.t) IS NOT NULL"
        )
        run("DROP TABLE raw")
        run("CREATE TABLE once (u INTEGER, i INTEGER, t DOUBLE, place BIGINT, r DOUBLE)")
        ranges = [f"WHERE u BETWEEN {low} AND {high}" for low, high in self._ranges()]
        for some in ranges:
            run(
                "INSERT INTO once SELECT u, i, t, min(place) AS place, arg_min(r, place) AS r "
                f"FROM events {some} GROUP BY u, i, t ORDER BY u, t, place"
            )
        again = self.number("SELECT count(*) FROM events") - self.number("SELECT count(*) FROM once")
        row = None
        if again:
            lost = "SELECT min(place) FROM (FROM events {0}) ANTI JOIN (FROM once {0}) USING (place)"
            row = min(int(found) for some in ranges if (found := self.one(lost.format(some))[0]) is not None)
        run("DROP TABLE events")
        said = f"{self.place(row)}: same user, item and time as a row before" if row is not None else ""
        dropped.append(Dropped("repeated", again, said))
        return dropped

    def _divisor(self, good: str) -> float:
        """How many of the times' unit make a second.

        Raises
        ------
        DataError
            The times are of several units.
        """
        good += " AND d IS NULL"
        if not self.number(f"SELECT count(*) FROM raw WHERE {good}"):
            return 1.0
        median = abs(self.one(f"SELECT median(t) FROM (SELECT t FROM raw WHERE {good} LIMIT 100000)")[0])
        place, (least, divisor, unit) = next(found for found in enumerate(UNITS) if median >= found[1][0])
        if divisor > 1:
            self.notes.append(f"Times look like {unit} since 1970; they were divided by {divisor:,.0f}.")
        most = UNITS[place - 1][0] if place else math.inf
        # Zero is of any unit. A tenth: seconds are less until 2286, milliseconds only in the spring of 1970 and before.
        other = f"t <> 0 AND (abs(t) < {least / 10} OR abs(t) >= '{most}'::DOUBLE)"
        count, row, time = self.one(f"SELECT count(*), min(rowid), arg_min(t, rowid) FROM raw WHERE {good} AND {other}")
        if count:
            share = count / self.number(f"SELECT count(*) FROM raw WHERE {good}")
            said = f"{count:,} times are no {unit} as the others seem to be ({self.place(row)}: {time:.15g})"
            if share >= MIXED:
                raise DataError(f"{self.files[0][0]}: {said}; give all times in one unit.")
            self.notes.append(f"{said}; they were taken for {unit}, too, so their place in a history may be wrong.")
        return divisor

    def _ranges(self) -> list[tuple[int, int]]:
        """Users, first and last, some million events at a time: grouped and sorted at once, all would spill."""
        found = self.database.execute("SELECT u, count(*) AS n FROM events GROUP BY u ORDER BY u").fetchnumpy()
        part = (np.cumsum(found["n"]) - 1) // PART
        first = np.flatnonzero(np.diff(part, prepend=-1))
        last = np.append(first[1:], len(part)) - 1
        return list(zip(found["u"][first].tolist(), found["u"][last].tolist(), strict=True))

    def span(self) -> Span:
        """Of what is kept now."""
        return span(*self.one("SELECT min(t), max(t) FROM once"))

    def counts(self) -> Counts:
        """Of what is kept now."""
        return Counts(*map(int, self.one("SELECT count(DISTINCT u), count(DISTINCT i), count(*) FROM once")))

    def core(self, least: int, watch: Callable[[], None]) -> Core:
        """Leave out users and items with fewer interactions, until none is left that has.

        Raises
        ------
        DataError
            Nothing would be left.
        """
        before = now = self.counts()
        for rounds in itertools.count(1):
            watch()
            self.database.execute(
                "CREATE OR REPLACE TABLE once AS SELECT * FROM once "
                f"WHERE u IN (SELECT u FROM once GROUP BY u HAVING count(*) >= {least}) "
                f"AND i IN (SELECT i FROM once GROUP BY i HAVING count(*) >= {least})"
            )
            then, now = now, self.counts()
            if not now.interactions:
                raise DataError(f"A core of {least} interactions leaves nothing; choose a smaller one.")
            if then == now:
                return Core(least, rounds - 1, before, now)
        raise AssertionError

    def number_again(self) -> None:
        """What a core left is numbered anew: items in the order of their first appearance, users in that of ids."""
        for table, column in (("users", "u"), ("items", "i")):
            self.database.execute(
                f"CREATE OR REPLACE TABLE {table} AS SELECT id, code AS old, "
                "CAST(row_number() OVER (ORDER BY code) - 1 AS INTEGER) AS code "
                f"FROM {table} WHERE code IN (SELECT {column} FROM once)"
            )
        self.database.execute(
            "CREATE OR REPLACE TABLE once AS SELECT users.code AS u, items.code AS i, t, place, r FROM once "
            "JOIN users ON once.u = users.old JOIN items ON once.i = items.old ORDER BY users.code, t, place"
        )

    def ids(self, table: str) -> list[str]:
        """The ids in the order of their codes."""
        return [found[0] for found in self.database.execute(f"SELECT id FROM {table} ORDER BY code").fetchall()]

    def sorted(self) -> Iterator[pa.Table]:
        """Codes of user and item, time and rating, by user and time; rows of a time in the order of the file."""
        # They lie in this order in the table, and DuckDB keeps it as `preserve_insertion_order` says.
        reader: Any = self.database.sql("SELECT u, i, t, r FROM once").to_arrow_reader(ROWS)
        for batch in reader:
            yield pa.Table.from_batches([batch])

    def has_rating(self) -> bool:
        """Whether any interaction has one."""
        return self.number("SELECT count(r) FROM once") > 0
