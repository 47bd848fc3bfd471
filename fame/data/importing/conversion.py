"""Look at files, and make a data set of them."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fame.data.attributes import attributes, silent
from fame.data.catalog import Catalog
from fame.data.columns import DataError, attribute, listed, word
from fame.data.dataset import INTERACTIONS, ITEMS, need_free, write_about
from fame.data.fingerprint import fingerprint
from fame.data.importing.events import ImportedEvents
from fame.data.importing.guess import Column, Found, Guess, Kind
from fame.data.importing.item_attributes import About, about
from fame.data.importing.layouts import layout
from fame.data.importing.options import ImportOptions
from fame.data.importing.report import Counts, FamilyFound, ImportProgress, Lengths, Preview, Report, Watch
from fame.data.importing.roles import columns
from fame.data.importing.source import Layout, Source
from fame.folders import new_folder

AS_GUESSED = ImportOptions()
SHOWN = 5  # rows of a table, users and items of a preview
EDGES = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000)  # lengths from which the histogram counts anew


def look(paths: Sequence[Path], options: ImportOptions = AS_GUESSED, items: Sequence[Path] = ()) -> Guess:
    """What the beginning of the files seems to be; nothing is written.

    Raises
    ------
    DataError
        A file is missing or not understood: one sentence with file, line and value.
    """
    found = layout(paths, items, options)
    inside = {source.table.where: source for source in found.inside}
    tables = [_found(source, "interactions", inside.get(source.table.where)) for source in found.interactions]
    tables += [_found(source, "items") for source in found.items]
    mapping: dict[Any, str] = {}
    for source in (*found.interactions, *found.about):
        for role, (column, _) in source.roles.items():
            mapping.setdefault(role, column)
    if found.form == "movielens":  # its columns are known, and films and ratings call an id by different names
        mapping = {}
    families = options.families
    if families is None:
        families = tuple(dict.fromkeys(name for source in found.about for name in source.chosen))
    filled = options.model_copy(update={"mapping": mapping | dict(options.mapping), "families": families})
    return Guess(found.form, found.says, tuple(tables), found.ignored, found.offered, found.missing, filled)


def bring_in(
    paths: Sequence[Path],
    out: Path,
    options: ImportOptions = AS_GUESSED,
    items: Sequence[Path] = (),
    progress: Watch | None = None,
) -> Report:
    """Read, clean, filter, sort and write a data-set folder, whole or not at all.

    Raises
    ------
    DataError
        A file is missing or not understood, a column is not found, or nothing is left; `out` holds something already.
    """
    started = time.perf_counter()
    need_free(out)
    found = layout(paths, items, options)
    _need_roles(found)
    name = options.name or out.resolve().name
    tell = _Teller(progress)
    with new_folder(out) as new, tempfile.TemporaryDirectory(dir=new) as work:
        with ImportedEvents(Path(work), options.time_format) as events:
            tell("Looking for open quotes", 0.0, 0)
            interactions = [_settled(source, events.notes) for source in found.interactions]
            about_items = [_settled(source, events.notes) for source in found.items]
            about_items += [
                replace(inside, table=source.table)
                for inside in found.inside
                for source in interactions
                if source.table.where == inside.table.where
            ]
            for source in interactions:
                stage = f"Reading {Path(source.table.where).name}"
                tell(stage, 0.0, events.rows)
                events.read(source, lambda rows, stage=stage: tell(stage, None, rows))  # type: ignore[misc]
            tell("Removing repeated rows", 0.5, events.rows)
            dropped = events.clean()
            core = None
            if options.core > 1:
                core = events.core(options.core, lambda: tell("Filtering", 0.65, events.rows))
                events.number_again()
            tell("Reading about the items", 0.7, events.rows)
            users, ids = events.ids("users"), events.ids("items")
            described = about(ids, users, about_items, options)
            tell("Sorting and writing", 0.75, events.rows)
            written = _write(events, new / INTERACTIONS, Path(work), users, ids)
            rows, span = events.rows, events.span()
        tell("Checking", 0.9, rows)
        catalog, values = _catalog(described)
        pq.write_table(pa.Table.from_pandas(described.items, preserve_index=False), new / ITEMS, compression="zstd")
        u, i, t = (written[column] for column in ("u", "i", "t"))
        mark = fingerprint(catalog, values, (u, users), (i, ids), t, None)
        counts = Counts(len(users), len(ids), len(u))
        origin = "imported from " + ", ".join(path.name or str(path) for path in (*paths, *items))
        plain = {"users": counts.users, "items": counts.items, "interactions": counts.interactions}
        write_about(new, name, origin, "as the source's", plain, described.families, mark, {})
        lengths = np.bincount(u, minlength=len(users))
        report = Report(
            name=name,
            folder=out,
            form=found.form,
            says=found.says,
            rows=rows,
            dropped=tuple(dropped),
            core=core,
            counts=counts,
            density=counts.interactions / (counts.users * counts.items),
            span=span,
            lengths=_lengths(lengths),
            untitled=described.untitled,
            families=_families(catalog),
            preview=_preview(lengths, written, users, catalog),
            ignored=found.ignored,
            notes=(*events.notes, *described.notes, *_said(found)),
            fingerprint=mark,
            seconds=time.perf_counter() - started,
        )
        del u, i, t, written
    tell("Done", 1.0, rows)
    return report


class _Teller:
    """Passes on progress, at most twice a second within a stage."""

    def __init__(self, watch: Watch | None):
        self.watch, self.stage, self.last = watch, "", 0.0

    def __call__(self, stage: str, done: float | None, rows: int) -> None:
        now = time.monotonic()
        if self.watch and (stage != self.stage or now - self.last > 0.5):
            self.stage, self.last = stage, now
            self.watch(ImportProgress(stage, done, rows))


def _settled(source: Source, notes: list[str]) -> Source:
    """The source, its table as the whole file shows that it must be read."""
    keys = [column for role, (column, _) in source.roles.items() if role in ("user", "item", "time")]
    table, said = source.table.settled(keys)
    if said:
        notes.append(said)
    return replace(source, table=table)


def _need_roles(found: Layout) -> None:
    """Refuse, with the file and what to do, a table in which no column holds what is needed of it."""
    for source in found.interactions:
        table = source.table
        lost = next((role for role in found.needed if role not in source.roles), None)
        if lost is None:
            continue
        said = f"{table.where}: no column looks like the {lost} (there are {listed(table.names)}); say which with --map"
        many = f"{table.file.shown}:" if len(found.interactions) > 1 else ""
        other = ", or say --in-order if the order of the rows is that of time" if lost == "time" else ""
        if lost == "user" and "item" in source.roles and "time" not in source.roles:
            other = ", or, as it seems to be about items, give the file of interactions, too"
        raise DataError(f"{said} {many}{lost}=COLUMN{other}.")
    for source in found.items:
        if "item" not in source.roles:
            table = source.table
            raise DataError(
                f"{table.where} has no column 'item_id', only {listed(table.names)}, none of which is surely the id; "
                f"say which it is with --map {table.file.shown}:item=COLUMN, or leave it out."
            )


def _said(found: Layout) -> list[str]:
    """How the files are read where that is not as usual, and what of them is not used."""
    notes = [said for source in (*found.interactions, *found.items) for said in source.table.said]
    if found.in_order:
        notes.append("The order of the rows stands for the time, as you said: the times are the rows' numbers.")
    for source in found.inside:
        used = {*source.families, *(column for column, _ in source.roles.values())}
        if source.families or "title" in source.roles:
            names = [name for name in source.table.names if name in used - {source.roles["item"][0]}]
            notes.append(f"{source.table.where} tells of its items, too; taken from it: {listed(names)}.")
        left = [name for name in source.offered if name not in source.families and source.table.values(name)]
        if left:
            said = f"{source.table.where} has columns that are not used: {listed(left)}"
            notes.append(f"{said}; what tells of items can be chosen as an attribute (--families).")
    return notes


def _found(source: Source, kind: Kind, inside: Source | None = None) -> Found:
    table = source.table
    shown = tuple(tuple(_shown(cell) for cell in row) for row in table.rows[:SHOWN])
    roles = (inside.roles if inside else {}) | source.roles
    described: tuple[Column, ...] = columns(table, roles, inside.families if inside else source.families)
    return Found(table.where, kind, described, shown)


def _shown(cell: Any) -> str:
    """A cell as text for people."""
    text = ", ".join(map(str, cell)) if isinstance(cell, list) else "" if cell is None else word(cell)
    return text if len(text) <= 200 else text[:199] + "…"


def _write(events: ImportedEvents, file: Path, work: Path, users: list[str], ids: list[str]) -> dict[str, np.ndarray]:
    """The interactions as Parquet; their codes and times as arrays that lie on the disk."""
    rows = events.counts().interactions
    rated = events.has_rating()
    kinds = {"u": np.int32, "i": np.int32, "t": np.float64}
    kept: dict[str, np.ndarray] = {
        name: np.memmap(work / f"{name}.bin", kind, "w+", shape=(rows,)) for name, kind in kinds.items()
    }
    fields = [("user_id", pa.string()), ("item_id", pa.string()), ("timestamp", pa.float64())]
    schema = pa.schema([*fields, *([("rating", pa.float64())] if rated else [])])
    user_ids, item_ids = pa.array(users, pa.string()), pa.array(ids, pa.string())
    start = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in events.sorted():
            stop = start + len(batch)
            for name, array in kept.items():
                array[start:stop] = batch.column(name).to_numpy()
            columns = [
                user_ids.take(batch.column("u").combine_chunks()),
                item_ids.take(batch.column("i").combine_chunks()),
            ]
            columns += [batch.column("t"), *([batch.column("r")] if rated else [])]
            writer.write_table(pa.table(columns, schema=schema))
            start = stop
    return kept


def _catalog(described: About) -> tuple[Catalog, dict[str, list[tuple[str, ...]]]]:
    items = described.items
    values = {family.name: attribute(items, family, ITEMS) for family in described.families}
    return Catalog(items["item_id"].tolist(), items["title"].tolist(), described.families, values), values


def _lengths(lengths: np.ndarray) -> Lengths:
    first, middle, third = np.quantile(lengths, (0.25, 0.5, 0.75)).tolist()
    edges = [*(edge for edge in EDGES if edge <= lengths.max()), int(lengths.max()) + 1]
    histogram = tuple(
        (low, high - 1, int(((lengths >= low) & (lengths < high)).sum())) for low, high in pairwise(edges) if high > low
    )
    short = int((lengths < 3).sum())
    return Lengths(
        int(lengths.min()), (first, middle, third), int(lengths.max()), float(lengths.mean()), histogram, short
    )


def _families(catalog: Catalog) -> tuple[FamilyFound, ...]:
    found = []
    for family in catalog.families:
        of = attributes(catalog, family.name)
        counts = of.counts
        most = [of.values[code] for code in np.argsort(-counts, kind="stable")[:SHOWN]]
        why = silent(of)
        found.append(
            FamilyFound(family.name, family.multi, float(of.known[1:].mean()), len(of.values), tuple(most), why)
        )
    return tuple(found)


def _preview(
    lengths: np.ndarray, written: dict[str, np.ndarray], users: list[str], catalog: Catalog
) -> tuple[Preview, ...]:
    """Users of middling length, whose newest interactions are shown."""
    order = np.argsort(lengths, kind="stable")
    chosen = sorted({int(order[int(share * (len(order) - 1))]) for share in (0.25, 0.5, 0.75)})
    ends = np.cumsum(lengths)
    found = []
    for user in chosen:
        stop = int(ends[user])
        start = max(stop - SHOWN, stop - int(lengths[user]))
        events = tuple(
            (catalog.id(int(code) + 1), catalog.title(int(code) + 1), float(when))
            for code, when in zip(written["i"][start:stop], written["t"][start:stop], strict=True)
        )
        found.append(Preview(users[user], int(lengths[user]), events))
    return tuple(found)
