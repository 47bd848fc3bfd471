"""`python -m fame errors`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fame.cli.output import Json, console, print_json

if TYPE_CHECKING:
    from fame.error_analysis.records import Analysis

SHOWN = 20  # slices in the table; --json has all


def errors(
    model: Annotated[Path, typer.Option(help="Folder of the model, beside which its trace is.")],
    data: Annotated[Path, typer.Option(help="Folder of the data set that the trace was made on.")],
    where: Annotated[
        list[str] | None,
        typer.Option(
            help='Only these events, such as "length < 20", "truth.genre = Drama" or "kind = near miss"; '
            "given several times, all must hold."
        ),
    ] = None,
    trace: Annotated[Path | None, typer.Option(help="Folder of the trace, where it is elsewhere.")] = None,
    minimum: Annotated[
        int | None, typer.Option(min=2, help="Events that a slice must have; left out: 20, or a 2,000th part.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Where a model is wrong and for whom: slices, kinds of errors and counts over all events of its trace."""
    from fame.checkpoint.description import describe
    from fame.data import read
    from fame.error_analysis.analysis import analyse
    from fame.error_analysis.conditions import parse
    from fame.error_analysis.prepare import events_of
    from fame.measured import find
    from fame.trace.records import TRACE

    conditions = [parse(text) for text in where or []]
    about, dataset = describe(model), read(data)
    folder = trace or find(model, TRACE, about.fingerprint)
    events = events_of(folder, about.fingerprint, dataset)
    found = analyse(events, conditions, minimum)
    if as_json:
        print_json({"model": about.name, "fingerprint": about.fingerprint, "data": dataset.name, **found.as_json()})
        return
    show(found, f"{about.name} on {dataset.name}")


def show(found: "Analysis", what: str) -> None:
    """Print the counts, then slices and kinds as tables."""
    selection = f"{found.events:,} of {found.of:,} events" if found.where else f"{found.events:,} events"
    if not found.events:
        every = " and ".join(condition.text for condition in found.where)
        console.print(f"{what}: no event is in the selection; {every} holds for none.", markup=False)
        return
    median = "" if found.median_rank is None else f"; half are at {found.median_rank:,.0f} or better"
    console.print(
        f"{what}: {found.found:,} of {selection} have what they took among the first ten{median}.", markup=False
    )
    bands = "   ".join(f"{band.ranks}: {band.n:,}" for band in found.bands)
    typer.echo(f"ranks    {bands}")
    typer.echo("\n".join(f"{name:8} {value:.4f}" for name, value in found.measures.items()))
    slices = found.slices
    table = Table(title=f"slices of {slices.minimum:,} events or more; {slices.looked_at:,} were looked at")
    for head in ("slice", "events", "NDCG@10 less the whole's, 95 %", "costs", "told"):
        table.add_column(head, justify="left" if head in ("slice", "told") else "right")
    rows = sorted(slices.rows, key=lambda row: (not row.told, row.under is not None, row.cost))
    for row in rows[:SHOWN]:
        effect = f"{row.effect:+.3f} ({row.low:+.3f} to {row.high:+.3f})"
        told = "no" if not row.told else "yes" if row.under is None else "with another"
        table.add_row(Text(row.name), f"{row.n:,}", effect, f"{row.cost:+.4f}", told)
    console.print(table)
    kinds = Table(title="kinds of errors")
    for head in ("kind", "events", "also", "of right ones", "rule"):
        kinds.add_column(head, justify="left" if head in ("kind", "rule") else "right")
    for kind in found.kinds:
        right = "" if kind.right is None else f"{kind.right:,}"
        kinds.add_row(kind.name, f"{kind.first:,}", f"{kind.also:,}", right, kind.rule)
    console.print(kinds)
