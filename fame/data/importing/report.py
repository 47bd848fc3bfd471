"""What an import did: nothing is dropped that is not counted here."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fame.data.importing.files import Ignored
from fame.data.importing.times import Span


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is."""

    stage: str  # "Reading ratings.csv"
    done: float | None  # 0 to 1; None = unknown
    rows: int  # read so far


Watch = Callable[[ImportProgress], None]


@dataclass(frozen=True)
class Counts:
    """How large."""

    users: int
    items: int
    interactions: int


@dataclass(frozen=True)
class Dropped:
    """Rows that were left out for one reason."""

    reason: str
    rows: int
    example: str  # where the first of them is and what it holds


@dataclass(frozen=True)
class Core:
    """What the k-core filter did."""

    least: int  # interactions that every user and every item has afterwards
    rounds: int
    before: Counts
    after: Counts


@dataclass(frozen=True)
class Lengths:
    """How long histories are."""

    least: int
    quartiles: tuple[float, float, float]
    most: int
    mean: float
    histogram: tuple[tuple[int, int, int], ...]  # from, to (inclusive), users
    short: int  # users with fewer than three interactions, of whom none can be held out


@dataclass(frozen=True)
class FamilyFound:
    """An attribute family."""

    name: str
    multi: bool
    coverage: float  # share of the items that have a value
    values: int  # distinct
    examples: tuple[str, ...]  # the most frequent
    silent: str  # why it cannot tell items apart; empty if it can


@dataclass(frozen=True)
class Preview:
    """A user's newest interactions, oldest first."""

    user_id: str
    length: int
    items: tuple[tuple[str, str, float], ...]  # item id, title, timestamp


@dataclass(frozen=True)
class Report:
    """What was read, what was dropped and why, and what came of it."""

    name: str
    folder: Path
    form: str
    says: str
    rows: int
    dropped: tuple[Dropped, ...]  # with the interactions before the k-core filter, their rows add up to `rows`
    core: Core | None
    counts: Counts
    density: float
    span: Span
    lengths: Lengths
    untitled: int
    families: tuple[FamilyFound, ...]
    preview: tuple[Preview, ...]
    ignored: tuple[Ignored, ...]
    notes: tuple[str, ...]
    fingerprint: str
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Plain values; the counts stand at the top level."""
        plain = asdict(self) | {"folder": str(self.folder)}
        return plain | plain.pop("counts")
