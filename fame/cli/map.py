"""`python -m fame map`."""

from pathlib import Path
from typing import Annotated

import typer

from fame.cli.output import Json, console, print_json


def map_(
    model: Annotated[Path, typer.Option(help="Folder of the model; the maps are stored in its `maps`.")],
    data: Annotated[Path | None, typer.Option(help="Folder of its data set; only checked against the model.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same maps.")] = 1,
    as_json: Json = False,
) -> None:
    """Compute UMAP maps of the items as each facet sees them."""
    from fame.checkpoint.store import load
    from fame.data import read

    checkpoint = load(model)
    if data is not None:
        checkpoint.catalog(read(data))
    from fame.maps import compute, store

    maps = compute.compute(
        checkpoint.model, checkpoint.description.fingerprint, seed, lambda name: console.print(f"mapping {name}")
    )
    store.save(model, maps)
    spaces = {
        space.name: {"trustworthiness": space.trustworthiness, "continuity": space.continuity} for space in maps.spaces
    }
    if as_json:
        print_json({"model": str(model), "points": len(maps.items), "of": maps.of, "seed": seed, "spaces": spaces})
        return
    for name, quality in spaces.items():
        typer.echo(
            f"{name:12} trustworthiness {quality['trustworthiness']:.3f}  continuity {quality['continuity']:.3f}"
        )
