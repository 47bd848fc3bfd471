"""`python -m fame evaluate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from fame.cli.output import Device, Json, console, print_json


def evaluate(
    model: Annotated[Path, typer.Option(help="Folder of the model.")],
    data: Annotated[Path, typer.Option(help="Folder of the data set that it was trained on.")],
    split: Annotated[Literal["validation", "test"], typer.Option(help="Which held-out item of each user.")] = "test",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Rank each user's held-out item against the whole catalog, items seen before left out."""
    from fame.checkpoint.store import load
    from fame.data import leave_one_out, read
    from fame.model.device import choose_device
    from fame.ranking.evaluation import popularity_ranks, ranks
    from fame.ranking.metrics import means

    checkpoint, dataset = load(model, choose_device(device)), read(data)
    catalog = checkpoint.catalog(dataset)
    parts = leave_one_out(dataset.histories)
    events = parts.test if split == "test" else parts.validation
    measures = means(ranks(checkpoint.model, events))
    floor = means(popularity_ranks(parts.train, events, len(catalog)))
    if as_json:
        print_json({**measures, "users": len(events.targets), "filtered": True, "split": split, "popularity": floor})
        return
    console.print(
        f"{checkpoint.description.name} on {dataset.name}, {split}, {len(events.targets)} users, seen items left out"
    )
    for name, value in measures.items():
        typer.echo(f"{name:8} {value:.4f}   popularity {floor[name]:.4f}")
