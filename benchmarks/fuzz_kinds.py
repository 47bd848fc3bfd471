"""Files whose right import is known from how they were made, a function a kind; `benchmarks.fuzz` tries them."""

import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Event = tuple[str, str, float]


@dataclass(frozen=True)
class MadeFiles:
    """Files, what is chosen, and all that an import of them may bring: `events`, and of items what is said here."""

    files: dict[str, bytes]
    events: list[Event]
    titles: dict[str, str] = field(default_factory=dict)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of the family "x"
    ranges: dict[str, float] = field(default_factory=dict)  # the number that the range of the family "x" must hold
    options: dict[str, Any] = field(default_factory=dict)


WORDS = ("war", "love", "7 Up", "Sci-Fi", "café", "O'Neil", "a, b", "two  words", 'the "end"', "x")
PLAIN = WORDS[:5]
HEAD = "user_id,item_id,timestamp"
CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "")
DATES = {
    "year": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%b-%d"),
    "name": ("%d %b %Y", "%B %d, %Y", "%a, %d %b %Y", "%d-%b-%y", "%m %d, %Y"),
    "day": ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y"),
    "month": ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y"),
}


def quotes(rng: random.Random) -> MadeFiles:
    """Stray and legal quotes in a column of comments: a log of as many rows as were written."""
    rows, legal, lines = rng.randrange(2, 60), rng.random() < 0.5, [HEAD + ",comment"]
    events: list[Event] = []
    stray = set(rng.choices(range(rows), k=rng.randrange(3)))
    for row in range(rows):
        text = rng.choice(("fine", "", "so so", "it's", 'a 7" disc'))
        if legal and rng.random() < 0.3:
            text = '"' + rng.choice(("two\nlines", "a, b", 'the ""end""', "x\n\ny", "")) + '"'
        if row in stray:
            text = rng.choice(('"open', 'close"', '"', '"one" two', '"a","b'))
            if "," in text:
                text = text.split(",")[0] if not legal else '"a" b'
        events.append((f"u{row % 5}", f"i{row}", float(row)))
        lines.append(f"u{row % 5},i{row},{row},{text}")
    ending = rng.choice(("\n", "\r\n"))
    return MadeFiles({"log.csv": (ending.join(lines) + ending * rng.randrange(2)).encode()}, events)


def item_quotes(rng: random.Random) -> MadeFiles:
    """Stray quotes in titles, read as letters or refused."""
    count = rng.randrange(3, 40)
    titles = {f"i{n}": rng.choice(("A", "B b", "C's", 'D 7"')) + str(n) for n in range(count)}
    for item in rng.sample(list(titles), rng.randrange(3)):
        titles[item] = rng.choice(('"Open {}', '"Heroes" ({})', 'Shut {}"')).format(item)
    table = "item_id\tx\ttitle\n" + "".join(f"{item}\tg\t{title}\n" for item, title in titles.items())
    events = [("u", item, float(n)) for n, item in enumerate(titles)]
    return MadeFiles({"log.csv": log(events), "items.tsv": table.encode()}, events, titles)


def times(rng: random.Random) -> MadeFiles:
    """A column of times in one form, or in two that do not hurt each other."""
    kind = rng.choice(list(DATES))
    form = rng.choice(DATES[kind])
    clock = rng.choice(CLOCKS)
    zone = rng.choice((None, 0.0, 2.0, -9.5, 5.75)) if clock else None
    twitter, number = rng.random() < 0.1, rng.random() < 0.1
    events, lines = [], ["user_id\titem_id\ttimestamp"]
    for n in range(rng.randrange(1, 30)):
        when = datetime(2001, 1, 1) + timedelta(seconds=rng.randrange(700_000_000))
        text = when.strftime(f"{form} {clock}".strip())
        read = datetime.strptime(text, f"{form} {clock}".strip())
        if twitter:
            read, text = when, when.strftime("%a %b %d %H:%M:%S +0000 %Y")
        elif number:
            read, text = when.replace(hour=0, minute=0, second=0), when.strftime("%Y%m%d")
        elif zone is not None:
            aware = read.replace(tzinfo=timezone(timedelta(hours=zone)))
            text += rng.choice(("", " ")) + ("Z" if zone == 0 else aware.strftime("%z"))
            read = aware.astimezone(UTC).replace(tzinfo=None)
        events.append(("u", f"i{n}", read.replace(tzinfo=UTC).timestamp()))
        lines.append(f"u\ti{n}\t{text}")
    said = {"time_format": f"{kind}-first"} if kind in ("day", "month") and rng.random() < 0.5 else {}
    return MadeFiles({"log.tsv": "\n".join(lines).encode()}, events, options=said)


def decimals(rng: random.Random) -> MadeFiles:
    """Prices with a point or a comma, with marks between thousands or none, with a currency or none."""
    point, mark = rng.choice(((".", ","), (",", "."), (",", " "), (".", "'"), (".", ""), (",", "")))
    places, money = rng.randrange(4), rng.choice(("{}", "{}", "${}", "{} €", "EUR {}"))
    numbers = {
        f"i{n}": round(rng.choice((1, 100, 100_000)) * rng.random(), places) for n in range(rng.randrange(2, 30))
    }
    table = "item_id\tx\n"
    for item, number in numbers.items():
        text = f"{number:,.{places}f}".replace(",", "T").replace(".", point).replace("T", mark)
        table += f"{item}\t{money.format(text)}\n"
    events = [("u", item, float(n)) for n, item in enumerate(numbers)]
    width = rng.choice((0.1, 5, 1000))
    return MadeFiles({"log.csv": log(events), "items.tsv": table.encode()}, events, ranges=numbers,
                options={"bins": {"x": {"width": width}}})  # fmt: skip


def list_cells(rng: random.Random) -> MadeFiles:
    """Lists as JSON, as Python's, as objects with names, with a separator, or as Parquet's own."""
    how = rng.choice(("json", "python", "objects", "bar", "parquet", "lines"))
    words = PLAIN if how == "bar" else WORDS[:-3] if how == "objects" else WORDS
    values = {f"i{n}": tuple(rng.sample(words, rng.randrange(1, 4))) for n in range(rng.randrange(3, 20))}
    values["i0"] = tuple(words[:2])
    events = [("u", item, float(n)) for n, item in enumerate(values)]
    chosen = {"families": ("x",)}
    if how == "parquet":
        packed = io.BytesIO()
        pq.write_table(pa.table({"item_id": list(values), "x": list(map(list, values.values()))}), packed)
        return MadeFiles(
            {"log.csv": log(events), "items.parquet": packed.getvalue()}, events, values=values, options=chosen
        )
    if how == "lines":
        text = "".join(json.dumps({"item_id": item, "x": cell}) + "\n" for item, cell in values.items())
        return MadeFiles({"log.csv": log(events), "items.json": text.encode()}, events, values=values, options=chosen)
    write: dict[str, Callable[[tuple[str, ...]], str]] = {
        "json": lambda cell: json.dumps(list(cell), ensure_ascii=rng.random() < 0.5),
        "python": lambda cell: repr(list(cell)),
        "objects": lambda cell: repr([{"id": n, "name": word} for n, word in enumerate(cell)]),
        "bar": "|".join,
    }
    table = "item_id,x\n"
    for item, cell in values.items():
        table += f'{item},"{write[how](cell).replace(chr(34), chr(34) * 2)}"\n'
    return MadeFiles({"log.csv": log(events), "items.csv": table.encode()}, events, values=values, options=chosen)


def mixed_ids(rng: random.Random) -> MadeFiles:
    """Ids as whole numbers, floats, decimals and text, some of them missing."""
    ids = [rng.randrange(-5, 40) for _ in range(rng.randrange(2, 40))]
    gone = {row for row in range(1, len(ids)) if rng.random() < 0.1}
    events = [("u", str(item), float(row)) for row, item in enumerate(ids) if row not in gone]
    titles = {str(item): f"T{item}" for item in ids}
    table = "item_id,title\n" + "".join(f"{item}{rng.choice(('', '.0'))},{title}\n" for item, title in titles.items())
    titles = {item: title for item, title in titles.items() if item in {event[1] for event in events}}
    if rng.random() < 0.5:
        kind = rng.choice((pa.int64(), pa.float64(), pa.decimal128(9, 0), pa.decimal128(9, 2), pa.string()))
        make: Callable[[int], Any] = {"i": int, "d": Decimal, "s": str}.get(str(kind)[:1], float)
        make = float if kind == pa.float64() else make
        column = pa.array([None if row in gone else make(item) for row, item in enumerate(ids)], kind)
        packed = io.BytesIO()
        times = pa.array(range(len(ids)))
        pq.write_table(pa.table({"user_id": ["u"] * len(ids), "item_id": column, "timestamp": times}), packed)
        return MadeFiles({"log.parquet": packed.getvalue(), "items.csv": table.encode()}, events, titles)
    lines = [HEAD]
    for row, item in enumerate(ids):
        nothing = rng.choice(("", "NULL", "nan", "NaN", "None", "\\N", "<NA>"))
        lines.append(f"u,{nothing if row in gone else f'{item}' + rng.choice(('', '.0', '.00'))},{row}")
    return MadeFiles({"log.csv": "\n".join(lines).encode(), "items.csv": table.encode()}, events, titles)


def log(events: list[Event]) -> bytes:
    """As CSV."""
    return (HEAD + "\n" + "".join(f"{user},{item},{time:.15g}\n" for user, item, time in events)).encode()


KINDS: tuple[Callable[[random.Random], MadeFiles], ...] = (quotes, item_quotes, times, decimals, list_cells, mixed_ids)
