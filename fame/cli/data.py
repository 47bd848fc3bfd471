"""`python -m fame data …`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from fame.cli.output import Json, console, print_json

if TYPE_CHECKING:
    from fame.data.importing import Report

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
    audiences: Annotated[int | None, typer.Option(help="Of viewers and films, which no table tells; 0.")] = None,
    audience_share: Annotated[float | None, typer.Option(help="Of the steps, that an audience drives; 0.4.")] = None,
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
        audiences=audiences,
        audience_share=audience_share,
        seed=seed,
    )
    data = planted.make(out, chosen)
    truth = data.details["truth"]
    _say(f"{out}: {_counts(data.counts)}; the oracle names {truth['oracle']:.1%}, chance {truth['chance']:.1%}")
    if as_json:
        print_json({"name": data.name, "fingerprint": data.fingerprint, **data.counts, "truth": truth})


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files, folders, .zip or .gz.")],
    out: Annotated[Path, typer.Option(help="Folder of the data set.")],
    items: Annotated[list[Path] | None, typer.Option(help="Tables about items; may be given several times.")] = None,
    format_: Annotated[
        str, typer.Option("--format", help="auto, movielens, recbole, amazon, json (an object a line), csv or parquet.")
    ] = "auto",
    map_: Annotated[
        str,
        typer.Option(
            "--map",
            help="The log's own names: user=…,item=…,time=…,rating=…,title=…; a single file's: films.csv:item=id",
        ),
    ] = "",
    header: Annotated[
        bool | None,
        typer.Option("--header/--no-header", help="Whether the first line names the columns; else guessed."),
    ] = None,
    in_order: Annotated[
        bool, typer.Option("--in-order", help="There are no times: the order of the rows is that of time.")
    ] = False,
    families: Annotated[str, typer.Option(help="Columns about items that become families: a,b; else guessed.")] = "",
    separator: Annotated[str, typer.Option(help="Between the values of a cell.")] = "|",
    bin_: Annotated[
        str, typer.Option("--bin", help="Numbers into ranges: price=5 (five of like size), year=by10 (ten wide).")
    ] = "",
    core: Annotated[int, typer.Option(help="Keep users and items with this many interactions; 0 keeps all.")] = 0,
    time_format: Annotated[
        str,
        typer.Option(help="How dates are written: day-first, month-first, year-first or a pattern as %d/%m/%Y %H:%M."),
    ] = "",
    encoding: Annotated[str, typer.Option(help="Of text files; of a single one: films.csv=latin-1")] = "",
    name: Annotated[str | None, typer.Option(help="Name of the data set; the folder's if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Make a data set of your own files; says what was read, what was dropped and why."""
    from fame.data.importing import bring_in, look, options

    mapped = _pairs(map_, "--map", "user=reviewer,item=asin")
    encoded = _pairs(",".join(e for e in encoding.split(",") if "=" in e), "--encoding", "films.csv=latin-1")
    chosen = options(
        form=format_,
        mapping={key: column for key, column in mapped.items() if ":" not in key},
        files=_of_files(mapped, encoded),
        header=header,
        in_order=in_order,
        families=tuple(part.strip() for part in families.split(",")) if families else None,
        separator=separator,
        bins={column: _bin(how) for column, how in _pairs(bin_, "--bin", "price=5,year=by10").items()},
        core=core,
        time_format=time_format,
        encoding=next((entry for entry in encoding.split(",") if entry and "=" not in entry), "utf-8"),
        name=name or "",
    )
    guess = look(files, chosen, items or ())
    _say(guess.says)
    for found in guess.tables:
        taken = [f"{column.name} = {column.role} ({column.why})" for column in found.columns if column.role != "none"]
        _say(f"{found.where}: {', '.join(taken) or 'no column is used'}")
    for passed in guess.ignored:
        _say(f"{passed.where} is not read: {passed.why}")
    report = bring_in(files, out, chosen, items or ())
    for table in _tables(report):
        console.print(table)
    for note in report.notes:
        _say(note)
    if as_json:
        print_json(report.as_json())


def _pairs(text: str, option: str, example: str) -> dict[str, str]:
    """`a=b,c=d` as given to an option."""
    from fame.data.columns import DataError

    found: dict[str, str] = {}
    for entry in filter(None, text.split(",")):
        key, equals, column = entry.partition("=")
        if not equals:
            raise DataError(f"{option} {entry!r} is not key=column; write for instance {option} {example}.")
        found[key.strip()] = column.strip()
    return found


def _of_files(mapped: dict[str, str], encoded: dict[str, str]) -> dict[str, dict[str, object]]:
    """What is said of single files, by their names: "films.csv:item" -> "id", and encodings."""
    found: dict[str, dict[str, object]] = {}
    for key, column in mapped.items():
        name, colon, role = key.rpartition(":")
        if colon:
            mapping = found.setdefault(name, {}).setdefault("mapping", {})
            assert isinstance(mapping, dict)
            mapping[role] = column
    for name, encoding in encoded.items():
        found.setdefault(name, {})["encoding"] = encoding
    return found


def _bin(how: str) -> dict[str, str]:
    return {"width": how.removeprefix("by")} if how.startswith("by") else {"ranges": how}


def _tables(report: "Report") -> Iterator[Table]:
    """What was read, dropped and why, and what came of it. Names from data are no markup."""
    found = Table("what", Column("number", justify="right"), "", title=Text(report.name), title_justify="left")
    found.add_row("rows read", f"{report.rows:,}")
    for drop in report.dropped:
        found.add_row(f"rows dropped: {drop.reason}", f"{drop.rows:,}", Text(drop.example))
    if report.core:
        before, after = report.core.before, report.core.after
        for what in ("users", "items", "interactions"):
            lost = getattr(before, what) - getattr(after, what)
            found.add_row(
                f"{what} dropped by the {report.core.least}-core", f"{lost:,}", f"of {getattr(before, what):,}"
            )
    counts, lengths = report.counts, report.lengths
    found.add_row("users", f"{counts.users:,}", f"{lengths.short:,} with fewer than three interactions")
    found.add_row("items", f"{counts.items:,}", f"{report.untitled:,} without a title: the id stands in")
    found.add_row("interactions", f"{counts.interactions:,}", f"{report.density:.3%} of users times items")
    found.add_row("times", "", report.span.says)
    first, middle, third = lengths.quartiles
    spread = f"{lengths.least:,} to {lengths.most:,}; half of them {first:g} to {third:g}"
    found.add_row("length of a history, median", f"{middle:g}", spread)
    for family in report.families:
        said = f"{family.values:,} values, most often {', '.join(family.examples[:3])}"
        said += f"; {family.silent}" if family.silent else ""
        found.add_row(Text(f"items with {family.name}"), f"{family.coverage:.0%}", Text(said))
    yield found
    shown = Table("user", Column("length", justify="right"), "newest items, oldest first")
    for preview in report.preview:
        titles = " · ".join(title for _, title, _ in preview.items)
        shown.add_row(Text(preview.user_id[:40]), f"{preview.length:,}", Text(titles[:300]))
    yield shown


def _say(sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {what}" for what, n in counts.items())
