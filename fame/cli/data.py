"""`python -m fame data …`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from fame.cli.output import Json, console, print_json

if TYPE_CHECKING:
    from fame.data.tables import Report

app = typer.Typer(help="Fetch, make and import data sets.", no_args_is_help=True)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="movielens-100k")],
    to: Annotated[Path | None, typer.Option(help="Folder of the data set; data/NAME if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Bring the demo data, whose terms forbid shipping it, and make its folder."""
    from fame.data import movielens
    from fame.data.columns import DataError
    from fame.home import home

    if name != "movielens-100k":
        raise DataError(f"There is nothing called {name!r} to fetch, only movielens-100k.")
    folder = to or home() / "data" / name
    there = (folder / "dataset.json").exists()
    data = movielens.fetch(folder)
    _say(f"{folder}{' is there already' if there else ''}: {_counts(data.counts)}. {data.licence}")
    if as_json:
        print_json({"name": data.name, "fingerprint": data.fingerprint, **data.counts})


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="planted-cinema")],
    out: Annotated[Path, typer.Option(help="Folder of the data set.")],
    users: Annotated[int | None, typer.Option(help="Viewers; 2000 if left out.")] = None,
    items: Annotated[int | None, typer.Option(help="Films; 1000 if left out.")] = None,
    values: Annotated[int | None, typer.Option(help="Values of each family, 2 to 8; 10, 8 and 14 if left out.")] = None,
    length: Annotated[int | None, typer.Option(help="Mean length of a history; 25 if left out.")] = None,
    unknown: Annotated[float | None, typer.Option(help="Share of values that the catalog does not know; 0.")] = None,
    skew: Annotated[float | None, typer.Option(help="How unequal values are: shares like 1 / rank^skew; 0.")] = None,
    noise: Annotated[float | None, typer.Option(help="Chance that a step follows no family; 0.05 if left out.")] = None,
    stickiness: Annotated[float | None, typer.Option(help="Chance to stay with a family; 0.8 if left out.")] = None,
    preferences: Annotated[int | None, typer.Option(help="Values of a family that a viewer likes; 1.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same data.")] = 1,
    as_json: Json = False,
) -> None:
    """Make data in which it is known which family drove every choice."""
    from fame.data import planted
    from fame.data.columns import DataError

    if name != "planted-cinema":
        raise DataError(f"There is nothing called {name!r} to make, only planted-cinema.")
    chosen = planted.options(
        users=users,
        items=items,
        values=values,
        length=length,
        unknown=unknown,
        skew=skew,
        noise=noise,
        stickiness=stickiness,
        preferences=preferences,
        seed=seed,
    )
    data = planted.make(out, chosen)
    truth = data.details["truth"]
    _say(f"{out}: {_counts(data.counts)}; the oracle names {truth['oracle']:.1%}, chance {truth['chance']:.1%}")
    if as_json:
        print_json({"name": data.name, "fingerprint": data.fingerprint, **data.counts, "truth": truth})


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV, TSV, Parquet or RecBole .inter (and .item).")],
    out: Annotated[Path, typer.Option(help="Folder of the data set.")],
    items: Annotated[Path | None, typer.Option(help="Table with item_id, title and attribute columns.")] = None,
    format_: Annotated[str, typer.Option("--format", help="auto, csv, parquet or recbole.")] = "auto",
    map_: Annotated[
        str, typer.Option("--map", help="The files' own names: user=…,item=…,time=…,rating=…,title=…")
    ] = "",
    name: Annotated[str | None, typer.Option(help="Name of the data set; the folder's if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Make a data set of your own files; says what was read, what was dropped and why."""
    from fame.data.columns import DataError
    from fame.data.tables import bring

    names: dict[str, str] = {}
    for entry in filter(None, map_.split(",")):
        key, equals, column = entry.partition("=")
        if not equals:
            raise DataError(f"--map {entry!r} is not key=column; write for instance --map user=reviewer,item=asin.")
        names[key.strip()] = column.strip()
    data, report = bring(files, items, out, name or out.resolve().name, format_, names)

    console.print(_table(data.name, report))
    if as_json:
        print_json({"name": data.name, "fingerprint": data.fingerprint, **report.as_json()})


def _table(name: str, report: "Report") -> Table:
    """What was read, what was dropped and why, and what is known about the items. Names from data are no markup."""
    found = Table("what", Column("number", justify="right"), title=Text(name), title_justify="left")
    found.add_row("rows read", f"{report.rows:,}")
    for why, rows in report.dropped.items():
        found.add_row(f"rows dropped: {why}", f"{rows:,}")
    for what, number in report.counts.items():
        found.add_row(what, f"{number:,}")
    found.add_row("items without a title (the id stands in)", f"{report.untitled:,}")
    for family, share in report.families.items():
        found.add_row(Text(f"items with {family}"), f"{share:.0%}")
    return found


def _say(sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {what}" for what, n in counts.items())
