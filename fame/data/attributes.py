"""Attribute families as arrays: which item has which value, how alike two items are, which families say something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fame.data.catalog import Catalog

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

COVERED = 0.3  # share of the items that a family must say something about: with a value that another item has, too
COMMON = 0.95  # share of the known items from which a value says nothing about any of them
SAME = 0.95  # two families whose items are alike this much (correlation over pairs) are one
TENTH = 0.1  # of the items is kept out of all tying of facets to families, so that what a facet learned can be tested
PAIRS = 200_000  # drawn to tell that


@dataclass(frozen=True)
class Attributes:
    """One family over a catalog of V items; A distinct values, in the order of their names."""

    family: str
    values: tuple[str, ...]  # (A,)
    codes: np.ndarray  # (V + 1, m) numbers of an item's values, -1 where it has fewer than m; row 0 is padding

    @property
    def known(self) -> np.ndarray:
        """(V + 1,) bool: the item has a value."""
        return self.codes[:, 0] >= 0

    @property
    def counts(self) -> np.ndarray:
        """(A,) items with each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    @property
    def rarity(self) -> np.ndarray:
        """(A,) `log(1 + V / count)`: to share a rare value says more than to share a common one."""
        return np.log1p((len(self.codes) - 1) / self.counts)

    def sparse(self) -> csr_matrix:
        """(V + 1, A) float32: 1 where the item has the value."""
        from scipy.sparse import csr_matrix  # late, as all that is heavy

        has = self.codes >= 0
        starts = np.append(0, has.sum(1).cumsum())
        table = csr_matrix((np.ones(starts[-1], np.float32), self.codes[has], starts), (len(has), len(self.values)))
        table.sum_duplicates()
        table.data[:] = 1
        return table

    def one_hot(self) -> np.ndarray:
        """`sparse` as an array, for what is small: items times values."""
        return np.asarray(self.sparse().toarray())


def attributes(catalog: Catalog, family: str) -> Attributes:
    """A family of the catalog."""
    rows = [catalog.values(family, item) for item in range(1, len(catalog) + 1)]
    values = tuple(sorted({value for row in rows for value in row}))
    number = {value: code for code, value in enumerate(values)}
    codes = np.full((len(rows) + 1, max([len(row) for row in rows] + [1])), -1, dtype=np.int64)
    for item, row in enumerate(rows, 1):
        codes[item, : len(row)] = [number[value] for value in row]
    return Attributes(family, values, codes)


def likeness(one: Attributes, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pairs of items (n,), (n,) -> how alike they are, (n,): the overlap of their values weighted by rarity, 0 to 1."""
    weight = np.append(one.rarity, 0.0)  # a code of -1 weighs nothing
    shared = (one.codes[a][:, :, None] == one.codes[b][:, None, :]).any(2) & (one.codes[a] >= 0)
    both = (weight[one.codes[a]] * shared).sum(1)
    return both / np.maximum(weight[one.codes[a]].sum(1) + weight[one.codes[b]].sum(1) - both, 1e-12)


def held_out(items: int) -> np.ndarray:
    """(V + 1,) bool: the tenth of a catalog's items that no training ties to their values, the same for every model."""
    chosen = np.zeros(items + 1, bool)
    chosen[1 + np.random.default_rng(0).permutation(items)[: round(TENTH * items)]] = True
    return chosen


@dataclass(frozen=True)
class Choice:
    """The families that can tell items apart, and a sentence for each that cannot."""

    families: tuple[str, ...]
    left_out: tuple[str, ...]


def telling(catalog: Catalog) -> Choice:
    """Which families of a catalog say enough about its items to be learned from, in the order they are declared."""
    chosen: list[Attributes] = []
    left_out: list[str] = []
    rng = np.random.default_rng(0)
    pairs = rng.integers(1, len(catalog) + 1, (2, PAIRS))
    near_before: list[np.ndarray] = []
    for family in catalog.families:
        found = attributes(catalog, family.name)
        reason = silent(found)
        if not reason:
            near = likeness(found, *pairs)
            for other, its in zip(chosen, near_before, strict=True):
                if near.std() and its.std() and np.corrcoef(near, its)[0, 1] >= SAME:
                    reason = f"says the same as {other.family!r}"
        if reason:
            left_out.append(f"{family.name!r} {reason}")
        else:
            chosen.append(found)
            near_before.append(near)
    return Choice(tuple(found.family for found in chosen), tuple(left_out))


def silent(found: Attributes) -> str:
    """Why a family says nothing about items; empty where it does."""
    known = found.known[1:]
    if not known.any():
        return "has no value for any item"
    counts = found.counts
    if counts.max() >= COMMON * known.sum():
        return f"has the value {found.values[int(counts.argmax())]!r} for almost every item that has one"
    shared = np.append(counts > 1, False)
    covers = shared[found.codes[1:]].any(1).mean()
    if covers < COVERED:
        of = "" if known.mean() < COVERED else ", although more have a value: it is almost another for each"
        return f"gives only {covers:.0%} of the items a value that another item has, too{of}"
    return ""
