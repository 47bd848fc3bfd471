"""A trace -> its events in memory: bands, attribute values and kinds of errors, block by block.

What grows with the events is about 30 bytes each; a block's texts and lists are let go of before the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fame.data import Catalog, DataSet
from fame.data.attributes import attributes
from fame.error_analysis.events import CERTAINTY, COUNTS, CUT, Labels, TracedEvents
from fame.error_analysis.kinds import KINDS, Facts, Rule, tags
from fame.trace.queries import checked
from fame.trace.records import TraceAbout, need, read_about

BLOCK = 50_000  # events read at a time
TEXTS = ("target_id", "driver", "first_id", "newest_id", "ahead")
READ = (
    "event", "counted", "length", "read", "target_id", "rank", "probability", "repeat", "driver",
    "rank_without_popularity", "rank_without_newest", "target_count", "first_id",
    "first_probability", "newest_id", "nearest", "ahead",
)  # fmt: skip


def blocks(files: Iterable[Path]) -> Iterator[pa.RecordBatch]:
    """Of a trace's files, the columns that are needed here."""
    for file in files:
        # Without reading ahead, which holds as much as the file is large; texts as numbers of a block's dictionary.
        with pq.ParquetFile(file, pre_buffer=False, read_dictionary=list(TEXTS)) as open_file:
            yield from open_file.iter_batches(BLOCK, columns=list(READ))


def events_of(folder: Path, model: str, dataset: DataSet) -> TracedEvents:
    """The events of a stored trace of the model with that fingerprint and of this data set.

    Raises
    ------
    TraceError, FolderError
        There is none, it is of something else, or it is not whole.
    """
    about = read_about(folder)
    need(about, folder, model, dataset.fingerprint)
    return prepare(blocks(checked(folder, about)), about, dataset.catalog)


def prepare(read: Iterable[pa.RecordBatch], about: TraceAbout, catalog: Catalog) -> TracedEvents:
    """The events of a trace that count in the measures, in its order.

    `read` are rows of the trace with the columns `READ`. An item that is not in the catalog any more has no attributes.
    """
    values = [(family.name, *_values(catalog, family.name)) for family in catalog.families]
    values = [(name, labels, codes) for name, labels, codes in values if labels]
    rules, _ = offered(about)
    ids = pa.array(catalog.ids)
    found = _joined((_block(batch, about, ids, rules) for batch in read), about.events)
    if not found:
        return TracedEvents(np.zeros(0, np.int32), np.zeros(0, np.int32), ())
    if (np.diff(found["row"]) < 0).any():
        order = np.argsort(found["row"], kind="stable")
        found = {name: values[order] for name, values in found.items()}
    truth, newest = found["target"], found["newest"]
    columns = [
        Labels("length", COUNTS.labels, found["lengths"], ordered=True),
        Labels("popularity", COUNTS.labels, found["popularities"], ordered=True),
        *(Labels(f"truth.{name}", labels, codes, truth) for name, labels, codes in values),
        *(Labels(f"newest.{name}", labels, codes, newest) for name, labels, codes in values),
        Labels("facet", about.facets, found["facet"][:, None]),
        Labels("driver", about.families, found["driver"][:, None]),
        Labels("certainty", CERTAINTY.labels, found["certainties"], ordered=True),
    ]
    if about.repeats == "keep":
        columns.append(Labels("repeat", ("no", "yes"), found["repeat"][:, None]))
    every = np.arange(len(catalog) + 1, dtype=np.int32)[:, None]
    items = (("truth", truth), ("newest", newest), ("first", found["first"]))
    return TracedEvents(
        rank=found["rank"],
        row=found["row"],
        columns=tuple(column for column in columns if column.labels and column.codes.any()),
        others=tuple(Labels(name, catalog.ids, every, index) for name, index in items),
        numbers={name: found[name] for name in ("rank", "length", "popularity", "certainty", "probability")},
        kinds=tuple(rule.name for rule in rules),
        tags=found["tags"],
    )


def offered(about: TraceAbout) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules that can be applied to a trace, and those that the model lacks something for."""
    lacks = {"no popularity part": not about.popularity}
    return (
        tuple(rule for rule in KINDS if not lacks.get(rule.lacks, False)),
        tuple(rule for rule in KINDS if lacks.get(rule.lacks, False)),
    )


def _values(catalog: Catalog, family: str) -> tuple[tuple[str, ...], np.ndarray]:
    """A family's values, and (V + 1, m) their numbers from 1, each once; 0 = no more."""
    found = attributes(catalog, family)
    once = found.sparse()
    item, place = np.arange(len(catalog) + 1).repeat(np.diff(once.indptr)), np.arange(once.nnz)
    codes = np.zeros((len(catalog) + 1, max(1, np.diff(once.indptr).max())), np.int32)
    codes[item, once.indptr[item + 1] - 1 - place] = once.indices + 1
    return found.values, codes


def _block(batch: pa.RecordBatch, about: TraceAbout, ids: pa.Array, rules: tuple[Rule, ...]) -> dict[str, np.ndarray]:
    batch = batch.filter(batch.column("counted"))
    rank, length = _numbers(batch["rank"]), _numbers(batch["length"])
    certainty = _numbers(batch["first_probability"]).astype(np.float32)
    facts = Facts(
        rank=rank,
        without_popularity=_numbers(batch["rank_without_popularity"]),
        without_newest=_numbers(batch["rank_without_newest"]),
        count=_numbers(batch["target_count"]),
        nearest=_numbers(batch["nearest"]),
        read=_numbers(batch["read"]),
    )
    return {
        "row": batch["event"].to_numpy().astype(np.int32),
        "rank": rank.astype(np.int32),
        "length": length.astype(np.int32),
        "lengths": COUNTS.codes(length),
        "popularity": facts.count.astype(np.int32),
        "popularities": COUNTS.codes(facts.count),
        "certainty": certainty,
        "certainties": CERTAINTY.codes(certainty),
        "probability": _numbers(batch["probability"]).astype(np.float32),
        "target": _index(batch["target_id"], ids),
        "newest": _index(batch["newest_id"], ids),
        "first": _index(batch["first_id"], ids),
        "facet": _index(batch["ahead"], pa.array(about.facets, pa.string())).astype(np.int8),
        "driver": _index(batch["driver"], pa.array(about.families, pa.string())).astype(np.int8),
        "repeat": np.asarray(batch["repeat"]).astype(np.int8) + 1,
        "tags": tags(rules, facts, CUT),
    }


def _index(column: pa.Array, ids: pa.Array) -> np.ndarray:
    """(n,) uint16, or int32 of many ids: 1… the place among them; 0 = none of them."""
    texts = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
    place = pc.fill_null(pc.index_in(texts.dictionary.cast(pa.string()), value_set=ids), -1)
    found = np.append(place.to_numpy(zero_copy_only=False), -1) + 1  # the last is that of a null
    found = found.astype(np.uint16 if len(ids) < 1 << 16 else np.int32)
    return found[pc.fill_null(texts.indices, -1).to_numpy(zero_copy_only=False)]


def _numbers(column: pa.Array) -> np.ndarray:
    """(n,) float64, NaN where it is null."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), float)


def _joined(blocks: Iterable[dict[str, np.ndarray]], most: int) -> dict[str, np.ndarray]:
    """Blocks one after another, put in their place as they come; they have `most` rows at most."""
    found: dict[str, np.ndarray] = {}
    n = 0
    for block in blocks:
        for name, values in block.items():
            if name not in found:
                found[name] = np.empty((most, *values.shape[1:]), values.dtype)
            found[name][n : n + len(values)] = values
        n += len(block["row"])
    return {name: values[:n] for name, values in found.items()}
