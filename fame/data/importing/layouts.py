"""Which of the given files are tables of interactions, which of items, and what the whole seems to be."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fame.data.columns import DataError, listed, need_columns
from fame.data.importing.files import File, Ignored, expand
from fame.data.importing.items import items_of, within
from fame.data.importing.movielens import FLAGS, MovieLens, is_part, movielens
from fame.data.importing.names import KNOWN_COLUMNS, TAGS, plain
from fame.data.importing.objects import json_lines
from fame.data.importing.options import ImportOptions
from fame.data.importing.parquet import parquet
from fame.data.importing.roles import name_roles
from fame.data.importing.source import NEEDED, Layout, Source
from fame.data.importing.tables import Delimited, Table, atomic, delimited

ENDINGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".inter", ".item", ".dat", ".data")
TITLES = {
    "recbole": "RecBole atomic files",
    "amazon": "Amazon reviews",
    "csv": "Separated text",
    "json": "JSON lines",
}
REVIEWS = ({"reviewerID", "asin", "unixReviewTime"}, {"user_id", "parent_asin", "timestamp"})


def layout(paths: Sequence[Path], items: Sequence[Path], options: ImportOptions) -> Layout:
    """What the files are.

    Raises
    ------
    DataError
        A file is missing or is not understood, none holds interactions, or a column that was named is not there.
    """
    files, ignored = expand(paths)
    about, more = expand(items)
    ignored += more
    _need_named(options, [*files, *about])
    form = options.form
    lens = movielens(files, options) if form in ("auto", "movielens") else None
    if lens:
        logs, described, label = _films(lens, files, options, ignored)
    else:
        readable = _readable(files, form, ignored)
        found = [_source(file, options, form, len(readable) > 1) for file in readable]
        logs, described = _sorted(found, options, ignored)
        label = _title(logs[0].form) if logs else ""
    described += [_source(file, options, "auto" if lens else form, True) for file in about]
    if not logs:
        raise DataError(
            "No file of interactions was given, only items; give the file with users, items and times, too."
            if described
            else "There is no table among the files; give CSV, Parquet, JSON lines or RecBole's .inter."
        )
    logs = [_ordered(source, options) for source in logs]
    amazon = form == "amazon" or any(source.form == "amazon" for source in logs)
    described = [
        source if source.form == "movielens" else items_of(source, logs, options, amazon) for source in described
    ]
    for source in described:
        if "item" not in source.roles and not source.table.file.given:
            ignored.append(Ignored(source.table.where, "no column of it holds the log's items"))
    described = [source for source in described if "item" in source.roles or source.table.file.given]
    inside = [told for source in logs if (told := within(source, described, options))]
    parts = " and ".join(source.table.file.shown for source in (*logs, *described))
    result = Layout(
        "movielens" if lens else logs[0].form,
        f"{label}: {parts}.",
        tuple(logs),
        tuple(described),
        tuple(inside),
        tuple(ignored),
        options.in_order,
    )
    _need_columns(result, options)
    return result


def _need_named(options: ImportOptions, files: Sequence[File]) -> None:
    """Refuse what is said of a file that is not given."""
    for name in options.files:
        if not any(file.called(name) for file in files):
            there = listed([file.shown for file in files])
            raise DataError(f"There is no file {name!r} of which something is said, only {there}; correct its name.")


def _need_columns(found: Layout, options: ImportOptions) -> None:
    """Refuse roles and families of columns that are not there or cannot be what they are said to be."""
    for source in found.interactions:
        said = options.of(source.table.file).mapping
        for role, column in {**options.mapping, **said}.items():
            if role in (*NEEDED, "rating") or role in said:
                need_columns(source.table.names, [column], source.table.where)
    for source in found.items:
        need_columns(source.table.names, list(options.of(source.table.file).mapping.values()), source.table.where)
    title = options.mapping.get("title")
    tables = [*found.items, *found.interactions]
    if title and not any(title in source.table.names for source in tables):
        need_columns(tables[0].table.names, [title], tables[0].table.where)
    offered = found.offered
    for name in (*(options.families or ()), *options.bins):
        if name in offered:
            continue
        for source in found.interactions:
            taken = next((taken for taken, (column, _) in source.roles.items() if column == name), None)
            if taken:
                what = f"{name!r} is the {taken} of {source.table.where}, so it cannot be a family of items"
                raise DataError(f"{what}; name {listed(offered) or 'a column about items'}.")
        where = f"only {listed(offered)}; name one of these" if offered else "none at all; give a file about the items"
        verb = "to bin" if name in options.bins else "to make a family of"
        raise DataError(f"There is no column {name!r} about items {verb}, {where}.")


def _title(form: str) -> str:
    return TITLES.get(form, form.title())


def _readable(files: Sequence[File], form: str, ignored: list[Ignored]) -> list[File]:
    """The files that may be tables; the others are told of."""
    names = {file.name for file in files}
    found = []
    for file in files:
        why = "" if len(files) == 1 and form != "auto" else _why_not(file, names)
        if why and len(files) > 1:
            ignored.append(Ignored(file.where, why))
        else:
            found.append(file)
    return found


def _why_not(file: File, names: set[str]) -> str:
    """Why a file among others is not read; empty if it is."""
    if file.name.endswith((".user", ".link", ".kg", ".net")) and any(name.endswith(".inter") for name in names):
        return "not used from RecBole's files"
    if not file.name.endswith(ENDINGS) and not file.given:
        return "its name is not a table's"
    if file.name.startswith(("readme", "license", "licence", "provenance")):
        return "it is no table"
    return ""


def _source(file: File, options: ImportOptions, form: str, beside: bool) -> Source:
    """One table, with the roles of its columns; `beside`: it is not the only one."""
    kind = _kind(file, form)
    said = options.of(file)
    encoding = said.encoding or options.encoding
    table: Table
    if kind == "parquet":
        table = parquet(file)
    elif kind == "recbole":
        table = atomic(file, encoding)
    elif kind == "json":
        table = json_lines(file, encoding)
    else:
        table = delimited(file, encoding, header=said.header)
        if beside and options.header is False and not table.header:  # said of all: where names stand, it is not meant
            guessed = delimited(file, encoding)
            mapped = {*options.mapping.values(), *said.mapping.values()}
            named = mapped & set(guessed.names) or any(plain(name) in KNOWN_COLUMNS for name in guessed.names)
            table = guessed if guessed.header and named else table
    wanted = (*NEEDED, "rating") if not file.name.endswith(".item") else ("item",)
    given: dict[str, str] = {
        role: column for role, column in options.mapping.items() if column in table.names or role in NEEDED
    }
    roles = name_roles(table, wanted, given | {str(role): column for role, column in said.mapping.items()})
    shown = "amazon" if form == "amazon" or any(set(table.names) >= keys for keys in REVIEWS) else kind
    return Source(table, shown, roles)


def _kind(file: File, form: str) -> str:
    if form == "amazon":
        return "csv" if file.name.endswith((".csv", ".tsv")) else "json"
    if form not in ("auto", "movielens"):
        return form
    if file.name.endswith((".parquet", ".pq")):
        return "parquet"
    if file.name.endswith((".inter", ".item")):
        return "recbole"
    return "json" if file.name.endswith((".json", ".jsonl", ".ndjson")) else "csv"


def _sorted(
    found: Sequence[Source], options: ImportOptions, ignored: list[Ignored]
) -> tuple[list[Source], list[Source]]:
    """Tables of interactions, and tables about items; what is neither is told of."""
    if len(found) == 1:
        return list(found), []
    logs: list[Source] = []
    described: list[Source] = []
    both = [source for source in found if {"user", "item"} <= source.roles.keys()]
    whole = [source for source in both if _surely(source)] or both
    for source in found:
        others = [other for other in whole if other is not source]
        said = "user" in options.of(source.table.file).mapping
        why = ""
        if source in whole:
            if _tags(source) and any(not _tags(other) for other in others) and not said:
                why = "it holds tags and not interactions; if they are to count as such, say --map FILE:user=COLUMN"
            else:
                logs.append(source)
        elif "user" in source.roles and others and _surely(source):
            why = "it tells of users, and has no column of items"
        elif others or ("user" not in source.roles and _of_items(source)):
            described.append(source)
        else:
            logs.append(source)
        if why:
            ignored.append(Ignored(source.table.where, why))
    return logs, described


def _surely(source: Source) -> bool:
    """Whether users and items are told by names, or beside times; else any table without a header had them."""
    told = all(source.roles[role][1] == "as you said" for role in ("user", "item") if role in source.roles)
    return told or not isinstance(source.table, Delimited) or source.table.header or "time" in source.roles


def _of_items(source: Source) -> bool:
    return "item" in source.roles or source.table.file.name.endswith(".item")


def _tags(source: Source) -> bool:
    return any(plain(name) in TAGS for name in source.table.names)


def _ordered(source: Source, options: ImportOptions) -> Source:
    """Without times where the order of the rows is to count."""
    if not options.in_order:
        return source
    said = options.of(source.table.file).mapping.get("time") or options.mapping.get("time")
    if said:
        raise DataError(f"Both {said!r} and the order of the rows are to be the time; choose one of them.")
    return replace(source, roles={role: found for role, found in source.roles.items() if role != "time"})


def _films(
    lens: MovieLens, files: Sequence[File], options: ImportOptions, ignored: list[Ignored]
) -> tuple[list[Source], list[Source], str]:
    """MovieLens' ratings and films, and tables about items that were given beside them."""
    said = {str(role): column for role, column in (options.mapping | options.of(lens.log.file).mapping).items()}
    logs = [Source(lens.log, "movielens", name_roles(lens.log, (*NEEDED, "rating"), said))]
    described = []
    if lens.films:
        names = lens.films.names
        genres = ("genre",) if "genre" in names else ("genres",) if "genres" in names else tuple(FLAGS)
        described = [Source(lens.films, "movielens", name_roles(lens.films, ("item", "title"), {}), genres)]
    for file in files:
        if file in (lens.log.file, *([lens.films.file] if lens.films else [])):
            continue
        if file.given and not is_part(file):
            described.append(_source(file, options, "auto", True))
        else:
            ignored.append(Ignored(file.where, "it holds neither ratings nor films"))
    return logs, described, lens.label
