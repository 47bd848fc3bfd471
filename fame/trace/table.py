"""What is told of a block of events, as rows of the trace's Parquet files."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fame.data import Events
from fame.trace.batch import Batch
from fame.trace.records import SCHEMA
from fame.trace.subject import Subject


def table(
    of: Subject, users: Sequence[str], events: Events, told: Sequence[tuple[np.ndarray, Batch]], first: int,
    counted: bool, times: np.ndarray,
) -> pa.Table:  # fmt: skip
    """Rows of a block of events.

    Parameters
    ----------
    users : (n,) ids of the events' users
    told : batches of the block, each with the rows of its events
    first : row of the trace at which the block begins
    counted : whether these events count in the measures
    times : (n,) of the targets; NaN = not known
    """
    order = np.argsort(np.concatenate([rows for rows, _ in told]), kind="stable")

    def join(name: str) -> np.ndarray:
        return np.concatenate([getattr(one, name) for _, one in told])[order]

    def maybe(name: str, unknown: int = 0) -> pa.Array:
        if getattr(told[0][1], name) is None:
            return pa.nulls(len(order))
        values = join(name)
        return pa.array(values, mask=values == unknown)

    lengths, window = events.histories.lengths, of.model.config.length
    top, parts = join("top"), join("parts")
    ahead = top[:, 0]
    none, H = ahead == 0, parts.shape[2] - 1
    anatomy = None if told[0][1].anatomy is None else join("anatomy")
    facets = np.array([*of.model.config.facets, None], dtype=object)
    lead = parts[:, 1, :H].argmax(1) if H else np.full(len(order), -1)
    repeat, certain = events.repeated(), join("driver_probability")
    found = {
        "event": np.arange(first, first + len(order)),
        "user_id": pa.array(users, pa.string()),
        "length": lengths,
        "read": np.minimum(lengths, window),
        "target_id": pa.array(of.ids[events.targets], pa.string()),
        "rank": join("rank"),
        "probability": join("probability"),
        "repeat": repeat,
        "counted": np.full(len(order), counted),
        "top": pa.array([of.ids[row[row > 0]] for row in top], SCHEMA.field("top").type),
        "gate": lists(join("gate")),
        "router": routers(join("router")),
        "parts_target": lists(parts[:, 0]),
        "parts_first": lists(parts[:, 1], none),
        "anatomy_target": pa.nulls(len(order)) if anatomy is None else lists(anatomy[:, 0]),
        "anatomy_first": pa.nulls(len(order)) if anatomy is None else lists(anatomy[:, 1], none),
        "driver": pa.array(join("driver"), pa.string()),
        "driver_probability": pa.array(certain, mask=np.isnan(certain)),
        "rank_without_popularity": maybe("rank_without_popularity"),
        "rank_without_newest": maybe("rank_without_newest"),
        "rank_without_facet": lists(join("rank_without_facet")),
        "rank_by_facet": lists(join("rank_by_facet")),
        "target_count": of.counts[events.targets],
        "first_id": pa.array(of.ids[ahead], pa.string()),
        "first_probability": pa.array(join("first_probability"), mask=none),
        "first_count": pa.array(of.counts[ahead], mask=none),
        "newest_id": pa.array(of.ids[events.histories.items[events.histories.offsets[1:] - 1]], pa.string()),
        "nearest_id": pa.array(of.ids[join("nearest_item")], pa.string()),
        "nearest": join("nearest"),
        "ahead": pa.array(np.where(none, None, facets[lead]), pa.string()),
        "timestamp": pa.array(times, mask=np.isnan(times)),
    }
    columns = [(column if isinstance(column, pa.Array) else pa.array(column)) for column in found.values()]
    assert list(found) == SCHEMA.names
    return pa.table([column.cast(kind.type) for column, kind in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def lists(values: np.ndarray, none: np.ndarray | None = None) -> pa.Array:
    """(n, m) -> n lists of m; those where `none` are null."""
    n, m = values.shape
    offsets = pa.array(np.arange(n + 1, dtype=np.int32) * m)
    mask = None if none is None or not none.any() else pa.array(none)
    return pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(values).ravel()), mask=mask)


def routers(values: np.ndarray) -> pa.Array:
    """(n, H, N) -> n lists of H lists of N."""
    n, H, N = values.shape
    inner = lists(values.reshape(n * H, N))
    return pa.ListArray.from_arrays(pa.array(np.arange(n + 1, dtype=np.int32) * H), inner)
