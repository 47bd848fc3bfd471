"""Times written as text -> seconds since 1970 UTC, by DuckDB; how dates are written is decided over a whole file.

A form is a regular expression that a whole text must match, so that nothing before, within or after a time is passed
over. Twelve-hour clocks, offsets and two-digit years (69 to 99 are of the last century) are reckoned with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fame.data.columns import DataError
from fame.data.importing.options import DATE_ORDERS

KNOWN_FORMS = (
    "numbers (seconds, milliseconds and so on since 1970, or any that grow), 2021-03-04 06:06:07 with or without Z or "
    "an offset as +02:00, 04.03.2021, 28/01/21, 3/4/2021 6:06 PM, 4 March 2021, March 4, 2021, "
    "Thu Mar 04 06:06:07 +0000 2021 and 03 04, 2021 (Amazon's, month first)"
)
LONGEST = 100  # letters of a time
ORDER = 1e8  # numbers below it, the spring of 1973, are no times of interactions
CALENDAR = (("%Y%m%d", 19000101, 21001231), ("%Y%m%d%H%M%S", 19000101000000, 21001231235959))  # written as a number

CLOCK = r"(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?: *([ap])\.?m\.?)?"
ZONE = r"(?: *(?:z|utc|gmt|(?:utc|gmt)?([-+])(\d{2}):?(\d{2})?(?: *[\[(][^\])]*[\])])?))?"
PARTS = ["h", "mi", "s", "f", "half", "sign", "zh", "zm"]
AFTER = rf"(?:(?:t|[ ,]+|:){CLOCK}{ZONE})?"
ZONED = r"regexp_matches(s, ':.*(?i:z|utc|gmt|[-+]\d\d:?(\d\d)?)( *[\[(].*| +\d{4})?$')"
WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +)?"
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
FORMS: dict[str, tuple[str, list[str]]] = {
    "iso": (rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){AFTER}", ["y", "m", "d", *PARTS]),
    "basic": (rf"(\d{{4}})(\d{{2}})(\d{{2}})t(\d{{2}})(\d{{2}})(?:(\d{{2}}))?{ZONE}",
              ["y", "m", "d", "h", "mi", "s", "sign", "zh", "zm"]),
    "numeric": (rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}}){AFTER}", ["a", "b", "c", *PARTS]),
    "amazon": (rf"(\d{{1,2}}) (\d{{1,2}}), (\d{{4}}){AFTER}", ["m", "d", "y", *PARTS]),
    "day month": (rf"{WEEKDAY}{DAY}[-/. ]+{MONTH}\.?[-/, ]+(\d{{4}}|\d{{2}}){AFTER}", ["d", "mon", "y", *PARTS]),
    "month day": (rf"{WEEKDAY}{MONTH}\.? +{DAY},? +(\d{{4}}){AFTER}", ["mon", "d", "y", *PARTS]),
    "year month": (rf"(\d{{4}})[-/ ]{MONTH}[-/ ](\d{{1,2}}){AFTER}", ["y", "mon", "d", *PARTS]),
    "ctime": (rf"{WEEKDAY}{MONTH} +(\d{{1,2}}) +{CLOCK}{ZONE} +(\d{{4}})", ["mon", "d", *PARTS, "y"]),
}  # fmt: skip
READ = {"day-first": ("c", "b", "a"), "month-first": ("c", "a", "b"), "year-first": ("a", "b", "c")}  # year, month, day

Rows = Callable[[str], list[tuple[Any, ...]]]  # asks the database


@dataclass(frozen=True)
class Span:
    """The first and the last time of the interactions, so that one sees where they were read wrongly."""

    first: float
    last: float
    says: str  # "from 2021-03-04 06:06:07 to 2021-10-31 00:45:00 (UTC)"


def span(first: float, last: float) -> Span:
    """Of seconds since 1970; numbers that can be no dates are said as such."""
    if max(abs(first), abs(last)) < ORDER:
        return Span(first, last, f"from {first:.15g} to {last:.15g}: numbers too small for dates, so they only order")
    try:
        dates = [datetime.fromtimestamp(int(time // 1), UTC).replace(tzinfo=None) for time in (first, last)]
    except (ValueError, OverflowError, OSError):
        return Span(first, last, f"from {first:.15g} to {last:.15g}: numbers beyond all dates, so they only order")
    return Span(first, last, f"from {dates[0]} to {dates[1]} (UTC)")


def seconds(form: str, order: str = "") -> str:
    """SQL: the text `s` as seconds since 1970 UTC; null where it is not of the form, or no date or hour there is."""
    pattern, names = FORMS[form]
    there = set(names)
    listed = ", ".join(f"'{name}'" for name in names)
    g = f"regexp_extract(s, '^(?i:{pattern})$', [{listed}])"

    def part(name: str) -> str:
        return f"{g}.{name}" if name in there else "''"

    y, m, d = (part(name) for name in (READ[order] if order else ("y", "m", "d")))
    if "mon" in there:
        m = f"list_position({MONTHS}, left(lower({g}.mon), 3))"
    year = f"CASE length({y}) WHEN 4 THEN {y} WHEN 2 THEN (CASE WHEN {y} >= '69' THEN '19' ELSE '20' END) || {y} END"
    hour = f"try_cast({part('h')} AS INTEGER)"
    hours = (
        f"CASE WHEN {part('h')} = '' THEN 0 WHEN {part('half')} = '' AND {part('mi')} = '' THEN NULL "
        f"WHEN {part('half')} = '' THEN {hour} WHEN {hour} BETWEEN 1 AND 12 "
        f"THEN {hour} % 12 + (CASE WHEN lower({part('half')}) = 'p' THEN 12 ELSE 0 END) END"
    )

    def digits(name: str, none: str = "00") -> str:
        return f"(CASE WHEN {part(name)} = '' THEN '{none}' ELSE {part(name)} END)"

    stamp = (
        f"try_cast(({year}) || '-' || {m} || '-' || {d} || ' ' || ({hours}) || ':' || {digits('mi')} || ':' || "
        f"{digits('s')} || '.' || left({digits('f', '0')}, 6) AS TIMESTAMP)"
    )
    zone_hours, zone_minutes = (f"{digits(name)}::INTEGER" for name in ("zh", "zm"))
    away = (
        f"(CASE WHEN {zone_hours} <= 14 AND {zone_minutes} < 60 THEN {zone_hours} * 3600 + {zone_minutes} * 60 END)"
        f" * (CASE WHEN {part('sign')} = '-' THEN -1 ELSE 1 END)"
    )
    return f"(CASE WHEN regexp_matches(s, '^(?i:{pattern})$') THEN epoch({stamp}) - {away} END)"


def columns_of(holds: str, time_format: str) -> tuple[str, str, str]:
    """SQL that takes a column of times `t` apart: what is a number, what is text, what is a date as seconds."""
    if holds == "dates":
        return "NULL", "NULL", "CASE WHEN isfinite(t) THEN t END"
    number, text = "try_cast(t AS DOUBLE)", f"left(nullif(trim(CAST(t AS VARCHAR)), ''), {LONGEST})"
    if "%" in time_format:
        return "NULL", text if holds == "text" else f"coalesce(try_cast(t AS BIGINT)::VARCHAR, {text})", "NULL"
    good = f"coalesce(isfinite({number}), false)"
    return f"CASE WHEN {good} THEN {number} END", f"CASE WHEN NOT {good} THEN {text} END", "NULL"


def calendar(rows: Rows, table: str, where: str, time_format: str, notes: list[str]) -> str:
    """SQL that makes seconds of the numbers `t` of a file if all are dates such as 20210304; empty if not."""
    for pattern, least, most in CALENDAR:
        date = f"try_strptime(try_cast(t AS BIGINT)::VARCHAR, '{pattern}')"
        fits = f"t BETWEEN {least} AND {most} AND t = floor(t) AND {date} IS NOT NULL"
        others, first = rows(f"SELECT count(*) FILTER (NOT ({fits})), min(t) FROM {table}")[0]
        if not others:
            notes.append(f"{where}: times such as {first:.0f} were read as dates: year, month, day.")
            return f"epoch({date})"
    return ""


def reading(rows: Rows, table: str, where: str, time_format: str, notes: list[str]) -> str:
    """SQL that makes seconds of the texts `s` of a file.

    Parameters
    ----------
    rows
        Asks the database.
    table
        The file's rows, with `s`.

    Raises
    ------
    DataError
        Its dates can be read in several ways: the question that the format answers.
    """
    if time_format and time_format not in DATE_ORDERS:
        return f"epoch(try_strptime(s, '{time_format.replace(chr(39), chr(39) * 2)}'))"
    which = " ".join(
        f"WHEN regexp_matches(s, '^(?i:{pattern})$') THEN '{form}'" for form, (pattern, _) in FORMS.items()
    )
    forms = [found[0] for found in rows(f"SELECT DISTINCT CASE {which} END FROM {table} WHERE s IS NOT NULL")]
    ways = []
    for form in FORMS:
        if form == "numeric" and form in forms:
            ways.append(seconds(form, time_format or _order(rows, table, where, notes)))
        elif form in forms:
            ways.append(seconds(form))
    if ways:
        zoned, bare = rows(f"SELECT count(*) FILTER ({ZONED}), count(*) FILTER (NOT {ZONED}) FROM {table}")[0]
        if zoned and bare:
            notes.append(f"{where}: {zoned:,} times say their zone; the {bare:,} that do not are taken for UTC.")
    return f"coalesce({', '.join(ways)})" if len(ways) > 1 else "".join(ways) or "NULL::DOUBLE"


def _order(rows: Rows, table: str, where: str, notes: list[str]) -> str:
    """What stands first in dates such as 03/04/2021: what fits all of them, or else a question."""
    pattern, _ = FORMS["numeric"]
    some = f"(SELECT s, regexp_extract(s, '^(?i:{pattern})$', ['a', 'b', 'c']) AS g FROM {table} " \
        f"WHERE regexp_matches(s, '^(?i:{pattern})$'))"  # fmt: skip
    day, month, year = (f"({seconds('numeric', order)})" for order in ("day-first", "month-first", "year-first"))
    only_day, only_month, neither, same, undotted, spread, this = rows(
        f"SELECT min(s) FILTER ({day} IS NOT NULL AND {month} IS NULL), "
        f"min(s) FILTER ({month} IS NOT NULL AND {day} IS NULL), "
        f"min(s) FILTER ({day} IS NULL AND {month} IS NULL AND {year} IS NOT NULL), "
        f"count(*) FILTER ({day} <> {month}) = 0, count(*) FILTER (NOT contains(s, g.a || '.')) > 0, "
        "count(DISTINCT g.a) > count(DISTINCT g.c), min(s) "
        f"FROM {some}"
    )[0]
    could_be_years = not rows(
        f"SELECT count(*) FROM {some} WHERE {year} IS NULL OR {year} > epoch(now()::TIMESTAMP) + 366 * 86400"
    )[0][0]
    ask = (
        f"say which, with --time-format {', '.join(DATE_ORDERS[:-1])} or {DATE_ORDERS[-1]} or a pattern as "
        "%d/%m/%Y %H:%M, or on the page under Dates are written"
    )
    if only_day and only_month:
        raise DataError(f"{where}: {only_day!r} has its day first, {only_month!r} its month; write all dates alike.")
    if neither and not (only_day or only_month) and could_be_years:
        found, why = "year-first", f"as {neither!r} allows nothing else"
    elif could_be_years and not spread and undotted:
        raise DataError(
            f"{where}: does the day, the month or the year come first in {this!r}? All are possible; {ask}."
        )
    elif only_day or only_month:
        found, why = ("day" if only_day else "month") + "-first", f"as {(only_day or only_month)!r} allows nothing else"
    elif same:
        return "day-first"
    elif not undotted:
        found, why = "day-first", "as is usual with dots"
    else:
        raise DataError(f"{where}: does the day or the month come first in {this!r}? All dates allow both; {ask}.")
    notes.append(f"{where}: dates such as {this!r} were read {found.replace('-', ' ')}, {why}.")
    return found
