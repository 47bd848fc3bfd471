"""Items found by their titles as people type them: without accents, brackets, capitals, in any order of the words."""

import re
import unicodedata
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fame.data.catalog import Catalog

# Letters that are no letter with an accent but are typed as others.
LETTERS = str.maketrans({"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ß": "ss", "æ": "ae", "Æ": "ae"})
ALIKE = 0.88  # Jaro-Winkler similarity of a title and a text that is one with a slip
WORD = re.compile(r"[^\W_]+")


class Titles:
    """The titles of a catalog, made to be searched: a pass over an Arrow array for each word."""

    def __init__(self, catalog: Catalog) -> None:
        times = Counter(catalog.titles)
        self._catalog, self._twice = catalog, {title for title, count in times.items() if count > 1}
        self._typed = pa.array([f" {typed(title)}" for title in catalog.titles], pa.large_string())  # (V,)
        self._length = pc.utf8_length(self._typed).to_numpy()  # (V,)

    def name(self, item: int) -> str:
        """The title of a catalog index; where it stands twice, with its id."""
        title = self._catalog.title(item)
        return f"{title} · {self._catalog.id(item)}" if title in self._twice else title

    def search(self, text: str, most: int) -> list[int]:
        """Catalog indices of items in whose title every word stands, at most so many, best first.

        An item whose id that is comes first; then titles that begin so, then those in which every word begins one, then
        shorter ones.
        """
        words = typed(text).split()
        own = [self._catalog.index(text.strip())] if text.strip() in self._catalog else []
        if not words:
            return own
        titles, rows = self._typed, np.arange(len(self._typed))
        for word in sorted(words, key=len, reverse=True):  # a long one leaves few titles to look at for the next
            titles, rows = titles.filter(mask := pc.match_substring(titles, word)), rows[flags(mask)]
        starts = np.ones(len(rows), bool)
        for word in words:
            starts &= flags(pc.match_substring(titles, f" {word}"))
        first = flags(pc.starts_with(titles, f" {' '.join(words)}"))
        if not len(rows):
            return own or self._alike(" ".join(words), most)
        order = np.lexsort((self._length[rows], ~starts, ~first))[:most]
        found = [int(row) + 1 for row in rows[order]]
        return (own + [item for item in found if item not in own])[:most]

    def _alike(self, text: str, most: int) -> list[int]:
        """Catalog indices of titles that are nearly that text: somebody typed a letter too many or another one."""
        import duckdb

        titles = pa.table({"title": self._typed})  # noqa: F841 (DuckDB reads it by its name)
        found = duckdb.connect().execute(
            "SELECT i FROM (SELECT row_number() OVER () AS i, jaro_winkler_similarity(title, ?) AS alike FROM titles) "
            "WHERE alike >= ? ORDER BY alike DESC, i LIMIT ?",
            [f" {text}", ALIKE, most],
        )
        return [int(row[0]) for row in found.fetchall()]


def flags(mask: pa.BooleanArray) -> np.ndarray:
    """(V,) bool."""
    found: np.ndarray = mask.to_numpy(zero_copy_only=False)
    return found


def typed(title: str) -> str:
    """A title as it is typed in a hurry: "Amélie  (2001)" -> "amelie 2001"."""
    if not title.isascii():
        parts = unicodedata.normalize("NFKD", title.translate(LETTERS))
        title = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(WORD.findall(title.casefold().replace("'", "").replace("’", "")))
