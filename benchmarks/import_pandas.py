"""An import as one would write it with pandas, to compare with: `python -m benchmarks.import_pandas FORMAT LOG OUT`.

Rows without user, item or time and repeated ones go, users' rows are sorted by time, ids get numbers, and items that
occur are looked up. It is told what every column is, guesses and checks nothing, and counts nothing of what it drops.
"""

import argparse
from pathlib import Path

import pandas as pd

from fame.data.importing.movielens import FILMS_100K, FLAGS

COLUMNS = ["user", "item", "rating", "time"]
TEXT = {"user": str, "item": str}
SEVEN = {"sep": ":", "usecols": [0, 2, 4, 6]}  # two colons are too slow to read; between one and one lies nothing
LOGS = {
    "csv": {},
    "csv-gz": {},
    "ml-32m": {},
    "tsv": {"sep": "\t"},
    "recbole": {"sep": "\t"},
    "ml-100k": {"sep": "\t", "header": None},
    "ml-1m": SEVEN | {"header": None, "encoding": "latin-1"},
    "ratings": {"header": None},
}


def main() -> None:
    """Read, clean, sort, number, join, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("form")
    parser.add_argument("log", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--items", type=Path)
    chosen = parser.parse_args()
    log = interactions(chosen.form, chosen.log)
    log["time"] = pd.to_numeric(log["time"], errors="coerce")
    log = log.dropna(subset=["user", "item", "time"]).drop_duplicates(["user", "item", "time"])
    codes, ids = pd.factorize(log["item"])
    log["item_code"] = codes
    log["user_code"], _ = pd.factorize(log["user"], sort=True)
    log = log.sort_values(["user_code", "time"], kind="stable")
    items = pd.DataFrame({"item": ids})
    if chosen.items:
        items = items.merge(films(chosen.form, chosen.items).drop_duplicates("item"), on="item", how="left")
    chosen.out.mkdir()
    log.to_parquet(chosen.out / "interactions.parquet", compression="zstd", index=False)
    items.to_parquet(chosen.out / "items.parquet", compression="zstd", index=False)


def interactions(form: str, file: Path) -> pd.DataFrame:
    """user, item, rating, time."""
    if form == "parquet":
        found = pd.read_parquet(file, columns=["user_id", "item_id", "rating", "timestamp"])
    elif form == "amazon":
        names = ["reviewerID", "asin", "overall", "unixReviewTime"]
        parts = pd.read_json(file, lines=True, chunksize=100_000, dtype=False)
        found = pd.concat(part[names] for part in parts)
    else:
        how = {"header": 0, "names": COLUMNS} | LOGS[form]
        if form == "ml-1m":
            how["names"] = ["user", "1", "item", "3", "rating", "5", "time"]
        return pd.read_csv(file, dtype=TEXT, **how)
    return found.set_axis(COLUMNS, axis=1)


def films(form: str, file: Path) -> pd.DataFrame:
    """item, title, and lists of genres."""
    if form == "parquet":
        found = pd.read_parquet(file)
    elif form == "amazon":
        found = pd.read_json(file, lines=True, dtype=False)[["asin", "title", "category", "brand"]]
    elif form == "ml-100k":
        found = pd.read_csv(file, sep="|", names=FILMS_100K, encoding="latin-1", dtype={"item_id": str}, quoting=3)
        genres = [[name for name, on in zip(FLAGS, row, strict=True) if on] for row in found[FLAGS].to_numpy()]
        found = found[["item_id", "title"]].assign(genres=genres)
    elif form == "ml-1m":
        names = ["item", "title", "genres"]
        found = pd.read_csv(file, sep="::", names=names, engine="python", encoding="latin-1", dtype={"item": str})
    else:
        tabs = form in ("tsv", "recbole")
        found = pd.read_csv(file, sep="\t" if tabs else ",", quoting=3 if tabs else 0, dtype=str)
    found = found.set_axis(["item", "title", "genres", *found.columns[3:]], axis=1)
    if form not in ("amazon", "ml-100k"):
        found["genres"] = found["genres"].str.split(" " if form == "recbole" else "|")
    return found


if __name__ == "__main__":
    main()
