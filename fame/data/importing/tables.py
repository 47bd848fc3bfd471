"""Files as tables, which give their first rows and batches of columns: separated text here, Parquet in `parquet`."""

import csv
import io
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from fame.data.columns import DataError
from fame.data.importing.files import File
from fame.data.importing.headers import below, blank_lines, is_header, separator_of, title_lines
from fame.data.importing.quotes import dialect, one, plain_quotes
from fame.data.importing.text import LINE, head_of, text_of

ROWS = 200  # looked at to guess
BATCH = 50_000  # rows
COLUMNS = 2_000  # that a table may have
ATOMIC = ("token", "token_seq", "float", "float_seq")  # RecBole's types


@dataclass(frozen=True)
class Table(ABC):
    """A file of rows."""

    file: File
    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]  # the first few, in the order of names
    said: tuple[str, ...] = field(default=(), kw_only=True)  # how it is read where that is not as usual

    @property
    def where(self) -> str:
        """As it is called in sentences."""
        return self.file.where

    def values(self, name: str) -> list[Any]:
        """A column's first values that are there."""
        place = self.names.index(name)
        return [row[place] for row in self.rows if row[place] not in (None, "", [])]

    def settled(self, keys: Sequence[str]) -> tuple["Table", str]:
        """The table as the whole file shows that it must be read, and a sentence where that is not as usual.

        `keys` are the columns of ids and times.

        Raises
        ------
        DataError
            It can be read in several ways.
        """
        return self, ""

    @abstractmethod
    def batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """All rows, some at a time; raises `DataError` with the line at the first that is not understood."""


@dataclass(frozen=True)
class Delimited(Table):
    """CSV and its kin; RecBole's atomic files, whose header is `name:type`."""

    encoding: str
    separator: str
    header: bool
    quoted: bool
    lists: frozenset[str] = frozenset()  # columns whose cells are words separated by blanks
    above: int = 0  # lines that stand above the header or the first row

    def settled(self, keys: Sequence[str]) -> tuple[Table, str]:
        """With quotes as letters like any other where they cannot hold cells."""
        if not self.quoted:
            return self, ""
        places = [self.names.index(name) for name in keys]
        said = plain_quotes(self.file, self.encoding, self.separator, self.rows, len(self.names), places)
        return (replace(self, quoted=False), said) if said else (self, "")

    def batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Columns of text."""
        options = {"delimiter": one(self.separator), "quote_char": '"' if self.quoted else False}
        with text_of(self.file, self.encoding, self.separator == "::") as text:
            try:
                reader = pacsv.open_csv(
                    pa.PythonFile(text, mode="r"),
                    pacsv.ReadOptions(
                        column_names=self.names,
                        skip_rows_after_names=self.above + self.header,
                        block_size=LINE // 2,
                    ),
                    pacsv.ParseOptions(newlines_in_values=self.quoted, **options),
                    pacsv.ConvertOptions(
                        include_columns=list(names),
                        column_types=dict.fromkeys(names, pa.string()),
                        strings_can_be_null=True,
                        null_values=[""],
                        check_utf8=False,
                    ),
                )
                for batch in reader:
                    found = pa.Table.from_batches([batch])
                    for name in self.lists.intersection(names):
                        place = found.column_names.index(name)
                        found = found.set_column(place, name, pc.split_pattern(found.column(name), " "))
                    yield found
            except pa.ArrowException as error:
                raise DataError(self._trouble(error)) from None

    def _trouble(self, error: Exception) -> str:
        """The first line that is not like the others."""
        advice = "correct that line, or the separator before it"
        with text_of(self.file, self.encoding, self.separator == "::") as text:
            readable = io.TextIOWrapper(text, "utf-8", newline="")
            for _ in range(self.above):
                readable.readline()
            lines = csv.reader(readable, **dialect(self.separator, self.quoted))
            try:
                for row in lines:
                    if row and len(row) != len(self.names):
                        return (
                            f"{self.where}: line {self.above + lines.line_num} has {_fields(len(row))}, "
                            f"{len(self.names)} are needed (it begins {short(row[0])}); {advice}."
                        )
            except csv.Error as wrong:
                return f"{self.where}: line {self.above + lines.line_num}: {wrong}; {advice}."
        reason = str(error).splitlines()[0]
        return f"{self.where} cannot be read as a table ({reason[:200]}); check it."


def delimited(
    file: File,
    encoding: str,
    separator: str = "",
    names: Sequence[str] = (),
    quoted: bool = True,
    header: bool | None = None,
) -> Delimited:
    """Separated text; separator, header and lines above it are guessed where they are not known."""
    head, whole = head_of(file, encoding, separator == "::")
    if not head.strip():
        raise DataError(f"{file.where} is empty; there is nothing to import.")
    above = blank_lines(head)
    lines, text, said = above.lines, below(head, above.lines), list[str]()
    if not separator:
        separator = above.separator or separator_of(text, file.name, lambda text, by: _rows(text, by, True, False))
        if separator == "::":
            head, whole = head_of(file, encoding, True)
            text = below(head, lines)
    if not names:
        titles = title_lines(text, separator, lambda text, by: _rows(text, by, quoted, True))
        if titles.lines:
            said.append(
                f"{file.where}: what stands above the table is no row and is passed over ({short(titles.text)})."
            )
            lines, text = lines + titles.lines, below(text, titles.lines)
    rows = _rows(text, separator, quoted, whole)
    if quoted and not rows:
        plain_quotes(file, encoding, separator, (), len(names) or 1 + text.partition("\n")[0].count(one(separator)))
    first = not names and (is_header(rows) if header is None else header)
    if not names and rows:
        cells = [cell.strip() for cell in rows[0]] if first else [""] * len(rows[0])
        if len({len(row) - len(cells) for row in rows[1:]} | {1}) == 1 < len(rows) and not any(r[-1] for r in rows[1:]):
            cells.append("")  # a separator at the end of all rows but the header
        cells[0] = cells[0].lstrip("#% ") if first else ""
        names = [cell or f"column {place}" for place, cell in enumerate(cells, 1)]
        if not first:
            because = "its first line looks like a row" if header is None else "as you said"
            said.append(f"{file.where} has no header ({because}): its columns are numbered from 1.")
    if len(names) == 1 and re.search(r"\S {2,}\S", rows[0][0]):
        raise DataError(f"{file.where} seems to separate columns by several blanks; separate them by a tab or a comma.")
    check_names(names, file.where, lines + 1)
    width = len(names)
    body = tuple(tuple(row) for row in rows[first:] if len(row) == width)
    return Delimited(file, tuple(names), body, encoding, separator, first, quoted, above=lines, said=tuple(said))


def atomic(file: File, encoding: str) -> Delimited:
    """A RecBole atomic file: types are taken off the names; a float_seq is left out."""
    found = delimited(file, encoding, "\t", quoted=False)
    kinds = {}
    for header in found.names:
        name, _, kind = header.rpartition(":")
        if kind not in ATOMIC or not found.header:
            raise DataError(
                f"{file.where}: column {header!r} has no type; RecBole's are name:{', name:'.join(ATOMIC)}."
            )
        kinds[name] = kind
    check_names([header.rpartition(":")[0] for header in found.names], file.where)
    lists = frozenset(name for name, kind in kinds.items() if kind == "token_seq")
    rows = (
        tuple(cell.split(" ") if name in lists else cell for name, cell in zip(kinds, row, strict=True))
        for row in found.rows
    )
    return Delimited(file, tuple(kinds), tuple(rows), encoding, "\t", True, False, lists, found.above)


def _rows(head: str, separator: str, quoted: bool, whole: bool) -> list[list[str]]:
    """The first rows that can be parsed."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), **dialect(separator, quoted)):
            if row:
                rows.append(row)
            if len(rows) > ROWS:
                break
    except csv.Error:
        pass  # the row is named when all is read
    return rows if whole or len(rows) < 2 else rows[: ROWS + 1]


def check_names(names: Sequence[str], where: str, line: int = 1) -> None:
    """Refuse a header that is none."""
    if len(names) > COLUMNS:
        raise DataError(f"{where} has {len(names):,} columns, more than any table of this kind; check its separator.")
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise DataError(
            f"{where}: the header (line {line}) names {short(twice[0])} twice; give each column its own name."
        )


def _fields(count: int) -> str:
    return f"{count} field" if count == 1 else f"{count} fields"


def short(text: str) -> str:
    """A value as it stands in a sentence."""
    return repr(text if len(text) <= 60 else text[:57] + "…")
