"""One block of held-out events -> rows of the trace: the unit that is written at once, by whoever makes it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fame.data import Events
from fame.ranking.evaluation import together
from fame.trace.batch import tell
from fame.trace.subject import Subject
from fame.trace.table import table

Done = Callable[[int], None]  # is told how many events more are done; what it raises ends the work


@dataclass(frozen=True)
class Block:
    """Everything about n events that the model is not asked for."""

    number: int
    first: int  # row of the trace at which it begins
    counted: bool  # whether its events count in the measures
    events: Events  # (n)
    users: tuple[str, ...]  # (n,) ids
    times: np.ndarray  # (n,) of the targets; NaN = not known


def parquet_of(of: Subject, block: Block, watch: Done = lambda events: None) -> bytes:
    """Run a block through the model, and give its rows as a Parquet file: in order, and the same every time."""
    told = []
    for batch in together(of.model, block.events.histories.lengths):
        told.append((batch, tell(of, block.events, batch)))
        watch(len(batch))
    rows = table(of, block.users, block.events, told, block.first, block.counted, block.times)
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue().to_pybytes()
