"""`python -m fame recommend`."""

from __future__ import annotations

from typing import Annotated

import typer

from fame.cli.item import item
from fame.cli.opened import History, ItsData, ModelFolder, history_of, opened
from fame.cli.output import Json, print_json


def recommend(
    model: ModelFolder,
    history: History,
    k: Annotated[int, typer.Option("-k", min=1, help="How many items.")] = 20,
    data: ItsData = None,
    as_json: Json = False,
) -> None:
    """The next items after a history, with the exact parts of each score, or of its probability in a mixture."""
    from fame.cli.told import driven
    from fame.explain.anatomy import fit
    from fame.explain.evidence import evidence
    from fame.ranking.recommend import recommend as answer

    checkpoint, catalog = opened(model, data)
    about = checkpoint.description
    ids = history_of(history, checkpoint.model.config.length)
    indices = catalog.indices(ids)
    ranked = answer(checkpoint.model, indices, k)
    told = evidence(checkpoint.model, fit(checkpoint.model, catalog), indices, ranked.items.tolist())

    facets = checkpoint.model.config.facets
    items = [item(catalog, facets, ranked, row, row + 1, told[row]) for row in range(len(ranked.items))]
    if as_json:
        print_json(
            {
                "model": {"name": about.name, "fingerprint": about.fingerprint},
                "history": ids,
                "facets": list(facets),
                "gate": dict(zip(facets, ranked.gate[-1].tolist(), strict=True)),
                "router": dict(zip(facets, ranked.router[-1].tolist(), strict=True)),
                "items": items,
            }
        )
        return
    for one in items:
        if one["responsibilities"]:
            parts = "  ".join(f"{facet} {share:.0%}" for facet, share in one["responsibilities"].items())
        else:
            parts = "  ".join(f"{facet} {value:+.2f}" for facet, value in one["contributions"].items())
        typer.echo(f"{one['rank']:3}  {one['probability']:6.2%}  {one['title']}   {parts}{driven(one)}")
