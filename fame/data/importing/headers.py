"""The first lines of separated text: what stands above the table, what separates, and whether there is a header."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fame.data.importing.names import KNOWN_COLUMNS, plain
from fame.data.importing.text import UNIT

SEPARATORS = (",", "\t", ";", "|", "::")
FEW = 30  # lines that tell the separator
ABOVE = 10  # lines that may stand above a table
SAID = re.compile(r'"?sep=(.|\\t)"?\s*', re.IGNORECASE)  # the first line that Excel writes and reads
MOMENT = re.compile(  # how times begin that are no numbers
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/., ]+\d{2,4}|.{0,20}\d{1,2}:\d{2}"
    r"|\d{1,2}[- ][a-z]{3,9}[- ,]+\d{2}|[a-z]{3,9}\.? \d{1,2},? \d{4}",
    re.IGNORECASE,
)
Rows = Callable[[str, str], list[list[str]]]  # text, separator -> rows


@dataclass(frozen=True)
class Above:
    """What stands above a table."""

    lines: int  # that are no rows
    separator: str  # that one of them says; else empty
    text: str  # of the last of them, for people


def blank_lines(head: str) -> Above:
    """Blank lines and Excel's "sep=;" at the very top."""
    lines = re.split(r"\r\n|\n|\r", head)[: ABOVE + 1]
    for number, line in enumerate(lines):
        said = SAID.fullmatch(line)
        if said:
            return Above(number + 1, said[1].replace("\\t", "\t"), "")
        if line.strip():
            return Above(number, "", "")
    return Above(0, "", "")


def below(head: str, lines: int) -> str:
    """The text without its first lines."""
    for _ in range(lines):
        head = re.split(r"\r\n|\n|\r", head, maxsplit=1)[-1]
    return head


def width(rows: Sequence[Sequence[str]]) -> int:
    """How many fields most rows have that have several; 1 where none has."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    return max(counts, key=lambda size: (counts[size], size)) if counts else 1


def title_lines(head: str, separator: str, rows: Rows) -> Above:
    """Lines above the header that are no rows: of one field, or remarks after # or %, where the others have several."""
    lines = re.split(r"\r\n|\n|\r", head)[: FEW + 1]
    fields = [(rows(line, separator) or [[]])[0] for line in lines]
    wide = width(fields)
    if wide < 2:
        return Above(0, "", "")
    for number, (line, row) in enumerate(zip(lines[: ABOVE + 1], fields, strict=False)):
        if len(row) == wide or not (len(row) < 2 or line.lstrip().startswith(("#", "%"))) or '"' in line:
            said = [above.strip() for above in lines[:number] if above.strip()]
            remarks = all(above.startswith(("#", "%")) for above in said)
            if said and len(row) == wide and (remarks or is_header(rows(below(head, number), separator))):
                return Above(number, "", said[-1])
            return Above(0, "", "")
    return Above(0, "", "")


def separator_of(head: str, name: str, rows: Rows) -> str:
    """The separator that cuts the first lines into the most, and equally many, fields."""
    if ".tsv" in name:
        return "\t"
    best, most = ",", 0.0
    for separator in SEPARATORS:
        if separator == "::" and "::" not in head:
            continue
        found = rows(head[:20_000].replace("::", UNIT.decode()) if separator == "::" else head[:20_000], separator)[
            :FEW
        ]
        wide = width(found)
        if wide > 1:
            alike = sum(len(row) == wide for row in found) / len(found)
            score = alike * 100 + min(wide, 50) + 50 * (separator == "::")
            if score > most:
                best, most = separator, score
    if not most:
        found = [row for row in rows(head[:20_000], " ")[:FEW] if not row[0].startswith(("#", "%"))]
        if found and len({len(row) for row in found}) == 1 < min(map(len, found)) and all(all(row) for row in found):
            return " "
    return best


def is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: it is no row like those below it."""
    if not rows:
        return False
    first, body = [cell.strip() for cell in rows[0]], rows[1:]
    columns = [
        [row[place].strip() for row in body if len(row) > place and row[place].strip()] for place in range(len(first))
    ]
    if len(first) > 1 and first == [str(place) for place in range(len(first))]:  # how pandas numbers columns
        return any(not is_number(cell) for column in columns for cell in column[:20])
    if any(
        test(cell) and all(test(value) for value in column[:20])
        for cell, column in zip(first, columns, strict=True)
        for test in (is_number, is_moment)
    ):
        return False
    if any(plain(cell.lstrip("#% ")) in KNOWN_COLUMNS for cell in first):
        return True
    return not any(cell and cell in column for cell, column in zip(first, columns, strict=True))


def is_number(text: object) -> bool:
    """Whether a value is a number, or text that says one."""
    try:
        float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return True


def is_moment(text: object) -> bool:
    """Whether text begins like a date or a time of day."""
    return isinstance(text, str) and MOMENT.match(text.strip()) is not None
