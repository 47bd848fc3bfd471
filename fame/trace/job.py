"""A trace in the making: which of its blocks are there, and what the others are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fame.checkpoint.store import Checkpoint
from fame.data import DataSet, Events
from fame.explain.families.stored_anatomy import anatomy_of
from fame.files import write_file
from fame.ranking.evaluation import Repeats, blocks
from fame.trace.block import Block
from fame.trace.records import TraceAbout
from fame.trace.subject import Subject
from fame.trace.times import times


@dataclass(frozen=True)
class Job:
    """Of one trace; a block is a Parquet file in `parts`, whole or not there."""

    checkpoint: Checkpoint
    data: DataSet
    data_folder: Path
    everything: Events
    about: TraceAbout
    parts: Path

    def subject(self) -> Subject:
        """What every block asks of the model."""
        repeats: Repeats = "keep" if self.about.repeats == "keep" else "drop"
        return Subject.of(self.checkpoint.model, self.data, repeats, anatomy_of(self.checkpoint, self.data.catalog))

    def kept(self) -> int:
        """Events of the blocks that are there."""
        return sum(len(rows) for number, rows, _ in self._plan() if self._is_whole(number, len(rows)))

    def missing(self) -> Iterator[Block]:
        """The other blocks, in the order of the trace."""
        when, first = None, 0
        for number, rows, counted in self._plan():
            if not self._is_whole(number, len(rows)):
                if when is None:
                    when = times(self.data_folder, self.data, self.about.split)
                events = self.everything.only(rows)
                users = tuple(self.data.users[user] for user in events.users)
                yield Block(number, first, counted, events, users, when[events.users])
            first += len(rows)

    def keep(self, number: int, parquet: bytes) -> None:
        """Write a block."""
        write_file(self._file(number), parquet)

    def _plan(self) -> Iterator[tuple[int, np.ndarray, bool]]:
        """Number and rows of each block, and whether they count: the blocks that count are those of `evaluate`."""
        events, number = self.everything, 0
        repeated = events.repeated() if self.about.repeats == "drop" else np.zeros(self.about.events, bool)
        for rows, counted in ((np.flatnonzero(~repeated), True), (np.flatnonzero(repeated), False)):
            for block in blocks(len(rows)):
                yield number, rows[block], counted
                number += 1

    def _file(self, number: int) -> Path:
        return self.parts / f"{number:06}.parquet"

    def _is_whole(self, number: int, rows: int) -> bool:
        """Whether a block is there; one that is damaged is made again."""
        try:
            return bool(pq.read_metadata(self._file(number)).num_rows == rows)
        except (OSError, pa.ArrowException):
            return False
