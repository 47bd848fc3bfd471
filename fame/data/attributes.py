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
    codes: np.ndarray  # int32 numbers of the items' values, item after item
    starts: np.ndarray  # (V + 2,) where among them those of each item begin; item 0 is padding and has none

    @classmethod
    def padded(cls, family: str, values: tuple[str, ...], codes: np.ndarray) -> Attributes:
        """Of numbers (V + 1, m), -1 where an item has fewer than m."""
        has = codes >= 0
        return cls(family, values, codes[has].astype(np.int32), np.append(0, has.sum(1).cumsum()))

    @property
    def items(self) -> int:
        """V."""
        return len(self.starts) - 2

    @property
    def many(self) -> np.ndarray:
        """(V + 1,) how many values each item has."""
        return np.diff(self.starts)

    @property
    def known(self) -> np.ndarray:
        """(V + 1,) bool: the item has a value."""
        return self.many > 0

    @property
    def counts(self) -> np.ndarray:
        """(A,) items with each value."""
        return np.bincount(self.codes, minlength=len(self.values))

    @property
    def effective(self) -> float:
        """How many values there are if rare ones count for little: exp of the entropy of their shares."""
        shares = self.counts[self.counts > 0] / max(1, len(self.codes))
        return float(np.exp(-(shares * np.log(shares)).sum()))

    @property
    def rarity(self) -> np.ndarray:
        """(A,) `log(1 + V / count)`: to share a rare value says more than to share a common one."""
        return np.log1p(self.items / self.counts)

    def of(self, items: np.ndarray) -> np.ndarray:
        """Items (n,) -> numbers of their values, (n, m) int32, m 1 at least, -1 where one has fewer: of few items."""
        many = self.many[items]
        found = np.full((len(items), max(1, many.max(initial=0))), -1, np.int32)
        there = np.arange(found.shape[1]) < many[:, None]
        found[there] = self.codes[(self.starts[items, None] + np.arange(found.shape[1]))[there]]
        return found

    def having(self, code: int) -> np.ndarray:
        """Items with that value, in their order."""
        return np.unique(np.searchsorted(self.starts, np.flatnonzero(self.codes == code), side="right") - 1)

    def sparse(self) -> csr_matrix:
        """(V + 1, A) float32: 1 where the item has the value; an item's values in the order of their numbers."""
        from scipy.sparse import csr_matrix  # late, as all that is heavy

        ones = np.ones(len(self.codes), np.float32)
        table = csr_matrix((ones, self.codes, self.starts), (self.items + 1, len(self.values)), copy=True)
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
    starts = np.cumsum([0, 0, *(len(row) for row in rows)])
    codes = np.fromiter((number[value] for row in rows for value in row), np.int32, starts[-1])
    return Attributes(family, values, codes, starts)


def likeness(one: Attributes, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pairs of items (n,), (n,) -> how alike they are, (n,): the overlap of their values weighted by rarity, 0 to 1."""
    has, rarity = one.sparse(), one.rarity
    own, both = has @ rarity, has[a].multiply(has[b]) @ rarity
    return np.asarray(both / np.maximum(own[a] + own[b] - both, 1e-12))


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
    covers = float((found.sparse()[1:] @ (counts > 1).astype(np.float32) > 0).mean())
    if covers < COVERED:
        of = "" if known.mean() < COVERED else ", although more have a value: it is almost another for each"
        return f"gives only {covers:.0%} of the items a value that another item has, too{of}"
    return ""
