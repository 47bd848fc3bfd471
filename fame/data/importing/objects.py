"""JSON as a table: an object a line, or an array of objects."""

import ast
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from fame.data.columns import DataError, word
from fame.data.importing.cells import leaves, named
from fame.data.importing.files import CHUNK, File
from fame.data.importing.tables import BATCH, ROWS, Table, check_names, short
from fame.data.importing.text import LINE, text_of

BETWEEN = re.compile(r"[\s,]*")  # entries of an array
KEYS = 20  # of the objects in a column that may become columns of their own
LITERAL = 1 << 18  # bytes of a line that may be Python's; Amazon's longest have a fraction of it


@dataclass(frozen=True)
class JsonLines(Table):
    """An object a line; Amazon's metadata of 2014 are Python's literals, which are parsed and never run."""

    encoding: str

    def batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Columns of text, or of lists of texts."""
        with text_of(self.file, self.encoding) as text:
            rows: list[tuple[Any, ...]] = []
            size = 0
            for length, found in _objects(text, self.where):
                rows.append(tuple(_value(found, name) for name in names))  # the rest is let go at once
                size += length
                if len(rows) == BATCH or size >= LINE:
                    yield _table(names, rows)
                    rows, size = [], 0
            if rows:
                yield _table(names, rows)


def json_lines(file: File, encoding: str) -> JsonLines:
    """A file that is said to hold an object a line."""
    with text_of(file, encoding) as text:
        some, size = [], 0
        for length, found in itertools.islice(_objects(text, file.where), ROWS):
            some.append(found)
            size += length
            if size >= LINE:
                break
    if not some:
        raise DataError(f"{file.where} is empty; there is nothing to import.")
    if len(some) == 1 and (lists := [value for value in some[0].values() if isinstance(value, list)]):
        inside = any(value and isinstance(value[0], dict) for value in lists)
        if len(lists) == len(some[0]) or (inside and len(some[0]) <= 3):
            raise DataError(f"{file.where} holds a single object; write one object a line, or an array of objects.")
    names = tuple(dict.fromkeys(_names(some)))
    check_names(list(names), file.where)
    rows = (_column([_value(found, name) for found in some]).to_pylist() for name in names)
    return JsonLines(file, names, tuple(zip(*rows, strict=True)), encoding)


def _table(names: Sequence[str], rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table({name: _column(list(cells)) for name, cells in zip(names, columns, strict=True)})


def _objects(text: io.BufferedReader, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Of every line that is not blank, or entry of an array, its bytes and its object."""
    while text.peek(1)[:1].isspace():
        before = text.peek(1)
        text.read(len(before) - len(before.lstrip()))
    if re.match(rb"\[\s*(\{|\]|\Z)", text.peek(64)[:64]):
        yield from _array(io.TextIOWrapper(text, "utf-8", newline=""), where)
        return
    for number in itertools.count(1):
        line = text.readline()
        if not line:
            return
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            found = _literal(line)
            if found is None:
                column = f", column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
                raise DataError(
                    f"{where}: line {number}{column} is no JSON object ({short(line[:80].decode(errors='replace'))}); "
                    "write one object a line."
                ) from None
        if not isinstance(found, dict):
            raise DataError(f"{where}: line {number} is no JSON object; write one object a line.")
        yield len(line), found


def _array(text: io.TextIOWrapper, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of an array, one at a time."""
    decoder, line = json.JSONDecoder(), 1
    some, at = text.read(CHUNK), 1
    while True:
        start = BETWEEN.match(some, at)
        at = start.end() if start else at
        if some[at : at + 1] == "]":
            return
        try:
            found, end = decoder.raw_decode(some, at)
        except (ValueError, RecursionError):
            more = text.read(CHUNK) if len(some) - at < LINE else ""
            if not more:
                line += some.count("\n", 0, at)
                said = f"{where}: the array has no whole JSON object in line {line} ({short(some[at : at + 80])})"
                raise DataError(f"{said}; check that it is whole, or write one object a line.") from None
            line += some.count("\n", 0, at)
            some, at = some[at:] + more, 0
            continue
        if not isinstance(found, dict):
            line += some.count("\n", 0, at)
            raise DataError(f"{where}: line {line} holds an entry that is no JSON object; write objects only.")
        yield end - at, found
        at = end


def _literal(line: bytes) -> dict[str, Any] | None:
    """A Python literal of constants only; nothing is run. Parsing one takes hundreds of times its length in memory."""
    if not line.lstrip().startswith(b"{'") or len(line) > LITERAL:
        return None
    try:
        found = ast.literal_eval(line.decode().strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _column(values: list[Any]) -> pa.Array:
    """Text; lists of texts where any value is a list. Lists in lists are laid flat, objects go by their names."""
    if any(isinstance(value, list) for value in values):
        lists = [None if value is None else [_safe(leaf) for leaf in leaves(value)] for value in values]
        return pa.array(lists, pa.list_(pa.string()))
    return pa.array([None if value is None else _safe(value) for value in values], pa.string())


def _safe(value: Any) -> str:
    """Text that can be stored: halves of characters are replaced."""
    if isinstance(value, dict):
        return _safe(named(value)) if value else ""
    try:
        text = value if isinstance(value, str) else word(value)
    except (ValueError, OverflowError):  # an integer of thousands of digits
        return ""
    return text.encode("utf-8", "replace").decode()


def _names(some: Sequence[dict[str, Any]]) -> list[str]:
    """The columns; a column of objects is spread over columns "item.id", "item.title" unless it has very many keys."""
    names: list[str] = []
    for name in dict.fromkeys(name for found in some for name in found):
        inner = [found[name] for found in some if found.get(name) is not None]
        keys = dict.fromkeys(key for value in inner if isinstance(value, dict) for key in value)
        if keys and len(keys) <= KEYS and all(isinstance(value, dict) for value in inner):
            names += [f"{name}.{below}" for below in _names(inner)]
        else:
            names.append(name)
    return names


def _value(found: Any, name: str) -> Any:
    """The value of a column, which may lie in an object."""
    if not isinstance(found, dict):
        return None
    if name in found or "." not in name:
        return found.get(name)
    outer = name.find(".")
    while outer > 0:  # keys may hold points themselves
        if name[:outer] in found:
            return _value(found[name[:outer]], name[outer + 1 :])
        outer = name.find(".", outer + 1)
    return None
