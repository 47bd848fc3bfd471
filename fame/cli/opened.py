"""What commands about a history have in common: the model, the titles of its items, and the history's ids."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fame.cli.output import console

if TYPE_CHECKING:
    from fame.checkpoint.store import Checkpoint
    from fame.data import Catalog

ModelFolder = Annotated[Path, typer.Option(help="Folder of the model.")]
History = Annotated[str, typer.Option(help='Item ids, oldest first: "50,181,172". Quote an id that holds a comma.')]
ItsData = Annotated[Path | None, typer.Option(help="Folder of its data set, for titles; found by name if left out.")]


def opened(model: Path, data: Path | None) -> tuple[Checkpoint, Catalog]:
    """The model and its catalog, which knows ids only where no data set was given and none is found."""
    from fame.checkpoint.store import load
    from fame.data import read
    from fame.home import data_folder

    checkpoint = load(model)
    folder = data or data_folder(checkpoint.description.dataset)
    if data is None and not folder.exists():
        console.print(f"No data set {folder}: ids stand in for titles.", markup=False, style="yellow")
        return checkpoint, checkpoint.catalog()
    return checkpoint, checkpoint.catalog(read(folder))


def history_of(text: str, length: int) -> list[str]:
    """The ids; says how many of them a model that reads `length` items reads."""
    from fame.data import parse_history

    ids = parse_history(text)
    if len(ids) > length:
        console.print(f"The model reads the newest {length} of {len(ids)} items.", style="yellow")
    return ids
