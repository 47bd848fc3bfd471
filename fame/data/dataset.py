"""A data set is a folder: interactions.parquet, items.parquet, dataset.json and, for planted data, truth.parquet."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from fame.data.catalog import Catalog, Family
from fame.data.columns import DataError, attribute, id_column, need, numbers, text_column, texts
from fame.data.derived.records import AUDIENCE
from fame.data.fingerprint import fingerprint
from fame.data.histories import Histories
from fame.files import read_json, write_json
from fame.folders import new_folder

INTERACTIONS, ITEMS, ABOUT, TRUTH = "interactions.parquet", "items.parquet", "dataset.json", "truth.parquet"
COLUMNS = ("user_id", "item_id", "timestamp")  # of the interactions, what is used


@dataclass(frozen=True)
class DataSet:
    """Interactions as histories of catalog indices, with everything known about the items."""

    name: str
    origin: str
    licence: str
    catalog: Catalog
    users: tuple[str, ...]  # ids, sorted; row u of `histories`
    histories: Histories
    fingerprint: str
    # Planted data only. user_id, position, facet: which family drove the interaction, or the user's audience; value:
    # which of its values, where users have fixed wishes.
    truth: pd.DataFrame | None
    details: dict[str, Any] = field(default_factory=dict)  # what else dataset.json says, such as how it was made

    def row(self, user: str) -> int | None:
        """Row of a user's history; None where nobody has that id."""
        return self._rows.get(user)

    def users_from(self, beginning: str, most: int) -> list[int]:
        """Rows of at most so many users whose ids begin so, in their order."""
        start = bisect_left(self.users, beginning)
        rows = range(start, min(start + most, len(self.users)))
        return [row for row in rows if self.users[row].startswith(beginning)]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {user: row for row, user in enumerate(self.users)}

    @property
    def counts(self) -> dict[str, int]:
        """How many users, items and interactions."""
        return {"users": len(self.users), "items": len(self.catalog), "interactions": len(self.histories.items)}


class _Family(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)
    name: str
    column: str
    multi: bool


class _About(BaseModel):
    """dataset.json; only name and families must be there."""

    model_config = ConfigDict(extra="allow")
    name: str
    families: list[_Family]
    origin: str = ""
    licence: str = ""
    fingerprint: str | None = None


def read(folder: Path) -> DataSet:
    """Read and check a data-set folder.

    Raises
    ------
    DataError, FolderError
        One sentence that names the file, the column or row, and what to do.
    """
    if not folder.is_dir():
        raise DataError(
            f"There is no data set {folder}; make one with `python -m fame data import`, or fetch the demo data with "
            "`python -m fame data fetch movielens-100k`."
        )
    content = read_json(folder / ABOUT, 'a data set needs one with at least "name" and "families"')
    try:
        about = _About.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{folder / ABOUT}: {place}: {first['msg']}; correct it or import the data again.") from None
    families = tuple(Family(entry.name, entry.column, entry.multi) for entry in about.families)
    found = assemble(
        interactions=_table(folder / INTERACTIONS, COLUMNS),
        items=_table(folder / ITEMS),
        truth=_table(folder / TRUTH) if (folder / TRUTH).exists() else None,
        families=families,
        name=about.name,
        origin=about.origin,
        licence=about.licence,
        details={key: value for key, value in (about.model_extra or {}).items() if key != "counts"},
        where=str(folder),
    )
    if about.fingerprint is not None and about.fingerprint != found.fingerprint:
        raise DataError(
            f"{folder} was changed after it was written: its content has fingerprint {found.fingerprint[:12]}, "
            f"{ABOUT} says {about.fingerprint[:12]}; restore the files, or remove the fingerprint to accept them."
        )
    return found


def write(
    folder: Path,
    *,
    name: str,
    interactions: pd.DataFrame,
    items: pd.DataFrame,
    families: Sequence[Family],
    origin: str,
    licence: str,
    truth: pd.DataFrame | None = None,
    details: dict[str, Any] | None = None,
) -> DataSet:
    """Check the tables and write them as a folder, whole or not at all; refuses a folder that holds something."""
    need_free(folder)
    found = assemble(interactions, items, truth, tuple(families), name, origin, licence, details or {}, str(folder))
    with new_folder(folder) as new:
        pq.write_table(pa.Table.from_pandas(interactions, preserve_index=False), new / INTERACTIONS, compression="zstd")
        pq.write_table(pa.Table.from_pandas(items, preserve_index=False), new / ITEMS, compression="zstd")
        if truth is not None:
            pq.write_table(pa.Table.from_pandas(truth, preserve_index=False), new / TRUTH, compression="zstd")
        write_about(new, name, origin, licence, found.counts, families, found.fingerprint, details or {})
    return found


def write_about(
    folder: Path,
    name: str,
    origin: str,
    licence: str,
    counts: dict[str, int],
    families: Sequence[Family],
    fingerprint: str,
    details: dict[str, Any],
) -> None:
    """dataset.json."""
    about = {"name": name, "origin": origin, "licence": licence, "counts": counts}
    content = {"families": [family.declared() for family in families], "fingerprint": fingerprint}
    write_json(folder / ABOUT, about | content | details)


def need_free(folder: Path) -> None:
    """Refuse to write over something; said before long work, too."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(f"{folder} exists already; give another folder or remove it first.")


def assemble(
    interactions: pd.DataFrame,
    items: pd.DataFrame,
    truth: pd.DataFrame | None,
    families: tuple[Family, ...],
    name: str,
    origin: str,
    licence: str,
    details: dict[str, Any],
    where: str,
) -> DataSet:
    """Tables -> data set; `where` names them in the sentences about what is wrong."""
    in_items, in_interactions = f"{where}/{ITEMS}", f"{where}/{INTERACTIONS}"
    need(items, ("item_id", "title", *(family.column for family in families)), in_items)
    need(interactions, COLUMNS, in_interactions)
    if items.empty or interactions.empty:
        raise DataError(f"{in_items if items.empty else in_interactions} has no rows; there is nothing to learn from.")
    if len({family.name for family in families}) != len(families):
        raise DataError(f"{where}/{ABOUT} names a family twice; give each family one name.")

    ids = text_column(items, "item_id", in_items)
    twice = np.flatnonzero(pd.Series(ids).duplicated())
    if len(twice):
        raise DataError(
            f"{in_items}: item_id {ids[twice[0]]!r} stands again in row {twice[0] + 1}; keep one row an item."
        )
    titles = [item_id if title is None else title for item_id, title in zip(ids, texts(items["title"]), strict=True)]
    values = {family.name: attribute(items, family, in_items) for family in families}
    catalog = Catalog(ids, titles, families, values)

    user_codes, user_ids = id_column(interactions, "user_id", in_interactions)
    item_codes, item_ids = id_column(interactions, "item_id", in_interactions)
    times = numbers(interactions["timestamp"], f"{in_interactions}: timestamp")
    index = (pd.Index(ids).get_indexer(pd.Index(item_ids)) + 1)[item_codes]
    if (index == 0).any():
        row = int(np.flatnonzero(index == 0)[0])
        raise DataError(
            f"{in_interactions}: item_id {item_ids[item_codes[row]]!r} in row {row + 1} is not in {ITEMS}; "
            "add the item there or drop the row."
        )
    sorting = sorted(range(len(user_ids)), key=user_ids.__getitem__)
    users = [user_ids[code] for code in sorting]
    user = np.argsort(sorting)[user_codes]
    order = np.lexsort((times, user))  # stable: equal times keep the order of the file
    offsets = np.concatenate([[0], np.cumsum(np.bincount(user, minlength=len(users)))]).astype(np.int64)
    if truth is not None:
        truth = _truth(truth, users, offsets, families, f"{where}/{TRUTH}")
    return DataSet(
        name=name,
        origin=origin,
        licence=licence,
        catalog=catalog,
        users=tuple(users),
        histories=Histories(index[order].astype(np.int32), offsets),
        fingerprint=fingerprint(catalog, values, (user_codes, user_ids), (item_codes, item_ids), times, truth),
        truth=truth,
        details=details,
    )


def _table(path: Path, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """The file, or if it has these columns, only those, with their texts as categories.

    So ten million interactions stream from the file into columns of numbers, and only distinct ids become strings.
    """
    try:
        schema = pq.read_schema(path)
        found = [name for name in columns if name in schema.names]
        texts = [name for name in found if schema.field(name).type in (pa.string(), pa.large_string())]
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            return file.read(found if columns and len(found) == len(columns) else None).unify_dictionaries().to_pandas()
    except FileNotFoundError:
        raise DataError(f"{path} is missing; a data set needs {INTERACTIONS}, {ITEMS} and {ABOUT}.") from None
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as Parquet ({reason}); import or fetch the data again.") from None


def _truth(
    truth: pd.DataFrame, users: list[str], offsets: np.ndarray, families: tuple[Family, ...], where: str
) -> pd.DataFrame:
    """user_id, position, facet and, where it is there, value, checked against the histories."""
    need(truth, ("user_id", "position", "facet"), where)
    checked = pd.DataFrame(
        {
            "user_id": text_column(truth, "user_id", where),
            "position": numbers(truth["position"], f"{where}: position").astype(np.int64),
            **{name: text_column(truth, name, where) for name in ("facet", "value") if name in truth},
        }
    )
    row = pd.Index(users).get_indexer(pd.Index(checked["user_id"]))
    position = checked["position"].to_numpy()
    lengths = np.append(np.diff(offsets), 0)  # index -1, an unknown user, has length 0
    wrong = np.flatnonzero((position < 0) | (position >= lengths[row]))
    if len(wrong):
        first = checked.iloc[int(wrong[0])]
        raise DataError(
            f"{where}: row {wrong[0] + 1} speaks of position {first['position']} of user {first['user_id']!r}, who has "
            f"{lengths[row[wrong[0]]]} interactions; it belongs to other data."
        )
    twice = np.flatnonzero(checked.duplicated(["user_id", "position"]))
    if len(twice):
        raise DataError(
            f"{where}: row {twice[0] + 1} speaks of a position that another row speaks of; keep one of them."
        )
    unknown = set(checked["facet"]) - {family.name for family in families} - {AUDIENCE}  # which no table need tell
    if unknown:
        raise DataError(
            f"{where} names the facet {min(unknown)!r}, which is no family of {ABOUT}; "
            "add the family or correct the name."
        )
    return checked
