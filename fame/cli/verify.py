"""`python -m fame verify`: what is true of a model, where that can be known."""

from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from fame.cli.ablation import ablation
from fame.cli.output import Json, console, print_json

if TYPE_CHECKING:
    from fame.data import Catalog
    from fame.explain.meaning.records import Deeds, Meaning, Probe
    from fame.explain.trust.records.explanations import Explanations
    from fame.explain.trust.records.scorecard import ExpertMarks

app = typer.Typer(help="Test what a model's facets, experts and explanations say.", no_args_is_help=True)


@app.callback()
def verify() -> None:
    """Test what a model's facets, experts and explanations say."""


app.command()(ablation)


@app.command()
def planted(
    model: Annotated[Path, typer.Option(help="Folder of the model; the result is stored in its `scorecard.json`.")],
    data: Annotated[Path, typer.Option(help="Folder of the data set, with truth.parquet.")],
    as_json: Json = False,
) -> None:
    """How often each reading names the family that drove a user's last interaction, on data where that is known."""
    from fame.checkpoint.store import load
    from fame.data import read
    from fame.data.derived.store import attached
    from fame.explain import stored
    from fame.explain.trust.records.scorecard import SCORECARD_FILE
    from fame.explain.trust.scorecard import scorecard

    checkpoint, dataset = load(model), read(data)
    checkpoint.catalog(dataset)
    found = scorecard(checkpoint.model, attached(model, dataset))
    stored.save(model / SCORECARD_FILE, checkpoint.description.fingerprint, found)
    shares = {**found.readings, "named": found.named}
    if as_json:
        print_json(
            {
                "events": found.events,
                "chance": found.chance,
                "oracle": found.oracle,
                **{name: share and share.value for name, share in shares.items()},
                "unnamed": found.unnamed,
                "by_family": {
                    name: {"events": share.events, "named": share.value} for name, share in found.by_family.items()
                },
                "intervals": {name: share and share.interval for name, share in shares.items()},
                "matched": found.matched,
                "curve": [vars(point) for point in found.curve],
                "calibration": None if found.calibration is None else vars(found.calibration),
                "experts": found.experts and stored.as_json(found.experts),
                "driver": found.driver
                and {
                    "all": found.driver.all.value,
                    "ece": found.driver.calibration.error,
                    "right_of_named": found.driver.of_named and found.driver.of_named.value,
                    "calibration": vars(found.driver.calibration),
                },
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
    if found.driver:
        typer.echo(f"{'likeliest':15} {found.driver.all.value:6.1%}  if the likeliest family is always named")
        error = "expected error of the driver's probability"
        typer.echo(f"{'calibration':15} {found.driver.calibration.error:6.1%}  {error}")
    if found.calibration:
        typer.echo(f"{'calibration':15} {found.calibration.error:6.1%}  expected error of a responsibility")
    if found.experts:
        typer.echo(_preferences(found.experts))
    if found.matched:
        console.print("The facets have no names; each got the family that suits it best, so these are upper bounds.")


@app.command()
def meaning(
    model: Annotated[Path, typer.Option(help="Folder of the model; the result is stored in its `meaning.json`.")],
    data: Annotated[Path | None, typer.Option(help="Folder of its data set; found by name if left out.")] = None,
    seeds: Annotated[
        list[Path] | None, typer.Option(help="Another model of the same data and shape; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What each facet and expert means, tested on items whose values no training tied to a facet.

    The anatomy of its items by attribute family is fitted and stored in `anatomy/`, too.
    """
    from fame.checkpoint.store import load
    from fame.data import read
    from fame.data.derived.store import attached
    from fame.explain.families.stored_anatomy import keep_anatomy
    from fame.explain.meaning.measure import compare_seeds, measure
    from fame.explain.meaning.records import save
    from fame.home import data_folder

    checkpoint = load(model)
    dataset = read(data or data_folder(checkpoint.description.dataset))
    catalog = checkpoint.catalog(dataset)
    others = []
    for folder in seeds or []:
        other = load(folder)
        other.catalog(dataset)
        others.append((other.description.name, other.model))
    dataset = attached(model, dataset)
    found = measure(checkpoint.model, dataset, stable=compare_seeds(checkpoint.model, others) if others else None)
    save(model, checkpoint.description.fingerprint, found)
    keep_anatomy(checkpoint, dataset.catalog)
    if as_json:
        print_json({"model": checkpoint.description.fingerprint, **found.as_json()})
        return
    _say_meaning(found, catalog)
    if lacking := checkpoint.model.config.ownerless:
        typer.echo(
            f"Experts of {', '.join(lacking)} own no items, as published; what is routed to them counts as theirs."
        )


@app.command()
def explanations(
    model: Annotated[Path, typer.Option(help="Folder of the model; the result is stored in its `explanations.json`.")],
    data: Annotated[Path, typer.Option(help="Folder of its data set.")],
    users: Annotated[int, typer.Option(min=1, help="How many, drawn by the seed.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of the sample, the random order and the intervals.")] = 1,
    as_json: Json = False,
) -> None:
    """How true each method is that says which past items a recommendation comes from, beside recency and random."""
    from fame.checkpoint.store import load
    from fame.data import read
    from fame.explain import stored
    from fame.explain.trust.faithfulness import judge
    from fame.explain.trust.records.explanations import EXPLANATIONS_FILE

    checkpoint, dataset = load(model), read(data)
    checkpoint.catalog(dataset)
    found = judge(checkpoint.model, dataset, users, seed)
    stored.save(model / EXPLANATIONS_FILE, checkpoint.description.fingerprint, found)
    if as_json:
        print_json({"model": checkpoint.description.fingerprint, **stored.as_json(found)})
        return
    console.print(
        f"{checkpoint.description.name} on {dataset.name}: why the first recommended item comes first, for "
        f"{found.users:,} users, seed {seed}; items removed. In brackets the 95 % interval of the difference to "
        "recency.",
        markup=False,
    )
    _say_explanations(found)


def _say_explanations(found: "Explanations") -> None:
    """A line a method: three measures and the verdict."""
    verdicts = {one.method: one for one in found.verdicts}
    for row in found.rows:
        if (row.way, row.group) != ("remove", "all"):
            continue
        cells = []
        for measure in ("DEL@1", "INS@1", "area"):
            at = found.measures.index(measure)
            against = f" ({row.to_recency[at].low:+.2f} to {row.to_recency[at].high:+.2f})" if row.to_recency else ""
            cells.append(f"{measure} {row.mean[at]:.2f}{against}")
        one = verdicts.get(row.method)
        typer.echo(f"{row.method:22} n {row.users:<5} {'  '.join(cells)}  {one.verdict if one else 'to be beaten'}")
        if one and one.alike and one.sensitivity is not None:
            left = ", ".join(f"{stage} {value:+.2f}" for stage, value in one.alike.items())
            typer.echo(
                f"{'':22} alike after re-initialising: {left}; moves by {one.sensitivity:.2f} of itself when what is "
                "read moves a little"
            )
    if best := found.truest:
        area = best.judged.to_recency[found.measures.index("area")]
        typer.echo(
            f"Truest of the fast ones: {best.method}, chosen on {best.chosen_on} users; on {best.judged.users} others "
            f"its area is by {-area.mean:+.2f} below recency's (95 % interval {-area.high:+.2f} to {-area.low:+.2f})."
        )
    else:
        typer.echo("None of the fast ones is truer than recency on the half of the users that chooses.")


def _preferences(marks: "ExpertMarks") -> str:
    """What experts tell of the preferences that users follow."""
    return (
        f"Of {marks.preferences:,} preferences the largest expert tells {marks.told:.1%} (routers dealt to the wrong "
        f"users {marks.by_chance:.1%}, the latest liked value {marks.latest:.1%}, an oracle {marks.oracle:.1%}), "
        f"{marks.drives:.1%} of those that drive the next item; {marks.beyond_chance:.2f} of what can be told."
    )


def _say_deeds(deeds: "Deeds") -> None:
    """What experts do, in three lines."""
    done, routed = deeds.done, deeds.routed
    typer.echo(
        f"Without the expert that matters most what users took is {exp(done.fall):.2f} times as likely or unlikely "
        f"(median of {deeds.users} users), and {done.changed:.1f} of the first ten items are others."
    )
    if done.selectivity is not None:
        typer.echo(
            f"Without a facet's largest expert its own items fall by {done.selectivity:+.3f} nats more than others."
        )
    swapped = ", ".join(
        f"{name} routers {one.mean:+.4f} ({one.low:+.4f} to {one.high:+.4f})"
        for name, one in (("uniform", routed.uniform), ("shuffled", routed.shuffled))
    )
    typer.echo(f"NDCG@10 of {routed.users:,} users {routed.own.mean:.4f}; with {swapped}")


def _say_meaning(found: "Meaning", catalog: "Catalog") -> None:
    """The facets, the matrices, the experts."""
    for facet in found.facets:
        tied = "tied to its family" if facet.tied else "tied to no family"
        typer.echo(f"{facet.facet}: {facet.named or 'unnamed'} ({facet.verdict}; {tied})")
        for value in facet.values:
            titles = ", ".join(catalog.title(item) for item in value.typical)
            typer.echo(f"    {value.family} {value.value}  {value.lift:+.2f}  q {value.q:.3f}  {titles}")
    if found.families:
        console.print(_matrix(found, found.held_out, "Probe on held-out items: 2 AUC - 1 (0 = chance), q"))
        console.print(_matrix(found, found.written_in, "The same on the other items: written in where a facet is tied"))
    if found.deeds:
        _say_deeds(found.deeds)
    for expert in found.experts:
        values = ", ".join(f"{one.value} {one.share:.0%} (of all {one.overall:.0%})" for one in expert.speaks_for)
        alike = "".join(f"; same as expert {other + 1}" for other in expert.same_as)
        name = f"{found.facets[expert.facet].facet}, expert {expert.expert + 1}"
        called = ", ".join(found.names(expert.facet, expert.expert)) or "unnamed"
        typer.echo(f"{name}: {called}; where it leads, the newest item: {values or 'nothing told from chance'}{alike}")
    typer.echo(f"{found.found} values found for experts; chance would find {found.by_chance:.1f}")
    if found.stability:
        per = ", ".join(f"{f.facet} {value:.2f}" for f, value in zip(found.facets, found.stability.facets, strict=True))
        typer.echo(f"Debiased CKA with the facets of {', '.join(found.stability.models)}: {per}")


def _matrix(found: "Meaning", probe: "Probe", title: str) -> Table:
    """Facets against families; names from data are no markup."""
    table = Table("facet", title=title, title_justify="left")
    for family, items in zip(found.families, probe.items, strict=True):
        table.add_column(Text(f"{family} (n {items})"), justify="right")
    for h, facet in enumerate(found.facets):
        cells = []
        for a in range(len(found.families)):
            gain, q = probe.gain(h, a), probe.q[h][a]
            cells.append("too few" if gain is None else f"{gain:+.2f}" + ("" if q is None else f"  {q:.3f}"))
        table.add_row(Text(facet.facet), *cells)
    return table
