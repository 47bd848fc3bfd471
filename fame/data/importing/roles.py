"""Which column holds what: by its name, else by its values."""

import re
from collections.abc import Sequence
from typing import Any

from fame.data.importing.cells import leaves, opened
from fame.data.importing.guess import Column
from fame.data.importing.headers import is_moment, is_number
from fame.data.importing.names import find
from fame.data.importing.tables import Delimited, Table

UNIQUE = 0.9  # share of different values from which a column tells no groups of items
LONG = 80  # letters, in the mean, from which it is prose
ASIN = re.compile(r"B0[0-9A-Z]{8}|\d{9}[\dX]")


def name_roles(table: Table, wanted: Sequence[str], given: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Role -> (column, why), for the roles that are given or that names or values tell."""
    roles = {
        role: (column, "as you said") for role, column in given.items() if role in wanted and column in table.names
    }
    taken = {column for column, _ in roles.values()}
    for role in wanted:
        if role in roles or role in given:
            continue
        column = find([name for name in table.names if name not in taken], role)
        if column:
            roles[role] = (column, "by its name")
            taken.add(column)
    if isinstance(table, Delimited) and not table.header and {"user", "item", "time"} <= set(wanted):
        _by_values(table, roles, taken, given)
    return roles


def _by_values(table: Table, roles: dict[str, tuple[str, str]], taken: set[str], given: dict[str, str]) -> None:
    """A log without a header, as Amazon's files of ratings: user, item, rating, time, or item before user."""
    left = [name for name in table.names if name not in taken]
    numeric = [name for name in left if table.values(name) and all(map(is_number, table.values(name)))]
    times = [name for name in numeric if all(map(_is_epoch, table.values(name)))]
    dates = [name for name in left if table.values(name) and all(map(is_moment, table.values(name)))]
    ratings = [name for name in numeric if all(0 <= float(value) <= 10 for value in table.values(name))]
    if "time" not in roles and "time" not in given and dates:
        roles["time"] = (dates[-1], "its values look like dates")
    elif "time" not in roles and "time" not in given and times:
        roles["time"] = (times[-1], "its values look like seconds since 1970")
    if "rating" not in roles and "rating" not in given and ratings and len(left) > 3:
        roles["rating"] = (ratings[-1], "its values lie between 0 and 10")
    left = [name for name in left if name not in {column for column, _ in roles.values()}]
    asins = [name for name in left if all(ASIN.fullmatch(str(value)) for value in table.values(name))]
    if "item" not in roles and "item" not in given and len(left) >= 2:
        item = asins[0] if len(asins) == 1 else left[1]
        roles["item"] = (item, "its values look like Amazon's product numbers" if asins else "it stands second")
        left.remove(item)
    if "user" not in roles and "user" not in given and left:
        roles["user"] = (left[0], "it is the first that is left")


def _is_epoch(text: Any) -> bool:
    """Whether a number can be a time from 1990 to 2100, in seconds or a finer unit."""
    return any(6e8 * unit <= float(text) <= 4.2e9 * unit for unit in (1, 1e3, 1e6, 1e9))


def columns(table: Table, roles: dict[str, tuple[str, str]], kept: Sequence[str] = ()) -> tuple[Column, ...]:
    """All columns, each with what it is taken for."""
    of = {column: (role, why) for role, (column, why) in roles.items()}
    found = []
    for name in table.names:
        if name in of:
            role, why = of[name]
        elif name in kept:
            role, why = "family", "it groups items"
        else:
            role, why = "none", "not used"
        found.append(Column(name, role, why))  # type: ignore[arg-type]
    return tuple(found)


def families(table: Table, taken: Sequence[str]) -> list[str]:
    """The columns whose values tell groups of items."""
    numbers = {f"{name.removesuffix('.name')}.id" for name in table.names if name.endswith(".name")}
    return [name for name in table.names if name not in {*taken, *numbers} and _groups(table.values(name))]


def _groups(values: list[Any]) -> bool:
    if not values:
        return True
    words = [str(word) for value in opened(values) for word in leaves(value)]
    if not words or sum(map(len, words)) / len(words) > LONG or all(word.startswith(("http", "{")) for word in words):
        return False
    return len(values) < 30 or len(set(words)) < UNIQUE * len(words)
