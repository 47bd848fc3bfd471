"""`python -m fame estimate`."""

from pathlib import Path
from typing import Annotated

import typer

from fame.architectures import DEFAULT_ARCHITECTURE
from fame.cli.output import Json, print_json
from fame.cli.train import MODELS


def estimate(
    data: Annotated[Path, typer.Option(help="Folder of the data set.")],
    preset: Annotated[
        str, typer.Option(help="default, best, small or published (in architecture, not in training).")
    ] = "default",
    model: Annotated[str, typer.Option(help=MODELS)] = DEFAULT_ARCHITECTURE,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, as key=value; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(help="As of the training.")] = 1,
    background: Annotated[bool, typer.Option(help="Leave a core and the right of way to other programs.")] = False,
    as_json: Json = False,
) -> None:
    """How long a training would take here, and how much memory: tries it for a few seconds."""
    from fame.cli.train import give_way
    from fame.data import read
    from fame.training.estimate import estimate as probe
    from fame.training.options import parse
    from fame.training.sufficiency import need_enough

    wanted = parse(preset, {"model": model, "seed": seed}, set_ or [])
    dataset = read(data)
    need_enough(wanted, dataset)
    if background:
        give_way()
    found = probe(wanted, dataset)
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(
        f"{found.parameters:,} parameters; at most {found.epochs} epochs of {found.seconds_per_epoch:.1f} s, "
        f"{found.seconds / 60:.1f} minutes; {found.memory / 2**30:.1f} GB of memory"
    )
