"""`python -m fame derive`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fame.cli.output import Json, print_json

if TYPE_CHECKING:
    from fame.data import Catalog
    from fame.data.derived.records import Derived


def derive(
    model: Annotated[Path, typer.Option(help="Folder of the model; the families are stored in its `derived`.")],
    data: Annotated[Path | None, typer.Option(help="Folder of its data set; found by name if left out.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the audiences.")] = 0,
    as_json: Json = False,
) -> None:
    """Derive families from what users took: who takes an item, how often, when, how it is liked and taken again."""
    from fame.checkpoint.store import load
    from fame.data import read
    from fame.data.derived import store
    from fame.data.derived.derive import derive
    from fame.explain import example
    from fame.explain.meaning.audience_names import named
    from fame.home import data_folder
    from fame.training.anchoring import AnchoringError, tied_to_audience

    checkpoint = load(model)
    folder = data or data_folder(checkpoint.description.dataset)
    dataset = read(folder)
    catalog = checkpoint.catalog(dataset)
    if tied_to_audience(checkpoint.model.config.families, catalog) and store.load(model, dataset.fingerprint):
        raise AnchoringError(
            f"A facet of {checkpoint.description.name} is tied to the audiences in {model / store.DERIVED}, so that "
            "they stay; train a model anew to have others."
        )
    found = named(derive(folder, dataset, seed), catalog)
    store.save(model, found)
    example.write(model, dataset)
    if as_json:
        print_json({"model": str(model), **store.about(found)})
        return
    _say(found, catalog)


def _say(found: "Derived", catalog: "Catalog") -> None:
    """A line a family, what is stable, every audience, and what could not be derived."""
    for family in found.families:
        known = float((family.codes[1:, 0] >= 0).mean())
        typer.echo(f"{family.name:12} {len(family.values):3} values, known of {known:.0%} of the items")
    for one in found.stability:
        typer.echo(
            f"{one.number} {one.level} audiences: adjusted mutual information {one.seeds:.2f} over seeds, "
            f"{one.halves:.2f} between halves of the users"
        )
    for audience in found.audiences:
        told = ", ".join(f"{one.value} {one.share:.0%} (of all {one.overall:.0%})" for one in audience.enriched)
        indent = "" if audience.within is None else "  "
        typer.echo(f"{indent}{audience.name(catalog)}, {audience.items:,} items{': ' if told else ''}{told}")
    for reason in found.left_out:
        typer.echo(f"Left out: {reason}")
