"""What the beginning of the files lets guess, before anything is imported."""

from dataclasses import dataclass
from typing import Literal

from fame.data.importing.files import Ignored
from fame.data.importing.options import ImportOptions

Kind = Literal["interactions", "items"]


@dataclass(frozen=True)
class Column:
    """A column and what it is taken for."""

    name: str
    role: Literal["user", "item", "time", "rating", "title", "family", "none"]
    why: str


@dataclass(frozen=True)
class Found:
    """One table."""

    where: str  # "ml-1m.zip: ml-1m/ratings.dat"
    kind: Kind
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]  # the first few, as text


@dataclass(frozen=True)
class Guess:
    """Format, tables and roles of columns, and the options that they come to."""

    form: str
    says: str  # a sentence
    tables: tuple[Found, ...]  # interactions first
    ignored: tuple[Ignored, ...]
    offered: tuple[str, ...]  # what is known of the items and can become a family
    missing: tuple[str, ...]  # of user, item and time: no column seems to hold it, a person must say
    options: ImportOptions  # filled in
