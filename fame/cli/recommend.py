"""`python -m fame recommend`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fame.cli.output import Json, console, print_json

if TYPE_CHECKING:
    from fame.explain.driver import Evidence
    from fame.ranking.recommendation import Recommendation


def recommend(
    model: Annotated[Path, typer.Option(help="Folder of the model.")],
    history: Annotated[str, typer.Option(help='Item ids, oldest first: "50,181,172". Quote an id that holds a comma.')],
    k: Annotated[int, typer.Option("-k", min=1, help="How many items.")] = 20,
    data: Annotated[
        Path | None, typer.Option(help="Folder of its data set, for titles; found by name if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The next items after a history, with the exact parts of each score, or of its probability in a mixture."""
    from fame.checkpoint.store import load
    from fame.data import parse_history, read
    from fame.explain.anatomy import fit
    from fame.explain.driver import name_driver
    from fame.explain.evidence import evidence
    from fame.home import data_folder
    from fame.ranking.recommend import recommend as answer

    checkpoint = load(model)
    about = checkpoint.description
    folder = data or data_folder(about.dataset)
    if data is None and not folder.exists():
        console.print(f"No data set {folder}: ids stand in for titles.", markup=False, style="yellow")
        catalog = checkpoint.catalog()
    else:
        catalog = checkpoint.catalog(read(folder))
    ids = parse_history(history)
    length = checkpoint.model.config.length
    if len(ids) > length:
        console.print(f"The model reads the newest {length} of {len(ids)} items.", style="yellow")
    indices = catalog.indices(ids)
    ranked = answer(checkpoint.model, indices, k)
    told = evidence(checkpoint.model, fit(checkpoint.model, catalog), indices, ranked.items.tolist())

    facets, shares = checkpoint.model.config.facets, ranked.responsibilities
    items: list[dict[str, Any]] = [
        {
            "item_id": catalog.id(int(item)),
            "title": catalog.title(int(item)),
            "rank": rank + 1,
            "score": float(ranked.score[rank]),
            "probability": float(ranked.probability[rank]),
            "reference": ranked.reference,
            "bias": float(ranked.bias[rank]),
            "contributions": dict(zip(facets, ranked.contributions[rank].tolist(), strict=True)),
            "responsibilities": None if shares is None else dict(zip(facets, shares[rank].tolist(), strict=True)),
            "anatomy": anatomy(ranked, rank, told[rank]),
            "driver": asdict(driver) if (driver := name_driver(told[rank])) else None,
        }
        for rank, item in enumerate(ranked.items)
    ]
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
    for item in items:
        if item["responsibilities"]:
            parts = "  ".join(f"{facet} {share:.0%}" for facet, share in item["responsibilities"].items())
        else:
            parts = "  ".join(f"{facet} {value:+.2f}" for facet, value in item["contributions"].items())
        by = f"   driven by {item['driver']['name']}" if item["driver"] else ""
        typer.echo(f"{item['rank']:3}  {item['probability']:6.2%}  {item['title']}   {parts}{by}")


def anatomy(ranked: Recommendation, rank: int, found: Evidence) -> dict[str, float] | None:
    """What each family lifts an item by, and the rest; None where nothing is known of items or log p is no sum."""
    above, parts = ranked.above(rank), found.parts.tolist()
    if not found.families or above is None:
        return None
    return {**dict(zip(found.families, parts, strict=True)), "rest": above - sum(parts)}
