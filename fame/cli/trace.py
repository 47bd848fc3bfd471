"""`python -m fame trace`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fame.cli.engine import Address, Engine, Workers, on_cluster
from fame.cli.evaluate import said
from fame.cli.output import Json, Repeated, console, print_json

if TYPE_CHECKING:
    from fame.checkpoint.store import Checkpoint
    from fame.data import DataSet
    from fame.trace.make import Engine as Made
    from fame.trace.records import TraceAbout
    from fame.trace.whereabouts import Whereabouts


def trace(
    model: Annotated[Path, typer.Option(help="Folder of the model.")],
    data: Annotated[Path, typer.Option(help="Folder of the data set that it was trained on.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the trace; beside the model, where the app looks, if left out.")
    ] = None,
    split: Annotated[Literal["validation", "test"], typer.Option(help="Which held-out item of each user.")] = "test",
    repeats: Repeated = "drop",
    resume: Annotated[bool, typer.Option(help="Go on with a trace that was interrupted.")] = False,
    background: Annotated[bool, typer.Option(help="Leave a core and the right of way to other programs.")] = False,
    engine: Engine = "local",
    address: Address = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Run every held-out event through the model, and keep what it did, to be asked. Ctrl-C keeps what is done."""
    from fame.jobs import queue, status

    try:
        with status.reported() as asked:
            cluster = (address, workers) if on_cluster(engine, address, workers) else None
            _trace(model, data, out, split, repeats, resume, background, cluster, as_json, asked)
    finally:
        queue.advance()


def _trace(
    model: Path, data: Path, out: Path | None, split: Literal["validation", "test"], repeats: Repeated, resume: bool,
    background: bool, cluster: tuple[str | None, int | None] | None, as_json: bool, asked: Callable[[], bool],
) -> None:  # fmt: skip
    """What `trace` does before it lets the next job begin."""
    from fame.checkpoint.store import load
    from fame.cli.train import give_way
    from fame.data import read
    from fame.data.derived.store import attached
    from fame.trace.whereabouts import alone_in, beside

    if background:
        give_way()
    checkpoint, dataset = load(model), attached(model, read(data))
    place = beside(model, checkpoint.description.fingerprint) if out is None else alone_in(out)
    made: Made | None = None
    if cluster:
        from fame.cluster.trace import on

        made = on(*cluster)
    about = traced(checkpoint, dataset, data, place, split, repeats, resume, made, asked)
    folder = beside(model, about.model).folder if out is None else out
    again = about.events - about.counted
    if again:
        console.print(said(again, about.events, repeats), style="yellow")
    console.print(f"trace of {about.events:,} events in {folder}", markup=False, highlight=False)
    if as_json:
        print_json({"trace": str(folder), **about.as_json()})


def traced(
    checkpoint: Checkpoint, dataset: DataSet, data: Path, place: Whereabouts,
    split: Literal["validation", "test"] = "test", repeats: Repeated = "drop", resume: bool = False,
    engine: Made | None = None, asked: Callable[[], bool] = lambda: False,
) -> TraceAbout:  # fmt: skip
    """Make a trace, and show how far it is; one that is `asked` to stop is interrupted as by Ctrl-C."""
    from fame.trace.make import here
    from fame.trace.make import trace as make

    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("events,"),
        TimeRemainingColumn(), TextColumn("left"), console=console,
    ) as bar:  # fmt: skip
        task = bar.add_task("tracing", total=None)

        def watch(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)
            if asked():
                raise KeyboardInterrupt

        return make(checkpoint, dataset, data, place, split, repeats, resume, watch, engine or here)
