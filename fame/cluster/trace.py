"""A trace whose blocks are made by the workers of a cluster; this process writes what they give.

A block goes to a worker with everything that it is made of, and the model to each worker once, so that no two machines
need a folder in common. A worker that dies is replaced, and its block made again: it is only there once it is whole.
"""

from collections.abc import Iterator

import pyarrow as pa
import ray
import ray.data
import torch

from fame.cluster.connection import connected
from fame.data import Events, Histories
from fame.trace.block import Block, Done, parquet_of
from fame.trace.job import Job
from fame.trace.make import Engine
from fame.trace.subject import Subject


def on(address: str | None = None, workers: int | None = None) -> Engine:
    """An engine for `fame.trace.make.trace`; one worker takes one core, and without a number all are taken."""

    def engine(job: Job, watch: Done) -> None:
        blocks = [as_row(block) for block in job.missing()]
        if not blocks:
            return
        with connected(address, workers) as most:
            for number, events, parquet in traced(job.subject(), blocks, min(most, len(blocks))):
                job.keep(number, parquet)
                watch(events)

    return engine


def traced(of: Subject, blocks: list[pa.Table], workers: int) -> Iterator[tuple[int, int, bytes]]:
    """Number, events and Parquet file of each block, in the order in which they become whole."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    made = ray.data.from_arrow(blocks).map_batches(
        Tracer,
        fn_constructor_args=(ray.put(of),),
        batch_size=1,
        batch_format="pyarrow",
        num_cpus=1,
        compute=ray.data.ActorPoolStrategy(size=workers),
    )
    for rows in made.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        for row in rows.to_pylist():
            yield row["number"], row["events"], row["parquet"]


class Tracer:
    """A worker: it has the model, and makes one block after another."""

    def __init__(self, of: ray.ObjectRef):
        torch.set_num_threads(1)
        self.of: Subject = ray.get(of)

    def __call__(self, row: pa.Table) -> pa.Table:
        """A block as `as_row` gives it -> its Parquet file."""
        block = from_row(row)
        parquet = parquet_of(self.of, block)
        return pa.table(
            {"number": [block.number], "events": [len(block.users)], "parquet": pa.array([parquet], pa.large_binary())}
        )


def as_row(block: Block) -> pa.Table:
    """A block as one row: Ray Data may cut a table between its rows."""
    events = block.events
    columns = {
        "number": block.number, "first": block.first, "counted": block.counted, "users": list(block.users),
        "rows": events.users, "items": events.histories.items, "offsets": events.histories.offsets,
        "targets": events.targets, "times": block.times,
    }  # fmt: skip
    return pa.table({name: pa.array([value]) for name, value in columns.items()})


def from_row(row: pa.Table) -> Block:
    """The block again."""

    def array(name: str) -> pa.Array:
        return row[name].combine_chunks().values

    events = Events(
        array("rows").to_numpy(),
        Histories(array("items").to_numpy(), array("offsets").to_numpy()),
        array("targets").to_numpy(),
    )
    number, first, counted = (row[name][0].as_py() for name in ("number", "first", "counted"))
    return Block(number, first, counted, events, tuple(array("users").to_pylist()), array("times").to_numpy())
