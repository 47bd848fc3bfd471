"""Which of the given files are tables of interactions, which of items, and what the whole seems to be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fame.data.columns import DataError, listed, need_columns
from fame.data.importing.guess import Ignored
from fame.data.importing.objects import json_lines
from fame.data.importing.options import Options
from fame.data.importing.roles import families, name_roles
from fame.data.importing.sources import File, expand
from fame.data.importing.tables import Table, atomic, delimited, parquet

FLAGS = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
]
FILMS_100K = ("item_id", "title", "released", "video", "url", *FLAGS)
RATINGS, FILMS = ("user_id", "item_id", "rating", "timestamp"), ("item_id", "title", "genre")
ENDINGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".parquet", ".pq", ".inter", ".item", ".dat", ".data")
FILM_FAMILIES = ("genre", "era")  # made of MovieLens' columns about films
TITLES = {
    "recbole": "RecBole atomic files",
    "amazon": "Amazon reviews",
    "csv": "Separated text",
    "json": "JSON lines",
}
NEEDED = ("user", "item", "time")
DEPARTMENTS = ("brand", "store", "category", "categories", "genre", "genres")  # families of Amazon's metadata
METADATA = {"imUrl", "imageURL", "salesRank", "rank", "related", "also_buy", "also_view", "main_cat", "main_category"}
REVIEWS = ({"reviewerID", "asin", "unixReviewTime"}, {"user_id", "parent_asin", "timestamp"})


@dataclass(frozen=True)
class Source:
    """A table and what its columns are."""

    table: Table
    form: str
    roles: dict[str, tuple[str, str]]  # role -> column, why
    families: tuple[str, ...]  # columns of items

    @property
    def offered(self) -> tuple[str, ...]:
        """What can become a family; of films it is known."""
        used = {column for column, _ in self.roles.values()}
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
    items: tuple[Source, ...]
    ignored: tuple[Ignored, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Of user, item and time, what no column holds."""
        return tuple(role for role in NEEDED if any(role not in source.roles for source in self.interactions))


def layout(paths: Sequence[Path], items: Sequence[Path], options: Options) -> Layout:
    """What the files are.

    Raises
    ------
    DataError
        A file is missing or is not understood, or none holds interactions.
    """
    files, ignored = expand(paths)
    about, more = expand(items)
    ignored += more
    names = {file.name for file in files}
    films = {"u.data"} <= names or {"ratings.dat", "movies.dat"} <= names or {"ratings.csv", "movies.csv"} <= names
    form = options.form
    if form == "movielens" or (form == "auto" and films):
        return _movielens(files, about, ignored, options)
    found: list[Source] = []
    alone = len(files) == 1
    for file in files:
        why = "" if alone and form != "auto" else _why_not(file, form, names)
        if why and not alone:
            ignored.append(Ignored(file.where, why))
        else:
            found.append(_source(file, options, form))
    amazon = form == "amazon" or any(source.form == "amazon" for source in found)
    described = [_items(_source(file, options, form), options, amazon) for file in about]
    logs = []
    for source in found:
        if "user" in source.roles or not _can_be_items(source, found):
            logs.append(source)
        else:
            described.append(_items(source, options, amazon))
    if not logs:
        raise DataError(
            "No file of interactions was given, only items; give the file with users, items and times, too."
            if described
            else "There is no table among the files; give CSV, Parquet, JSON lines or RecBole's .inter."
        )
    for source in logs:
        for role, column in options.mapping.items():
            if role in (*NEEDED, "rating"):
                need_columns(source.table.names, [column], source.table.where)
    for source in described:
        if "item" not in source.roles:
            there = listed(source.table.names)
            raise DataError(
                f"{source.table.where} has no column 'item_id', only {there}; say which it is with the mapping of item."
            )
    if "title" in options.mapping and described and not any("title" in source.roles for source in described):
        need_columns(described[0].table.names, [options.mapping["title"]], described[0].table.where)
    shown = logs[0].form
    parts = " and ".join(Path(source.table.where).name for source in (*logs, *described))
    return Layout(shown, f"{_title(shown)}: {parts}.", tuple(logs), tuple(described), tuple(ignored))


def _can_be_items(source: Source, all_: Sequence[Source]) -> bool:
    return len(all_) > 1 and ("item" in source.roles or source.table.file.name.endswith(".item"))


def _title(form: str) -> str:
    return TITLES.get(form, form.title())


def _why_not(file: File, form: str, names: set[str]) -> str:
    """Why a file among others is not read; empty if it is."""
    if file.name.endswith((".user", ".link", ".kg", ".net")) and any(name.endswith(".inter") for name in names):
        return "not used from RecBole's files"
    if not file.name.endswith(ENDINGS):
        return "its name is not a table's"
    if file.name.startswith(("readme", "license", "licence", "provenance")):
        return "it is no table"
    return ""


def _source(file: File, options: Options, form: str) -> Source:
    """One table, with the roles of its columns."""
    kind = _kind(file, form)
    table: Table
    if kind == "parquet":
        table = parquet(file)
    elif kind == "recbole":
        table = atomic(file, options.encoding)
    elif kind == "json":
        table = json_lines(file, options.encoding)
    else:
        table = delimited(file, options.encoding)
    wanted = (*NEEDED, "rating") if not file.name.endswith(".item") else ("item",)
    given: dict[str, str] = {
        role: column for role, column in options.mapping.items() if column in table.names or role in NEEDED
    }
    roles = name_roles(table, wanted, given)
    shown = "amazon" if form == "amazon" or any(set(table.names) >= keys for keys in REVIEWS) else kind
    return Source(table, shown, roles, ())


def _kind(file: File, form: str) -> str:
    if form == "amazon":
        return "csv" if file.name.endswith((".csv", ".tsv")) else "json"
    if form != "auto":
        return form
    if file.name.endswith((".parquet", ".pq")):
        return "parquet"
    if file.name.endswith((".inter", ".item")):
        return "recbole"
    return "json" if file.name.endswith((".json", ".jsonl", ".ndjson")) else "csv"


def _items(source: Source, options: Options, amazon: bool = False) -> Source:
    """A table of items: its id, its title and its families; `amazon`: it lies beside Amazon's reviews."""
    table = source.table
    amazon = {"asin", "parent_asin"} & set(table.names) != set() and (amazon or bool(METADATA & set(table.names)))
    source = replace(source, form="amazon" if amazon else "csv" if source.form == "amazon" else source.form)
    given: dict[str, str] = {role: column for role, column in options.mapping.items() if column in table.names}
    roles = name_roles(table, ("item", "title"), given)
    if "title" not in roles and "title" not in options.mapping:
        alike = [name for name in table.names if name.lower().endswith("title")]
        if len(alike) == 1:
            roles["title"] = (alike[0], "by its name")
    taken = [column for column, _ in roles.values()]
    kept = families(table, taken)
    if amazon and options.families is None:
        kept = [name for name in DEPARTMENTS if name in table.names]
    if options.families is not None:
        kept = [name for name in options.families if name in table.names]
    kept += [name for name in options.bins if name in table.names and name not in kept]
    return replace(source, roles=roles, families=tuple(kept))


def _movielens(files: list[File], about: list[File], ignored: list[Ignored], options: Options) -> Layout:
    """The folders of GroupLens, whatever their size."""
    by_name = {file.name: file for file in reversed(files)}
    used: list[File] = []
    films: Table | None = None
    if "u.data" in by_name:
        label, log = "MovieLens 100K", delimited(by_name["u.data"], "utf-8", "\t", RATINGS, quoted=False)
        if "u.item" in by_name:
            films = delimited(by_name["u.item"], "latin-1", "|", FILMS_100K, quoted=False)
    elif "ratings.dat" in by_name:
        label, log = "MovieLens 1M or 10M", delimited(by_name["ratings.dat"], "utf-8", "::", RATINGS, quoted=False)
        if "movies.dat" in by_name:
            file = by_name["movies.dat"]
            films = delimited(file, _utf8_or_latin(file), "::", FILMS, quoted=False)
    elif "ratings.csv" in by_name:
        label, log = "MovieLens", delimited(by_name["ratings.csv"], "utf-8", ",")
        if "movies.csv" in by_name:
            films = delimited(by_name["movies.csv"], "utf-8", ",")
    else:
        raise DataError(
            f"There is no u.data, ratings.dat or ratings.csv among the {len(files)} files; they are not MovieLens'."
        )
    used = [log.file, *([films.file] if films else [])]
    for file in files:
        if file not in used:
            ignored.append(Ignored(file.where, "it holds neither ratings nor films"))
    roles = name_roles(log, (*NEEDED, "rating"), _said(options))
    sources = [Source(log, "movielens", roles, ())]
    items = []
    if films:
        genres = ("genre",) if "genre" in films.names else ("genres",) if "genres" in films.names else tuple(FLAGS)
        items = [Source(films, "movielens", name_roles(films, ("item", "title"), {}), genres)]
    items += [_items(_source(file, options, "auto"), options) for file in about]
    parts = " and ".join(file.name for file in used)
    return Layout("movielens", f"{label}: {parts}.", tuple(sources), tuple(items), tuple(ignored))


def _said(options: Options) -> dict[str, str]:
    return {str(role): column for role, column in options.mapping.items()}


def _utf8_or_latin(file: File) -> str:
    """MovieLens 1M is in Latin-1, 10M in UTF-8."""
    with file.open() as stream:
        content = stream.read(64 << 20)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"
