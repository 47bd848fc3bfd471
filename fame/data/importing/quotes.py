"""Quotes of separated text: a cell's, or letters like any other; one that is not closed would swallow rows."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from fame.data.columns import DataError
from fame.data.importing.files import CHUNK, File
from fame.data.importing.text import LINE, UNIT, text_of

ADVICE = "close it there, or write it twice inside a quoted cell"


class Lines:
    """The lines of a text, those of the record at hand kept."""

    def __init__(self, text: io.TextIOWrapper):
        self.text, self.record, self.before = text, list[str](), 0

    def __iter__(self) -> Iterator[str]:
        for line in self.text:
            self.record.append(line)
            yield line

    def next_record(self) -> None:
        """Let go of the lines read."""
        self.before += len(self.record)
        self.record.clear()


def dialect(separator: str, quoted: bool) -> dict[str, Any]:
    """What Python's reader is to be told."""
    csv.field_size_limit(LINE)
    return {"delimiter": one(separator), "quoting": csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE, "strict": quoted}


def one(separator: str) -> str:
    """The separator as a single character, as readers need it."""
    return UNIT.decode() if separator == "::" else separator


def plain_quotes(
    file: File, encoding: str, separator: str, rows: Sequence[Sequence[Any]], width: int, keys: Sequence[int] = ()
) -> str:
    """Whether quotes are no more than letters in the whole file: a sentence that says why; empty if they hold cells.

    Parameters
    ----------
    rows
        The first few, which show what a row looks like.
    width
        Cells of a row.
    keys
        Places of the columns in which a quote can be no letter: ids and times.

    Raises
    ------
    DataError
        A quote is not closed, or closes far below, and cells are quoted elsewhere: the line where it opens is named.
    """
    with file.open() as stream:
        if not any(b'"' in chunk for chunk in iter(lambda: stream.read(CHUNK), b"")):
            return ""
    with text_of(file, encoding, separator == "::") as text:
        lines = Lines(io.TextIOWrapper(text, "utf-8", newline=""))
        trouble = ""
        try:
            for row in csv.reader(lines, **dialect(separator, True)):
                if len(lines.record) > 1 and len(row) != width:
                    raise csv.Error("unexpected end")
                if len(lines.record) > 1 and _all_rows(lines.record, separator, rows, width):
                    first = lines.before + 1
                    last = first + len(lines.record) - 1
                    raise DataError(
                        f"{file.where}: the quote that opens in line {_opened(lines, separator)} closes in another "
                        f"line, and lines {first} to {last} look like rows of their own; {ADVICE}."
                    )
                lines.next_record()
        except csv.Error as error:
            ends = "is never closed" if "unexpected end" in str(error) else "does not close at the end of its cell"
            trouble = f"{file.where}: the quote that opens in line {_opened(lines, separator)} {ends}"
    if not trouble:
        return ""
    with text_of(file, encoding, separator == "::") as text:
        for number, line in enumerate(io.TextIOWrapper(text, "utf-8", newline=""), 1):
            cells = line.rstrip("\r\n").split(one(separator))
            odd = ""
            if cells == [""]:
                continue
            if len(cells) != width:
                odd = f"{len(cells)} cells without it"
            elif any(map(_is_quoted, cells)):
                odd = "a cell in quotes"
            elif any('"' in cells[place] for place in keys):
                odd = "one in an id or a time"
            if odd:
                raise DataError(f"{trouble}, and it cannot be a letter like others: line {number} has {odd}; {ADVICE}.")
    return f"{trouble}; all quotes were read as letters like any other."


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


def _opened(lines: Lines, separator: str) -> int:
    """The line in which the record's last quoted cell begins that goes on or ends wrongly."""
    text = "".join(lines.record)
    edge = re.escape(one(separator))
    cells = list(re.finditer(rf'(?:\A|(?<=[{edge}\r\n]))"[^"]*(?:""[^"]*)*"?', text))
    wrong = [cell for cell in cells if "\n" in cell[0] or "\r" in cell[0]] or cells
    start = wrong[-1].start() if wrong else 0
    return lines.before + 1 + len(re.findall(r"\r\n|\n|\r", text[:start]))


def _all_rows(record: Sequence[str], separator: str, rows: Sequence[Sequence[Any]], width: int) -> bool:
    """Whether each line of a record could be a row by itself: as many cells, and like those above in every column."""
    alike = [_like([str(row[place]) for row in rows if row[place]]) for place in range(width)]
    for line in record:
        cells = line.rstrip("\r\n").split(one(separator))
        if len(cells) != width:
            return False
        if not all(like.fullmatch(cell.strip('" ')) for like, cell in zip(alike, cells, strict=True)):
            return False
    return True


def _like(values: Sequence[str]) -> re.Pattern[str]:
    """What the values of a column have in common."""
    for pattern in (r"[-+.,\d]*", r"[-+.,:/TZ \d]*", r"\S*"):
        if all(re.fullmatch(pattern, value.strip()) for value in values):
            return re.compile(pattern)
    return re.compile(r".*")
