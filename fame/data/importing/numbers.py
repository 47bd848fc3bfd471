"""Numbers as people write them, 9,99 or 1,234.50 or 1.234,50, and the ranges that they lie in."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from fame.data.columns import DataError, missing
from fame.data.importing.options import Bin

CURRENCY = re.compile(r"[$€£¥₹]|\b(?:usd|eur|gbp|chf|jpy)\b", re.IGNORECASE)
WHOLE = re.compile(r"[+-]?\d{1,3}")
PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
GROUPS = re.compile(r"(?<=\d)[ '’\u00a0\u202f](?=\d{3}(?!\d))")  # blanks and apostrophes only part thousands
THOUSANDS = {mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:\{mark}\d{{3}})+") for mark in ",."}
DECIMALS = {mark: re.compile(rf"[+-]?\d+\{mark}\d+") for mark in ",."}


def numbers(column: Sequence[Any], where: str, notes: list[str]) -> np.ndarray:
    """(n,) float64, not a number where a cell holds none; how commas and points are meant shows over the column.

    Raises
    ------
    DataError
        A comma or a point can part thousands or decimals, and no other value tells.
    """
    texts = [_digits(cell) for cell in column]
    # Who writes $899 beside $1,299 writes no cents; one who meant three places after a comma would write them always.
    money = any(isinstance(cell, str) and CURRENCY.search(cell) for cell in column) and any(map(WHOLE.fullmatch, texts))
    marks = {mark: [text for text in texts if _is_decimal(text, mark)] for mark in ",."}
    found = np.array(
        [
            float(cell)
            if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
            else _number(text, marks, money, where)
            for cell, text in zip(column, texts, strict=True)
        ],
        dtype=float,
    )
    if marks[","]:
        example = marks[","][0]
        value = _number(example, marks, money, where)
        notes.append(f"{where}: the comma was read as the decimal point ({example} is {value:.12g}).")
    elif grouped := next((text for text in texts if "," in text and THOUSANDS[","].match(text)), None):
        value = _number(grouped, marks, money, where)
        notes.append(f"{where}: commas were read as parting thousands ({grouped} is {value:.12g}).")
    return found


def _digits(cell: Any) -> str:
    """The number's text without currency and blanks; empty where there is none."""
    if isinstance(cell, list | dict | bool) or missing(cell):
        return ""
    return GROUPS.sub("", CURRENCY.sub("", str(cell)).strip())


def _is_decimal(text: str, mark: str) -> bool:
    """Whether the mark can only part decimals: 9,99 but not 9,999; 1.234,567; 0,123."""
    other = "." if mark == "," else ","
    head, _, tail = text.rpartition(mark)
    if other in head and THOUSANDS[other].fullmatch(head):
        return tail.isdigit()
    return bool(DECIMALS[mark].fullmatch(text)) and not THOUSANDS[mark].fullmatch(text)


def _number(text: str, decimals: dict[str, list[str]], money: bool, where: str) -> float:
    for mark, other in ((",", "."), (".", ",")):
        if _is_decimal(text, mark):
            return float(text.replace(other, "").replace(mark, "."))
    for mark, other in ((",", "."), (".", ",")):
        if THOUSANDS[mark].fullmatch(text):
            if text.count(mark) > 1:
                return float(text.replace(mark, ""))
            as_decimal, as_thousand = bool(decimals[mark]), bool(decimals[other]) or (money and mark == ",")
            if as_decimal == as_thousand or (as_decimal and decimals[other]):
                raise DataError(
                    f"{where}: {text!r} can be {text.replace(mark, '')} or {text.replace(mark, '.')}, and no other "
                    "value tells which; write numbers without marks between thousands."
                )
            return float(text.replace(mark, "." if as_decimal else ""))
    return float(text) if PLAIN.fullmatch(text) else float("nan")


def binned(column: Sequence[Any], how: Bin, where: str, notes: list[str]) -> list[str | None]:
    """The range that each number lies in, as text: "10 to 19.99"; None where there is no number."""
    values = numbers(column, where, notes)
    known = np.isfinite(values)
    if not known.any():
        raise DataError(f"{where} holds no number, so it cannot be binned; leave it as it is.")
    lost = sum(not ok and not missing(cell) for ok, cell in zip(known, column, strict=True))
    if lost:
        notes.append(f"{where}: {lost:,} values are no numbers and count as unknown.")
    if how.width is not None:
        steps = np.floor(np.round(values / how.width, 9))  # 0.3 lies in 0.3 to 0.4, though 0.3 / 0.1 is less than 3
        return [
            f"{_said(step * how.width)} to {_said((step + 1) * how.width)}" if ok else None
            for step, ok in zip(steps, known, strict=True)
        ]
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, (how.ranges or 2) + 1)))
    if len(edges) == 1:
        return [_said(edges[0]) if ok else None for ok in known]
    index = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    return [f"{_said(edges[i])} to {_said(edges[i + 1])}" if ok else None for i, ok in zip(index, known, strict=True)]


def _said(number: float) -> str:
    """With as many digits as tell ranges of large numbers apart."""
    return f"{number:.12g}"
