"""Two traces -> the users of both: where each has what they took, and how alike the two lists are. No torch.

DuckDB joins the Parquet files; what is held here of a user are a few numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fame.compare.agreement import common, rank_biased_overlap
from fame.compare.records import Agreement, CompareError
from fame.trace.queries import MEMORY, THREADS, checked
from fame.trace.records import KEPT_TOP, TRACE_ADVICE, TraceError, read_about

BLOCK = 50_000  # users at a time
JOIN = """
SELECT a.event AS first_event, b.event AS second_event, a.rank AS first_rank, b.rank AS second_rank,
       a.top AS first_top, b.top AS second_top, a.user_id AS user_id
FROM ours a JOIN theirs b ON a.user_id = b.user_id AND a.target_id = b.target_id
WHERE a.counted AND b.counted
"""


@dataclass(frozen=True)
class Pairs:
    """n users whose held-out item is the same in both traces and counts in both, in the order of the first."""

    first_event: np.ndarray  # (n,) int64 rows of the traces
    second_event: np.ndarray
    first_rank: np.ndarray  # (n,) int32 of the held-out item
    second_rank: np.ndarray
    overlap: np.ndarray  # (n,) share of the ten that both lists have
    rank_biased: np.ndarray  # (n,)
    same_first: np.ndarray  # (n,) bool

    def __len__(self) -> int:
        return len(self.first_rank)

    def only(self, rows: np.ndarray) -> "Pairs":
        """Some of them, by number."""
        return Pairs(*(getattr(self, field.name)[rows] for field in fields(self)))

    def agreement(self) -> Agreement:
        """Over all of them."""
        return Agreement(float(self.overlap.mean()), float(self.rank_biased.mean()), float(self.same_first.mean()))

    def ranked_again(self, ranks: tuple[np.ndarray, np.ndarray], tops: tuple[np.ndarray, np.ndarray]) -> "Pairs":
        """With other ranks (n,) and other lists (n, k), as where only some of the items count."""
        told = alike(*tops)
        return replace(self, first_rank=ranks[0], second_rank=ranks[1], **told)


def pair(first: Path, second: Path) -> Pairs:
    """The users of two traces.

    Raises
    ------
    TraceError
        One of the files cannot be read.
    CompareError
        The traces are of another split each or count repeats otherwise, or nobody is in both.
    """
    ours, theirs = read_about(first), read_about(second)
    for what, one, other in (("split", ours.split, theirs.split), ("repeats", ours.repeats, theirs.repeats)):
        if one != other:
            raise CompareError(
                f"The traces were not made alike: {what} is {one!r} for {ours.model_name} and {other!r} for "
                f"{theirs.model_name}; make one of them again with `python -m fame trace`."
            )
    blocks = [_told(batch) for batch in _joined(first, second) if len(batch)]
    if not blocks:
        raise CompareError(
            f"{ours.model_name} and {theirs.model_name} were not tested on the same users: nobody has the same "
            f"held-out item in {ours.dataset} and in {theirs.dataset}; compare models of the same data."
        )
    found = Pairs(*(np.concatenate([block[field.name] for block in blocks]) for field in fields(Pairs)))
    return found.only(np.argsort(found.first_event, kind="stable"))


def _joined(first: Path, second: Path) -> Iterator[pa.RecordBatch]:
    import duckdb

    database = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS})
    try:
        for name, folder in (("ours", first), ("theirs", second)):
            database.from_parquet([str(file) for file in checked(folder, read_about(folder))]).create_view(name)
        reader: pa.RecordBatchReader = database.sql(JOIN).to_arrow_reader(BLOCK)
        yield from reader
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        reason = str(error).splitlines()[0]
        raise TraceError(f"The traces {first} and {second} cannot be read ({reason}); {TRACE_ADVICE}.") from None
    finally:
        database.close()


def padded(column: pa.ListArray, k: int) -> pa.Array:
    """The first k of every list (n,), one after the other, (n k,), with nulls where one is shorter."""
    lengths = np.minimum(pc.list_value_length(column).to_numpy(zero_copy_only=False), k).astype(np.int64)
    starts = column.offsets.to_numpy()[:-1].astype(np.int64) - column.offsets[0].as_py()
    places = starts[:, None] + np.arange(k)
    inside = np.arange(k) < lengths[:, None]
    return pc.take(pc.list_flatten(column), pa.array(places.ravel(), mask=~inside.ravel()))


def _told(batch: pa.RecordBatch) -> dict[str, np.ndarray]:
    """Of some users, what `Pairs` has."""
    n = len(batch)
    items = pa.concat_arrays([padded(batch[name], KEPT_TOP) for name in ("first_top", "second_top")])
    codes = pc.fill_null(items.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False).reshape(2, n, KEPT_TOP)
    numbers = {name: batch[name].to_numpy() for name in ("first_event", "second_event", "first_rank", "second_rank")}
    return numbers | alike(codes[0], codes[1])


def alike(first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
    """Two lists (n, k) of every user, below 0 where there is none -> what `Pairs` tells of them."""
    met, depth = common(first, second)
    return {
        "overlap": met[np.arange(len(met)), depth - 1] / depth,
        "rank_biased": rank_biased_overlap(met, depth),
        "same_first": met[:, 0] == 1,
    }
