"""`python -m fame evaluate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from fame.cli.output import Device, Json, Repeated, console, print_json


def evaluate(
    model: Annotated[Path, typer.Option(help="Folder of the model.")],
    data: Annotated[Path, typer.Option(help="Folder of the data set that it was trained on.")],
    split: Annotated[Literal["validation", "test"], typer.Option(help="Which held-out item of each user.")] = "test",
    repeats: Repeated = "drop",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Rank each user's held-out item against the whole catalog, items seen before left out."""
    from fame.checkpoint.store import load
    from fame.data import leave_one_out, read
    from fame.model.device import choose_device
    from fame.ranking.evaluation import counted, popularity_ranks, ranks
    from fame.ranking.metrics import means

    checkpoint, dataset = load(model, choose_device(device)), read(data)
    catalog = checkpoint.catalog(dataset)
    parts = leave_one_out(dataset.histories)
    events = parts.test if split == "test" else parts.validation
    some, again = counted(events, repeats), int(events.repeated().sum())
    measures = means(ranks(checkpoint.model, some, repeats))
    floor = means(popularity_ranks(parts.train, some, len(catalog), repeats))
    if again:
        console.print(said(again, len(events.targets), repeats), style="yellow")
    if as_json:
        about = {
            "users": len(some.targets),
            "repeats": again,
            "repeats_share": again / len(events.targets) if len(events.targets) else 0.0,
            "filtered": repeats == "drop",
            "split": split,
            "popularity": floor,
        }
        print_json({**measures, **about})
        return
    seen = "left out" if repeats == "drop" else "ranked with the others"
    console.print(
        f"{checkpoint.description.name} on {dataset.name}, {split}, {len(some.targets)} users, seen items {seen}",
        markup=False,
    )
    for name, value in measures.items():
        typer.echo(f"{name:8} {value:.4f}   popularity {floor[name]:.4f}")


def said(again: int, events: int, repeats: Repeated) -> str:
    """How many held-out items had been seen before, and what became of them."""
    share = f"{again} of {events} held-out items ({again / events:.1%}) are in the user's history already"
    if repeats == "keep":
        return f"{share}; they count, since seen items are recommended."
    left = "they are left out of the measures" if again < events else "nobody is left to measure on"
    return f"{share}; seen items are never recommended, so {left}. With --repeats keep seen items are recommended."
