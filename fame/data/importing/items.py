"""Tables about items: which column is the id that the log has, which the title, which may be families."""

import re
from collections.abc import Sequence
from dataclasses import replace

from fame.data.columns import DataError, missing, word
from fame.data.importing.headers import is_moment, is_number
from fame.data.importing.names import ABOUT, find, plain
from fame.data.importing.options import ImportOptions
from fame.data.importing.roles import UNIQUE, families, name_roles
from fame.data.importing.source import Source
from fame.data.importing.tables import Table

DEPARTMENTS = ("brand", "store", "category", "categories", "genre", "genres")  # families of Amazon's metadata
METADATA = {"imUrl", "imageURL", "salesRank", "rank", "related", "also_buy", "also_view", "main_cat", "main_category"}
USERS = ("userid", "user", "uid")
NUMBERED = re.compile(r"(id|no|nr|num|number|key|code)$")  # how names of ids end
ROWS = 5_000  # of a table about items that are compared with the log
SHARE = 0.05  # of them or of the log's items that must be in both


def items_of(source: Source, logs: Sequence[Source], options: ImportOptions, amazon: bool = False) -> Source:
    """A table of items: its id, its title and its families; `amazon`: it lies beside Amazon's reviews."""
    table = source.table
    amazon = {"asin", "parent_asin"} & set(table.names) != set() and (amazon or bool(METADATA & set(table.names)))
    source = replace(source, form="amazon" if amazon else "csv" if source.form == "amazon" else source.form)
    said = options.of(table.file).mapping
    given: dict[str, str] = {role: column for role, column in options.mapping.items() if column in table.names}
    given |= {str(role): column for role, column in said.items()}
    roles: dict[str, tuple[str, str]] = {}
    if "item" in given and given["item"] in table.names:
        roles["item"] = (given["item"], "as you said")
    elif "item" not in said and (item := _item(table, logs)):
        roles["item"] = item
    titles = name_roles(table, ("title",), given)
    if "title" not in titles and "title" not in given:
        alike = [name for name in table.names if name.lower().endswith("title")]
        if len(alike) == 1:
            titles["title"] = (alike[0], "by its name")
    roles |= {role: found for role, found in titles.items() if found[0] != roles.get("item", ("",))[0]}
    events = {column for log in logs for role, (column, _) in log.roles.items() if role in ("user", "item")}
    barred = events | {name for name in table.names if plain(name) in USERS}
    also = {column for log in logs for role, (column, _) in log.roles.items() if role in ("time", "rating")}
    also = {name for name in also & set(table.names) if _numbers_or_moments(table.values(name))}  # not "PG-13"
    kept = families(table, [*(column for column, _ in roles.values()), *barred, *also])
    if amazon and options.families is None:
        kept = [name for name in DEPARTMENTS if name in table.names]
    return _chosen(replace(source, roles=roles, barred=frozenset(barred)), kept, options)


def within(log: Source, described: Sequence[Source], options: ImportOptions) -> Source | None:
    """What a table of interactions tells of its items beside their ids; None if nothing."""
    table = log.table
    if "item" not in log.roles or log.form in ("movielens", "amazon"):
        return None
    events = {column for role, (column, _) in log.roles.items() if role != "item"}
    roles = {"item": log.roles["item"]}
    said = options.mapping.get("title") if options.mapping.get("title") in table.names else None
    said = options.of(table.file).mapping.get("title") or said
    title = said or find([name for name in table.names if name not in events], "title")
    sure = said or (title and _alike(table, roles["item"][0], title))
    if title and title != roles["item"][0] and (sure or (plain(title) != "name" and not _told(table, roles))):
        roles["title"] = (title, "as you said" if said else "by its name")
    taken = {*events, *(column for column, _ in roles.values())}
    kept = [
        name
        for name in families(table, [*taken])
        if plain(name.removesuffix(".name").rpartition(".")[2]) in ABOUT
        and not described
        and (_alike(table, roles["item"][0], name) or not _told(table, roles))
    ]
    if set(table.names) <= taken and "title" not in roles:
        return None
    elsewhere = {name for source in described for name in source.offered}
    found = _chosen(replace(log, roles=roles, barred=frozenset(events), log=True), kept, options)
    return replace(found, families=tuple(name for name in found.families if name not in elsewhere))


def _chosen(source: Source, kept: Sequence[str], options: ImportOptions) -> Source:
    """With the families that are chosen, or else those that seem to be some."""
    if options.families is not None:
        kept = [name for name in options.families if name in source.offered]
    bins = [name for name in options.bins if name in source.offered and name not in kept]
    return replace(source, families=(*kept, *bins))


def _item(table: Table, logs: Sequence[Source]) -> tuple[str, str] | None:
    """The column of ids: called as in the log, or called so and the log's by its values, or the log's by its values."""
    called = [column for log in logs if (column := log.column("item"))]
    for column in called:
        for name in table.names:
            if plain(name) == plain(column):
                return name, "it is called as in the log"
    named = find(list(table.names), "item") or next((name for name in table.names if plain(name) == "id"), None)
    shared = _shared(table, logs)
    if named and (named in shared or not shared):
        return named, "by its name"
    best = [name for name in shared if shared[name] >= UNIQUE * max(shared.values())]
    best = [name for name in best if NUMBERED.search(plain(name))] or best  # a rank counts from 1 as ids do
    return (best[0], "its values are the log's items") if len(best) == 1 else None


def _shared(table: Table, logs: Sequence[Source]) -> dict[str, int]:
    """Column without repetitions -> how many of its first values are items in the first rows of the log."""
    try:
        known = {text for log in logs if (item := log.column("item")) for text in _ids(log.table, [item])[item]}
        columns = _ids(table, table.names)
    except DataError:  # the line is named when all is read
        return {}
    found = {}
    for name, values in columns.items():
        different = set(values)
        both = len(known & different)
        if both and len(different) >= UNIQUE * len(values) and both >= SHARE * min(len(known), len(different)):
            found[name] = both
    return found


def _ids(table: Table, names: Sequence[str]) -> dict[str, list[str]]:
    """The first values of some columns as ids."""
    batch = next(iter(table.batches(list(names))), None)
    if batch is None:
        return {name: [] for name in names}
    some = batch.slice(0, ROWS if len(names) > 1 else len(batch))
    cells = {name: some.column(name).to_pylist() for name in names}
    return {
        name: [word(cell).strip() for cell in column if not isinstance(cell, list | dict) and not missing(cell)]
        for name, column in cells.items()
    }


def _numbers_or_moments(values: list[object]) -> bool:
    return all(is_number(value) or is_moment(value) for value in values)


def _told(table: Table, roles: dict[str, tuple[str, str]]) -> bool:
    """Whether an item has several of the first rows."""
    ids = table.values(roles["item"][0])
    return len({str(cell) for cell in ids}) < len(ids)


def _alike(table: Table, item: str, name: str) -> bool:
    """Whether items that have several of the first rows have the same value in all of them."""
    item_at, name_at = table.names.index(item), table.names.index(name)
    seen: dict[str, str] = {}
    again = 0
    for row in table.rows:
        key, value = str(row[item_at]), str(row[name_at])
        if seen.setdefault(key, value) != value:
            return False
        again += 1
    return again > len(seen)
