"""A cell that holds several values: a list, objects with names, or text that spells a list."""

import ast
import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fame.data.columns import missing, word

NAMING = ("name", "title", "label", "value", "text")  # keys of an object that say what it is called; the surest first
LONGEST = 1 << 16  # letters of a cell that may spell a list
ENDS = {"[": "]", "{": "}", "(": ")"}
QUOTED = r"(?:'[^']*'|\"[^\"]*\")"
NUMPY = re.compile(rf"\[\s*{QUOTED}(?:\s+{QUOTED})+\s*\]")  # which separates by blanks; Python would join the words
EMPTY = ("", "nan", "none", "null")


def leaves(value: Any) -> Iterator[Any]:
    """The single values of a list, lists in lists laid flat, objects by their names; what is empty is left out."""
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        for inner in sorted(value, key=str) if isinstance(value, set | frozenset) else value:
            yield from leaves(inner)
    elif isinstance(value, dict):
        yield from ([named(value)] if value else [])
    elif value is not None:
        yield value


def named(value: dict[Any, Any]) -> Any:
    """What an object is called; the whole of it as JSON where it has no name, so that nothing is lost."""
    single = {key: inner for key, inner in value.items() if not isinstance(inner, list | dict) and not missing(inner)}
    for key in NAMING:
        if key in single:
            return single[key]
    if len(value) == 1 == len(single):
        return next(iter(single.values()))
    return json.dumps(value, ensure_ascii=False, default=str) if value else None


def spelled(cell: Any, loosely: bool = False) -> list[Any] | None:
    """The values of text such as "['Action', 'Comedy']", JSON or NumPy's; of [Action, Comedy] only if `loosely`."""
    if not isinstance(cell, str) or not 2 <= len(cell) <= LONGEST:
        return None
    text = cell.strip()
    if len(text) < 2 or ENDS.get(text[0]) != text[-1]:
        return None
    if NUMPY.fullmatch(text):
        return [word[1:-1] for word in re.findall(QUOTED, text)]
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        if isinstance(found, list | tuple | set | dict):
            return list(leaves(found))
    if loosely and text[0] != "(":
        words = (word.strip().strip("'\"").strip() for word in text[1:-1].split(","))
        return [word for word in words if word.lower() not in EMPTY]
    return None


def opened(column: Sequence[Any]) -> list[Any]:
    """The column with the lists that its text spells; [a, b] counts where all cells have brackets, none quotes."""
    there = [cell for cell in column if isinstance(cell, str) and cell.strip()]
    loosely = len(there) > 1 and all(spelled(cell, True) is not None for cell in there)
    loosely = loosely and not any(spelled(cell) for cell in there)  # who writes quotes once writes them always
    return [cell if (found := spelled(cell, loosely)) is None else found for cell in column]


def cells(column: Sequence[Any], separator: str) -> tuple[list[Any], bool]:
    """The values of an attribute, and whether an item may have several: lists, or text with the separator in it."""
    raw = opened(column)
    raw = [list(leaves(cell)) if isinstance(cell, list | tuple | dict | np.ndarray) else cell for cell in raw]
    multi = any(isinstance(cell, list) or (isinstance(cell, str) and separator in cell) for cell in raw)
    result: list[Any] = []
    for cell in raw:
        if isinstance(cell, list):
            words = [word(value) for value in cell if not missing(value)]
        elif missing(cell):
            words = []
        else:
            words = word(cell).split(separator) if multi else [word(cell)]
        words = list(dict.fromkeys(html.unescape(text).strip() for text in words if text.strip()))
        result.append((words if multi else words[0]) if words else None)
    return result, multi
