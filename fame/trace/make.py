"""Makes a trace: block after block through the model, each written as soon as it is whole, to go on with if killed.

A trace that is being made is a folder beside its place, with a Parquet file a block. Once all are there, they are
joined in a few larger files, which take its place as one.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fame.checkpoint.store import Checkpoint
from fame.data import DataSet, Events, leave_one_out
from fame.files import write_json
from fame.folders import SOON, TakenError, alone, whole_folder
from fame.measured import kept
from fame.ranking.evaluation import Repeats, counted
from fame.trace.block import Done, parquet_of
from fame.trace.job import Job
from fame.trace.records import SCHEMA, TRACE, TRACE_ABOUT, TraceAbout, TraceError, read_about
from fame.trace.subject import Subject
from fame.trace.whereabouts import Notes, Whereabouts

GROUP = 1 << 17  # rows of a row group: DuckDB's unit of work
FILE = 1 << 20  # rows of a file

# Is told how many events of how many are done; what it raises ends the work, to be resumed.
Progress = Callable[[int, int], None]
Engine = Callable[[Job, Done], None]


def here(job: Job, watch: Done) -> None:
    """Trace the blocks that are missing in this process, one after another."""
    of: Subject | None = None
    for block in job.missing():
        of = of or job.subject()
        job.keep(block.number, parquet_of(of, block, watch))


def trace(
    checkpoint: Checkpoint, data: DataSet, data_folder: Path, place: Whereabouts, split: str = "test",
    repeats: Repeats = "drop", resume: bool = False, watch: Progress = lambda done, of: None, engine: Engine = here,
) -> TraceAbout:  # fmt: skip
    """Trace every held-out event of a split; `resume` goes on with what an interrupted trace had done.

    `engine` makes the blocks that are missing: this process, or the workers of a cluster.

    Raises
    ------
    ModelError
        The data are not those that the model was trained on.
    TraceError
        What is to be resumed was begun for something else, or something was begun and is not to be resumed.
    TakenError
        In its place is something that is no trace.
    BusyFolderError
        Another process is making it.
    FolderError
        It cannot be written.
    """
    checkpoint.catalog(data)
    parts = leave_one_out(data.histories)
    everything = parts.test if split == "test" else parts.validation
    about = description(checkpoint, data, everything, split, repeats)
    need_free(place.folder)
    if resume and place.folder.is_dir() and read_about(place.folder) == about:
        watch(about.events, about.events)
        return about
    with alone(place.parts, SOON):
        begin(place.parts, about, resume)
        note, job = Notes(place.parts), Job(checkpoint, data, data_folder, everything, about, place.parts)
        done = job.kept()

        def more(events: int) -> None:
            nonlocal done
            done += events
            note(done, about.events)
            watch(done, about.events)

        more(0)
        engine(job, more)
        with settled(place, about) as new:
            join(place.parts, new)
            write_json(new / TRACE_ABOUT, about.as_json())
        shutil.rmtree(place.parts)
    return about


def description(checkpoint: Checkpoint, data: DataSet, events: Events, split: str, repeats: Repeats) -> TraceAbout:
    """What the trace will say of itself."""
    config = checkpoint.model.config
    kinds = (data.catalog.given, data.catalog.derived)
    known = [family.name for kind in kinds for family in kind if data.catalog.coverage[family.name][0]]
    return TraceAbout(
        model=checkpoint.description.fingerprint,
        data=data.fingerprint,
        model_name=checkpoint.description.name,
        dataset=data.name,
        split=split,
        repeats=repeats,
        facets=tuple(config.facets),
        families=tuple(known),
        experts=config.experts if config.facets else 0,
        items=config.items,
        window=config.length,
        events=len(events.targets),
        counted=len(counted(events, repeats).targets),
        popularity=bool(config.popularity),
    )


def need_free(folder: Path) -> None:
    """Refuse to put a trace in place of anything but a trace; raises `TakenError`."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / TRACE_ABOUT).exists())):
        raise TakenError(f"{folder} exists already and is no trace; give another folder or remove it first.")


def begin(parts: Path, about: TraceAbout, resume: bool) -> None:
    """The folder that the blocks are written to; raises `TraceError` where it holds what cannot be gone on with."""
    if (parts / TRACE_ABOUT).exists():
        if not resume:
            raise TraceError(f"A trace was begun in {parts}; go on with it by --resume, or remove that folder.")
        if read_about(parts) != about:
            raise TraceError(
                f"What was begun in {parts} is a trace of another model, other data or another split; remove that "
                "folder to begin anew, or give another --out."
            )
        for half in parts.glob("*.tmp"):  # of a process that was killed
            half.unlink(missing_ok=True)
        return
    parts.mkdir(parents=True, exist_ok=True)
    write_json(parts / TRACE_ABOUT, about.as_json())


@contextmanager
def settled(place: Whereabouts, about: TraceAbout) -> Iterator[Path]:
    """A folder to write into, which takes the trace's place in the end; beside weights, where theirs are then."""
    if place.model is None:
        with whole_folder(place.folder) as new:
            yield new
    else:
        with kept(place.model, TRACE, about.model) as folder, whole_folder(folder) as new:
            yield new


def join(parts: Path, new: Path) -> None:
    """The blocks in order, in larger row groups and files, one row group in memory at a time."""
    waiting: list[pa.Table] = []
    writer: pq.ParquetWriter | None = None
    files = written = 0

    def flush() -> None:
        nonlocal writer, files, written
        rows = pa.concat_tables(waiting) if waiting else SCHEMA.empty_table()
        if writer is None:
            writer = pq.ParquetWriter(new / f"events-{files:05}.parquet", SCHEMA, compression="zstd")
            files += 1
        writer.write_table(rows, row_group_size=GROUP)
        written += len(rows)
        waiting.clear()
        if written >= FILE:
            writer.close()
            writer, written = None, 0

    for file in sorted(parts.glob("*.parquet")):
        waiting.append(pq.read_table(file, schema=SCHEMA))
        if sum(map(len, waiting)) >= GROUP:
            flush()
    if waiting or not files:
        flush()
    if writer is not None:
        writer.close()
