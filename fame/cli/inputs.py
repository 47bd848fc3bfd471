"""What commands about a history have in common: the model, the titles of its items, and the history's ids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fame.cli.output import Repeated, console
from fame.errors import InputError

if TYPE_CHECKING:
    from fame.checkpoint.store import Checkpoint
    from fame.data import Catalog, DataSet

ModelFolder = Annotated[Path, typer.Option(help="Folder of the model.")]
History = Annotated[
    str | None, typer.Option(help='Item ids, oldest first: "50,181,172". Quote an id that holds a comma.')
]
User = Annotated[
    str | None,
    typer.Option(help="Id of a user of the data set, in place of a history: theirs, up to the item held out."),
]
ItsData = Annotated[Path | None, typer.Option(help="Folder of its data set, for titles; found by name if left out.")]


class UserError(InputError):
    """A user that is not in the data set, or a history that is given twice or not at all."""


@dataclass(frozen=True)
class Past:
    """What was seen, and what is therefore never recommended."""

    ids: list[str]  # oldest first, all of it, also what is too old to be read
    keep: bool  # whether seen items are recommended like all others
    user: str | None = None
    held_out: str | None = None  # what came next; None where there is too little to hold one out

    @property
    def hidden(self) -> list[str]:
        """What is never recommended."""
        return [] if self.keep else self.ids


def opened(model: Path, data: Path | None) -> tuple[Checkpoint, Catalog, DataSet | None]:
    """The model, its catalog, which knows ids only where no data set was given and none is found, and the data set."""
    from fame.checkpoint.store import load
    from fame.data import read
    from fame.data.derived.store import attached
    from fame.home import data_folder

    checkpoint = load(model)
    folder = data or data_folder(checkpoint.description.dataset)
    if data is None and not folder.exists():
        console.print(f"No data set {folder}: ids stand in for titles.", markup=False, style="yellow")
        return checkpoint, checkpoint.catalog(), None
    dataset = read(folder)
    checkpoint.catalog(dataset)
    dataset = attached(model, dataset)
    return checkpoint, dataset.catalog, dataset


def past_of(history: str | None, user: str | None, repeats: Repeated, dataset: DataSet | None, length: int) -> Past:
    """What is asked about; says how much of it a model that reads `length` items reads.

    Raises
    ------
    UserError
        Neither a history nor a user is given, or both, or no such user is there.
    """
    from fame.data import parse_history

    if (history is None) == (user is None):
        raise UserError("Give either --history or --user." if user is None else "Give --history or --user, not both.")
    keep = repeats == "keep"
    past = Past(parse_history(history), keep) if history is not None else of_user(str(user), dataset, keep)
    if len(past.ids) > length:
        console.print(f"The model reads the newest {length} of {len(past.ids)} items.", style="yellow")
    return past


def of_user(user: str, dataset: DataSet | None, keep: bool) -> Past:
    """A user's items before the one that was held out."""
    from fame.data import held_out

    if dataset is None:
        raise UserError("The data set is not found that has the user; name its folder with --data.")
    if user not in dataset.users:
        raise UserError(f"There is no user {user[:60]!r} among the {len(dataset.users):,} of {dataset.name!r}.")
    before, target = held_out(dataset.histories, dataset.users.index(user))
    if target is None:
        console.print(f"User {user} has {len(before)} items, too few to hold one out.", markup=False, style="yellow")
    ids = [dataset.catalog.id(int(item)) for item in before]
    return Past(ids, keep, user, None if target is None else dataset.catalog.id(target))
