"""What an import reads: tables, and what their columns are."""

from dataclasses import dataclass

from fame.data.importing.files import Ignored
from fame.data.importing.movielens import FILM_FAMILIES
from fame.data.importing.tables import Table

NEEDED = ("user", "item", "time")


@dataclass(frozen=True)
class Source:
    """A table and what its columns are."""

    table: Table
    form: str
    roles: dict[str, tuple[str, str]]  # role -> column, why
    families: tuple[str, ...] = ()  # columns of items
    barred: frozenset[str] = frozenset()  # columns that are an event's, and can be no family of items
    log: bool = False  # a table of interactions, of which the columns about items are meant

    @property
    def offered(self) -> tuple[str, ...]:
        """What can become a family; of films it is known."""
        used = {column for column, _ in self.roles.values()} | self.barred
        return FILM_FAMILIES if self.form == "movielens" else tuple(n for n in self.table.names if n not in used)

    @property
    def chosen(self) -> tuple[str, ...]:
        """What of it becomes one where nothing else is said."""
        return FILM_FAMILIES if self.form == "movielens" else self.families

    def column(self, role: str) -> str | None:
        """The column of a role."""
        return self.roles[role][0] if role in self.roles else None


@dataclass(frozen=True)
class Layout:
    """All that an import reads."""

    form: str
    says: str
    interactions: tuple[Source, ...]
    items: tuple[Source, ...]  # tables about items
    inside: tuple[Source, ...]  # tables of interactions that tell of items, too
    ignored: tuple[Ignored, ...]
    in_order: bool  # the order of the rows stands for times

    @property
    def about(self) -> tuple[Source, ...]:
        """All that tells of items, the surest first."""
        return (*self.items, *self.inside)

    @property
    def offered(self) -> tuple[str, ...]:
        """What can become a family of items."""
        return tuple(dict.fromkeys(name for source in self.about for name in source.offered))

    @property
    def needed(self) -> tuple[str, ...]:
        """Roles that every table of interactions must have."""
        return NEEDED[:2] if self.in_order else NEEDED

    @property
    def missing(self) -> tuple[str, ...]:
        """Of them, what no column holds."""
        return tuple(role for role in self.needed if any(role not in source.roles for source in self.interactions))
