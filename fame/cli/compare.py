"""`python -m fame compare`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fame.cli.output import Json, console, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fame.compare.records import Comparison, Matching
    from fame.compare.sides import Side

SHOWN = 12  # slices in the table; --json has all


def compare(
    model: Annotated[
        list[Path], typer.Option(help="Folder of a model; given two times or more, the first against all others.")
    ],
    data: Annotated[
        list[Path], typer.Option(help="Folder of their data set; or, where they were trained on several, one a model.")
    ],
    minimum: Annotated[
        int | None, typer.Option(min=2, help="Users that a slice must have; left out: 20, or a 2,000th part.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What differs between two models: user by user, list by list, facet by facet. Traces that are missing are made."""
    from fame.checkpoint.store import load
    from fame.compare.comparison import compare as compare_users
    from fame.compare.comparison import correct
    from fame.compare.explanations import explained_alike
    from fame.compare.inside import matched
    from fame.compare.records import CompareError
    from fame.compare.seeds import of_another_seed

    if len(model) < 2:
        raise CompareError("Give --model at least twice: the first is compared with all others.")
    if len(data) not in (1, len(model)):
        raise CompareError(f"Give --data once, or once for each of the {len(model)} models, not {len(data)} times.")
    first, *others = sides(model, data * len(model) if len(data) == 1 else data)
    found = correct([compare_users(first, other, len(others), minimum) for other in others])
    ours = load(first.model.folder).model
    complete = []
    for one, other in zip(found, others, strict=True):
        theirs, data_of_both = load(other.model.folder).model, (first.data, other.data)
        facets, experts = matched(ours, theirs, data_of_both)
        complete.append(
            replace(
                one,
                facets=facets,
                experts=experts,
                explanations=explained_alike(ours, theirs, data_of_both),
                only_seed=of_another_seed(first.model, other.model),
            )
        )
    if as_json:
        print_json({"first": first.model.name, "against": [one.as_json() for one in complete]})
        return
    show(complete)


def sides(models: Sequence[Path], folders: Sequence[Path]) -> list[Side]:
    """Each model with its data and its trace, which is made where there is none."""
    from fame.checkpoint.description import describe
    from fame.checkpoint.store import load
    from fame.cli.trace import traced
    from fame.compare.sides import Side
    from fame.data import read
    from fame.measured import find
    from fame.trace.records import TRACE, need, read_about
    from fame.trace.whereabouts import beside

    datasets = {folder: read(folder) for folder in dict.fromkeys(folders)}
    found = []
    for model, folder in zip(models, folders, strict=True):
        about, dataset = describe(model), datasets[folder]
        place = find(model, TRACE, about.fingerprint)
        if place.is_dir():
            need(read_about(place), place, about.fingerprint, dataset.fingerprint)
        else:
            whereabouts = beside(model, about.fingerprint)
            traced(load(model), dataset, folder, whereabouts, resume=True)
            place = find(model, TRACE, about.fingerprint)
        found.append(Side(about, dataset, place))
    return found


def show(found: Sequence[Comparison]) -> None:
    """Print what differs as tables, of each in turn."""
    for one in found:
        first, second = one.first.name, one.second.name
        console.print(f"{first} against {second}, {one.users:,} users", markup=False)
        if one.common:
            c = one.common
            console.print(
                f"Of different data: ranked among the {c.items:,} items that both have, of {c.first_items:,} and "
                f"{c.second_items:,}, for the users whose held-out item is the same.", markup=False,
            )  # fmt: skip
        for row in one.measures:
            said = "told" if row.told else "no difference can be told"
            typer.echo(
                f"{row.measure:8} {row.first:.4f} against {row.second:.4f}: {row.value:+.4f} ({row.low:+.4f} to "
                f"{row.high:+.4f}, {row.confidence:.1%}), p {row.corrected:.2g}, {said}"
            )
        typer.echo(
            f"found    {one.both:,} by both, {one.first_alone:,} by {first} alone, {one.second_alone:,} by {second} "
            f"alone, {one.neither:,} by neither"
        )
        typer.echo(f"ranks    {one.wins:,} higher with {first}, {one.losses:,} higher with {second}")
        a = one.agreement
        typer.echo(
            f"lists    share {10 * a.overlap:.1f} of 10, rank-biased overlap {a.rank_biased:.2f}, "
            f"the same first for {a.same_first:.0%}"
        )
        for what, matching in (("facets", one.facets), ("experts", one.experts)):
            typer.echo(f"{what:8} {in_words(matching)}")
        if (e := one.explanations) is not None:
            typer.echo(
                f"explain  past items in the same order: {e.correlation:.2f} ({e.low:.2f} to {e.high:.2f}), rank "
                f"correlation of {e.method} over {e.histories} histories"
            )
        if one.only_seed:
            typer.echo("seed     they were trained alike but for the seed: what differs is chance")
        slices(one)


def in_words(matching: Matching | None) -> str:
    """What goes with what."""
    if matching is None:
        return "none to match"
    pairs = ", ".join(
        f"{matching.first[pair.first]} with {matching.second[pair.second]} {pair.value:.2f}"
        + ("" if pair.told else " (not told)")
        for pair in matching.pairs
    )
    return f"{pairs}; by chance {matching.chance:.2f}"


def slices(one: Comparison) -> None:
    """Those told first, then what differs most."""
    table = Table(title=f"NDCG@10 in slices of {one.minimum:,} users or more; {one.looked_at:,} were looked at")
    for head in ("slice", "users", "first", "second", "difference, 95 %", "told"):
        table.add_column(head, justify="left" if head in ("slice", "told") else "right")
    rows = sorted(one.slices, key=lambda row: (not row.told, row.under is not None, -abs(row.value)))
    for row in rows[:SHOWN]:
        table.add_row(
            Text(row.name), f"{row.n:,}", f"{row.first:.3f}", f"{row.second:.3f}",
            f"{row.value:+.3f} ({row.low:+.3f} to {row.high:+.3f})", "yes" if row.told else "no",
        )  # fmt: skip
    console.print(table)
