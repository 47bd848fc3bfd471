"""When the interactions of the training part happened, and how they were rated, in the order of its histories."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from fame.data.columns import as_numbers, id_column
from fame.data.dataset import INTERACTIONS, DataSet
from fame.data.importing.times import ORDER
from fame.data.split import leave_one_out


@dataclass(frozen=True)
class Log:
    """E interactions of U users with V items."""

    users: np.ndarray  # (E,) int32 rows of the data set's users
    items: np.ndarray  # (E,) int32 catalog indices
    times: np.ndarray | None  # (E,) float64 seconds since 1970; None where the times are no more than an order
    ratings: np.ndarray | None  # (E,) float64, NaN where unknown; None where there are none
    U: int
    V: int


def training_log(folder: Path, data: DataSet) -> Log:
    """Of a data set that was read from the folder.

    Raises
    ------
    DataError
        The folder's interactions are not those of the data set any more.
    """
    split = leave_one_out(data.histories)
    lengths = split.train.lengths
    users = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    times, ratings = _sorted(folder / INTERACTIONS, data)
    trained = np.arange(len(data.histories.items)) - np.repeat(data.histories.offsets[:-1], data.histories.lengths)
    trained = trained < np.repeat(lengths, data.histories.lengths)
    times, ratings = times[trained], None if ratings is None else ratings[trained]
    dated = len(times) > 0 and times.min() >= ORDER and times.max() > times.min()
    rated = ratings is not None and bool(np.isfinite(ratings).any())
    return Log(
        users, split.train.items, times if dated else None, ratings if rated else None, len(lengths), len(data.catalog)
    )


def _sorted(file: Path, data: DataSet) -> tuple[np.ndarray, np.ndarray | None]:
    """Times and ratings of all interactions, user after user and oldest first, as in the data set's histories."""
    names = pq.read_schema(file).names
    kept = ["user_id", "timestamp", *(["rating"] if "rating" in names else [])]
    with pq.ParquetFile(file, read_dictionary=["user_id"]) as open_file:
        table = open_file.read(kept).unify_dictionaries().to_pandas()
    codes, ids = id_column(table, "user_id", str(file))
    row = pd.Index(list(data.users)).get_indexer(pd.Index(ids)).astype(np.int32)
    times = as_numbers(table["timestamp"])
    order = np.lexsort((times, row[codes]))
    ratings = as_numbers(table["rating"])[order] if "rating" in names else None
    return times[order], ratings
