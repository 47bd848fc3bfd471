"""MovieLens-100K, which GroupLens does not allow to be passed on: fetched when the demo is set up, never shipped.

RecBole's public wheel carries it. Its `.link` and `.kg` files are keyed by another release's ids, so that joining them
would give every film another film's people; they are not used.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa

from fame.data.catalog import Family
from fame.data.columns import DataError
from fame.data.dataset import DataSet, need_free, read, write
from fame.data.films import film
from fame.data.importing.files import File
from fame.data.importing.tables import atomic

NAME = "movielens-100k"
WHEEL = "recbole==1.2.1"
SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
INSIDE = "recbole/dataset_example/ml-100k/ml-100k"
ORIGIN = "MovieLens 100K by GroupLens, as carried by the wheel recbole 1.2.1"
LICENCE = (
    "Research use only; no redistribution without GroupLens' permission. F. M. Harper and J. A. Konstan, "
    "The MovieLens Datasets: History and Context, ACM TiiS 5(4), 2015."
)
FAMILIES = (Family("genre", "genre", multi=True), Family("era", "era", multi=False))


def fetch(folder: Path) -> DataSet:
    """Bring MovieLens-100K and write it as a data set; one that is there already is read and left alone.

    Raises
    ------
    DataError
        The wheel cannot be downloaded, or it is not the file that is expected; the folder holds something else.
    """
    if (folder / "dataset.json").exists():
        there = read(folder)
        if there.name != NAME:
            raise DataError(f"{folder} holds the data set {there.name!r}; give another folder with --to.")
        return there
    need_free(folder)
    with tempfile.TemporaryDirectory() as temporary:
        return from_wheel(download(Path(temporary)), folder)


def download(folder: Path) -> Path:
    """The wheel, by pip, without its dependencies."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--retries", "1", "--timeout", "15", "--dest", str(folder), WHEEL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1].removeprefix("ERROR: ")
        raise DataError(
            f"{WHEEL}, which carries MovieLens-100K, could not be downloaded (is there a network? pip says: {said}); "
            "try again later: planted-cinema works without it."
        )
    return wheels[0]


def from_wheel(wheel: Path, folder: Path) -> DataSet:
    """Check the wheel and write the data set."""
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        raise DataError(
            f"{wheel.name} has sha256 {found[:12]}… instead of {SHA256[:12]}…; it is not "
            "the published file, and nothing was read."
        )
    interactions, items = (whole(File(wheel, f"{INSIDE}.{ending}")) for ending in ("inter", "item"))
    interactions = interactions.astype({"timestamp": float, "rating": float})
    return write(
        folder,
        name=NAME,
        interactions=interactions[["user_id", "item_id", "timestamp", "rating"]],
        items=films(items),
        families=FAMILIES,
        origin=ORIGIN,
        licence=LICENCE,
    )


def whole(file: File) -> pd.DataFrame:
    """All of an atomic file; cells of words are lists."""
    table = atomic(file, "utf-8")
    return pa.concat_tables(table.batches(table.names)).to_pandas()


def films(items: pd.DataFrame) -> pd.DataFrame:
    """RecBole's columns -> item_id, title as people write it, genre (list) and era (decade); None = unknown."""
    rows = []
    columns = (items[name].tolist() for name in ("item_id", "movie_title", "release_year", "class"))
    for item_id, words, released, genres in zip(*columns, strict=True):
        # A film published on video has "V" for a year, and the year still in its title.
        inside = re.search(r"\(\d{4}\)", " ".join(words)) is not None
        title, era = film(" ".join(words) if inside else f"{' '.join(words)} ({released})")
        rows.append(
            {
                "item_id": item_id,
                "title": title if era else "Unknown film",
                "genre": [genre for genre in genres if genre != "unknown"] or None,
                "era": era,
            }
        )
    return pd.DataFrame(rows)
