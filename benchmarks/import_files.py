"""Made-up logs in the layouts of public data, for `benchmarks.imports`: the same seed makes the same files.

Popularity falls like 1 / (rank + 50) and histories are skewed and at least 20 long, as MovieLens' are. A hundredth of
the rows is given twice, and a thousandth each has no item and no time.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from fame.data.importing.movielens import FLAGS

PART = 1_000_000  # rows made at a time
LARGE = 4_000_000  # rows from which a log has the shape of MovieLens 32M
GENRES = np.array(FLAGS[1:])
FORMATS = {
    "csv": "CSV",
    "csv-gz": "CSV, gzipped",
    "tsv": "TSV, names said",
    "parquet": "Parquet",
    "ml-100k": "MovieLens, as 100K",
    "ml-1m": "MovieLens, as 1M",
    "ml-32m": "MovieLens, as 32M",
    "recbole": "RecBole atomic",
    "amazon": "Amazon reviews, JSON lines, gzipped",
    "ratings": "Amazon ratings only, CSV",
}


@dataclass(frozen=True)
class MadeLog:
    """What an import is given: a table of interactions, one of items or none, and the options it takes."""

    log: Path
    items: Path | None
    options: tuple[str, ...] = ()


def make(form: str, rows: int, seed: int, folder: Path) -> MadeLog:
    """Write the files of a layout."""
    folder.mkdir()
    users, items = shape(rows)
    parts, films = interactions(rows, users, items, seed), about(items, seed)
    log, other = folder / "ratings.csv", folder / "items.csv"
    if form in ("csv", "csv-gz"):
        log = folder / f"log.csv{form[3:].replace('-', '.')}"
        write(log, (spelled(part, "u", "i", ("user_id", "item_id", "rating", "timestamp")) for part in parts))
        write(other, [spelled_films(films, "i", ("item_id", "title", "genres", "brand"))], quoted=True)
    elif form == "tsv":
        log, other = folder / "log.tsv", folder / "items.tsv"
        names = ("Kunde Nr.", "Artikel/SKU", "Sterne?", "gekauft am")
        write(log, (spelled(part, "K-", "A-", names) for part in parts), "\t")
        write(other, [spelled_films(films, "A-", ("Artikel/SKU", "Bezeichnung", "Art", "Marke"))], "\t")
        told = f"user={names[0]},item={names[1]},rating={names[2]},time={names[3]},title=Bezeichnung"
        return MadeLog(log, other, ("--map", told))
    elif form == "parquet":
        log, other = folder / "log.parquet", folder / "items.parquet"
        names = ("user_id", "item_id", "rating", "timestamp")
        kinds = pa.schema([(name, pa.int64()) for name in names])
        with pq.ParquetWriter(log, kinds) as writer:
            for part in parts:
                writer.write_table(part.rename_columns(names))
        pq.write_table(films.rename_columns(("item_id", "title", "genres", "brand")), other)
    elif form == "ml-100k":
        log, other = folder / "u.data", folder / "u.item"
        write(log, parts, "\t", header=False)
        flags = {name: pc.cast(pc.match_substring(films["genres"], name), pa.int8()) for name in FLAGS}
        blank = pa.array([""] * items)
        table = pa.table({"item": films["item"], "title": films["title"], "r": blank, "v": blank, "x": blank} | flags)
        write(other, [table], "|", header=False)
    elif form == "ml-1m":
        log, other = folder / "ratings.dat", folder / "movies.dat"
        colons(log, parts)
        colons(other, [films.select(["item", "title", "genres"])])
    elif form == "ml-32m":
        other = folder / "movies.csv"
        write(log, (part.rename_columns(("userId", "movieId", "rating", "timestamp")) for part in parts))
        found = films.select(["item", "title", "genres"]).rename_columns(("movieId", "title", "genres"))
        write(other, [found], quoted=True)
    elif form == "recbole":
        log, other = folder / "log.inter", folder / "log.item"
        names = ("user_id:token", "item_id:token", "rating:float", "timestamp:float")
        write(log, (part.rename_columns(names) for part in parts), "\t")
        genres = pc.replace_substring(films["genres"], "|", " ")
        columns = {"item_id:token": films["item"], "title:token_seq": films["title"], "class:token_seq": genres}
        write(other, [pa.table(columns)], "\t")
    elif form == "amazon":
        log, other = folder / "reviews.json.gz", folder / "meta.json.gz"
        lines(log, reviews(parts, seed))
        lines(other, products(films))
    elif form == "ratings":
        log = folder / "ratings_Made.csv"
        write(log, (spelled(part, "A", "B0", ("u", "i", "r", "t")) for part in parts), header=False)
        return MadeLog(log, None)
    return MadeLog(log, other)


def shape(rows: int) -> tuple[int, int]:
    """Users and items: 160 rows a user as in MovieLens, and its items."""
    items = 87_585 if rows >= LARGE else min(20_000, max(50, rows // 50))
    return max(1, round(rows * 200_948 / 32_000_204)), items


def interactions(rows: int, users: int, items: int, seed: int) -> Iterator[pa.Table]:
    """user, item (numbers from 1), rating, time in seconds, null where spoilt; users' rows together."""
    rng = np.random.default_rng(seed)
    weight = rng.lognormal(0, 1.2, users)
    ends = np.cumsum(
        min(20, rows // users) + rng.multinomial(rows - min(20, rows // users) * users, weight / weight.sum())
    )
    share = np.cumsum(1 / (np.arange(items) + 50.0))
    number = rng.permutation(items) + 1
    joined = rng.integers(1_000_000_000, 1_700_000_000, users)
    for start in range(0, rows, PART):
        place = np.arange(start, min(start + PART, rows))
        user = np.searchsorted(ends, place, side="right")
        item = number[np.searchsorted(share, rng.random(len(place)) * share[-1])]
        time = joined[user] + rng.integers(0, 10_000_000, len(place))
        twice = np.flatnonzero(rng.random(len(place) - 1) < 0.01) + 1
        for column in (user, item, time):
            column[twice] = column[twice - 1]
        yield pa.table(
            {
                "user": user + 1,
                "item": pa.array(item, mask=rng.random(len(place)) < 0.001),
                "rating": rng.integers(1, 6, len(place)),
                "time": pa.array(time, mask=rng.random(len(place)) < 0.001),
            }
        )


def about(items: int, seed: int) -> pa.Table:
    """item, title, genres (between bars), brand."""
    rng = np.random.default_rng([seed, 1])
    genres = GENRES[rng.integers(0, len(GENRES), (items, 3))]
    many, years = rng.integers(1, 4, items), rng.integers(1930, 2024, items)
    return pa.table(
        {
            "item": np.arange(1, items + 1),
            "title": [f"Film {item}, The ({year})" for item, year in enumerate(years, 1)],
            "genres": ["|".join(dict.fromkeys(row[:count])) for row, count in zip(genres, many, strict=True)],
            "brand": [f"Brand {brand}" for brand in rng.integers(0, 2_000, items)],
        }
    )


def named(numbers: pa.ChunkedArray, before: str) -> pa.ChunkedArray:
    """Ids of eight digits after some letters; null stays null."""
    return pc.binary_join_element_wise(before, pc.utf8_lpad(pc.cast(numbers, pa.string()), 8, "0"), "")


def spelled(part: pa.Table, user: str, item: str, names: tuple[str, ...]) -> pa.Table:
    """Interactions with ids as text, under these names."""
    return pa.table([named(part["user"], user), named(part["item"], item), part["rating"], part["time"]], names=names)


def spelled_films(films: pa.Table, item: str, names: tuple[str, ...]) -> pa.Table:
    """Items with ids as text, under these names."""
    return films.set_column(0, "item", named(films["item"], item)).rename_columns(names)


def write(file: Path, parts: Any, separator: str = ",", header: bool = True, quoted: bool = False) -> None:
    """Separated text, gzipped where the name says so."""
    style = "needed" if quoted else "none"
    with gzip.open(file, "wb", compresslevel=6) if file.suffix == ".gz" else file.open("wb") as out:
        for place, part in enumerate(parts):
            if header and not place:  # Arrow would quote the names, which RecBole does not
                out.write(f"{separator.join(part.column_names)}\n".encode())
            pacsv.write_csv(
                part, out, pacsv.WriteOptions(include_header=False, delimiter=separator, quoting_style=style)
            )


def colons(file: Path, parts: Any) -> None:
    """Fields between two colons, without a header."""
    with file.open("w", encoding="latin-1") as out:
        for part in parts:
            columns = (pc.fill_null(pc.cast(column, pa.string()), "").to_pylist() for column in part.columns)
            out.writelines(map("{}\n".format, map("::".join, zip(*columns, strict=True))))


def lines(file: Path, objects: Any) -> None:
    """JSON, an object a line, gzipped."""
    with gzip.open(file, "wt", compresslevel=6, encoding="utf-8") as out:
        out.writelines(json.dumps(found) + "\n" for found in objects)


def reviews(parts: Any, seed: int) -> Iterator[dict[str, Any]]:
    """Reviews with the keys of 2018 and some 300 letters of text."""
    rng = np.random.default_rng([seed, 2])
    words = np.array(["".join(chr(97 + letter) for letter in row) for row in rng.integers(0, 26, (2_000, 5))])
    texts = [" ".join(words[rng.integers(0, len(words), size)]) for size in rng.integers(5, 100, 5_000)]
    for part in parts:
        table = spelled(part, "A", "B0", ("reviewerID", "asin", "overall", "unixReviewTime"))
        said = rng.integers(0, len(texts), len(part))
        for found, text in zip(table.to_pylist(), said, strict=True):
            yield found | {
                "verified": True,
                "reviewText": texts[text],
                "summary": texts[text][:30],
                "style": {"a": "b"},
            }


def products(films: pa.Table) -> Iterator[dict[str, Any]]:
    """Metadata with the keys of 2018."""
    columns = (films[name].to_pylist() for name in ("title", "genres", "brand"))
    for item_id, title, genres, brand in zip(named(films["item"], "B0").to_pylist(), *columns, strict=True):
        yield {
            "asin": item_id,
            "title": title,
            "brand": brand,
            "category": ["Films", *genres.split("|")],
            "also_buy": [item_id] * 5,
            "price": "$3.99",
        }
