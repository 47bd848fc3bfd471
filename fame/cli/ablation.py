"""`python -m fame verify ablation`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fame.cli.output import Json, console, print_json

if TYPE_CHECKING:
    from fame.explain.meaning.records import Interval
    from fame.explain.trust.records.ablation import Ablation


def ablation(
    model: Annotated[Path, typer.Option(help="Folder of the model; the result is stored in its `ablation.json`.")],
    data: Annotated[Path, typer.Option(help="Folder of its data set.")],
    seed: Annotated[int, typer.Option(min=0, help="Of who has whose weights, and of the intervals.")] = 0,
    as_json: Json = False,
) -> None:
    """What gate, routers and each facet are to the ranking of all users: made uniform, dealt to others, left out."""
    from fame.checkpoint.store import load
    from fame.data import leave_one_out, read
    from fame.explain import stored
    from fame.explain.trust.ablation import ablation as measure
    from fame.explain.trust.records.ablation import ABLATION_FILE

    checkpoint, dataset = load(model), read(data)
    checkpoint.catalog(dataset)
    with Progress(
        TextColumn("ranking"), BarColumn(), MofNCompleteColumn(), TextColumn("users,"), TimeRemainingColumn(),
        TextColumn("left"), console=console,
    ) as bar:  # fmt: skip
        task = bar.add_task("ranking", total=None)
        found = measure(
            checkpoint.model, leave_one_out(dataset.histories).test, seed,
            lambda done, of: bar.update(task, completed=done, total=of),
        )  # fmt: skip
    stored.save(model / ABLATION_FILE, checkpoint.description.fingerprint, found)
    if as_json:
        print_json({"model": checkpoint.description.fingerprint, **stored.as_json(found)})
        return
    show(found, f"{checkpoint.description.name} on {dataset.name}")


def show(found: "Ablation", what: str) -> None:
    """A line a change."""
    own = found.own
    console.print(
        f"{what}: NDCG@10 of {found.users:,} users {own.mean:.4f} ({own.low:.4f} to {own.high:.4f}). Changes, with "
        "intervals of 95 % for all of them together:",
        markup=False,
    )
    rows: list[tuple[str, Interval]] = []
    for name, part in (("gate", found.gate), ("routers", found.router)):
        if part is not None:
            rows += [(f"{name} uniform", part.uniform), (f"{name} of other users", part.shuffled)]
    rows += [(f"without {facet}", one) for facet, one in zip(found.facets, found.without, strict=True)]
    for name, one in rows:
        typer.echo(f"{name:24} {one.mean:+.4f}  ({one.low:+.4f} to {one.high:+.4f})")
