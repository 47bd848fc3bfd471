"""The items of a data set: ids at the border, indices 1…V inside, titles and attributes in one place."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from fame.errors import InputError


class UnknownItemError(InputError):
    """An item id that is not in the catalog."""


class CatalogError(InputError):
    """Items that make no catalog."""


@dataclass(frozen=True)
class Family:
    """An attribute family, such as genre, people or era."""

    name: str
    column: str  # in items.parquet
    multi: bool  # an item may have several values
    # given: somebody wrote it down of the items; derived: it follows from what users took
    kind: Literal["given", "derived"] = "given"

    def declared(self) -> dict[str, Any]:
        """As dataset.json has it."""
        return {"name": self.name, "column": self.column, "multi": self.multi}


class Catalog:
    """Items in the order of items.parquet; index 0 is padding."""

    def __init__(
        self,
        ids: Sequence[str],
        titles: Sequence[str] | None = None,
        families: Sequence[Family] = (),
        values: Mapping[str, Sequence[tuple[str, ...]]] | None = None,
    ):
        """Titles default to the ids; `values` has for each family a tuple of values an item, empty = unknown."""
        self.ids = tuple(ids)
        self.titles = tuple(ids if titles is None else titles)
        self.families = tuple(families)
        self._values = {family.name: tuple((values or {})[family.name]) for family in self.families}
        self._index = {item_id: index for index, item_id in enumerate(self.ids, start=1)}
        if "" in self._index:
            raise CatalogError("An item has an empty id; give every item one.")
        if len(self._index) != len(self.ids):
            twice, times = Counter(self.ids).most_common(1)[0]
            raise CatalogError(f"The item id {twice!r} stands {times} times among the items; keep one of them.")

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._index

    def index(self, item_id: str) -> int:
        """1…V; raises `UnknownItemError`."""
        found = self._index.get(item_id)
        if found is None:
            raise UnknownItemError(
                f"There is no item {_short(item_id)} among the {len(self):,} of the catalog{self._hint(item_id)}."
            )
        return found

    def indices(self, item_ids: Sequence[str]) -> list[int]:
        """The index of each; raises `UnknownItemError` for the first that is unknown."""
        return [self.index(item_id) for item_id in item_ids]

    def id(self, index: int) -> str:
        """The id of an index 1…V."""
        return self.ids[index - 1]

    def title(self, index: int) -> str:
        """The title of an index 1…V."""
        return self.titles[index - 1]

    def values(self, family: str, index: int) -> tuple[str, ...]:
        """The item's values in that family; empty = unknown."""
        return self._values[family][index - 1]

    @property
    def given(self) -> tuple[Family, ...]:
        """The families that somebody wrote down."""
        return tuple(family for family in self.families if family.kind == "given")

    @property
    def derived(self) -> tuple[Family, ...]:
        """The families that follow from what users took."""
        return tuple(family for family in self.families if family.kind == "derived")

    def with_families(self, families: Sequence[Family], values: Mapping[str, Sequence[tuple[str, ...]]]) -> "Catalog":
        """Of these items, with further families after their own."""
        return Catalog(self.ids, self.titles, (*self.families, *families), {**self._values, **values})

    def chips(self, index: int) -> tuple[str, ...]:
        """All attribute values of an item that somebody wrote down, family after family."""
        return tuple(value for family in self.given for value in self.values(family.name, index))

    @cached_property
    def coverage(self) -> dict[str, tuple[int, float]]:
        """Family -> how many values it has, and the share of items of which one is known."""
        found = {}
        for name, values in self._values.items():
            known = sum(map(bool, values))
            found[name] = len({value for item in values for value in item}), known / max(1, len(self))
        return found

    @cached_property
    def _by_title(self) -> dict[str, str]:
        return {title.lower(): item_id for title, item_id in zip(self.titles, self.ids, strict=True)}

    def _hint(self, item_id: str) -> str:
        """What was perhaps meant: a title given in place of an id, or ids that look alike."""
        wanted = item_id.lower().strip()
        if wanted in self._by_title:
            return f"; {self._by_title[wanted]!r} is the id of that title"
        if len(wanted) < 3:
            return "; give an item id from items.parquet"
        inside = [f"{item_id!r} ({title})" for title, item_id in self._by_title.items() if wanted in title][:3]
        close = inside or [repr(near) for near in difflib.get_close_matches(item_id[:64], self.ids[:20_000], 3, 0.8)]
        return f"; did you mean {' or '.join(close)}?".rstrip("?") if close else "; give an item id from items.parquet"


def _short(item_id: str) -> str:
    return repr(item_id if len(item_id) <= 60 else item_id[:57] + "…")
