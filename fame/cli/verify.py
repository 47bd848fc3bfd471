"""`python -m fame verify`: what is true of a model, where that can be known."""

from pathlib import Path
from typing import Annotated

import typer

from fame.cli.output import Json, console, print_json

app = typer.Typer(help="Test a model's explanations where the truth is known.", no_args_is_help=True)


@app.callback()
def verify() -> None:
    """Test a model's explanations where the truth is known."""


@app.command()
def planted(
    model: Annotated[Path, typer.Option(help="Folder of the model.")],
    data: Annotated[Path, typer.Option(help="Folder of the data set, with truth.parquet.")],
    as_json: Json = False,
) -> None:
    """How often each reading names the family that drove a user's last interaction, on data where that is known."""
    from fame.checkpoint.store import load
    from fame.data import read
    from fame.explain.scorecard import scorecard

    checkpoint, dataset = load(model), read(data)
    checkpoint.catalog(dataset)
    found = scorecard(checkpoint.model, dataset)
    shares = {**found.readings, "named": found.named}
    if as_json:
        print_json(
            {
                "events": found.events,
                "chance": found.chance,
                "oracle": found.oracle,
                **{name: share and share.value for name, share in shares.items()},
                "unnamed": found.unnamed,
                "intervals": {name: share and share.interval for name, share in shares.items()},
                "matched": found.matched,
                "curve": [vars(point) for point in found.curve],
                "calibration": None if found.calibration is None else vars(found.calibration),
            }
        )
        return
    console.print(
        f"{checkpoint.description.name} on {dataset.name}: {found.events:,} test events whose driver is known; "
        f"chance {found.chance:.1%}, oracle {found.oracle:.1%}.",
        markup=False,
    )
    for name, share in shares.items():
        words = (
            "the model has none"
            if share is None
            else "{:6.1%}  95 % interval {:.1%} to {:.1%}".format(share.value, *share.interval)
        )
        typer.echo(f"{name.replace('_', ' '):15} {words}")
    typer.echo(f"{'no driver named':15} {found.unnamed:6.1%}")
    if found.calibration:
        typer.echo(f"{'calibration':15} {found.calibration.error:6.1%}  expected error of a responsibility")
    if found.matched:
        console.print("The facets have no names; each got the family that suits it best, so these are upper bounds.")
