"""`python -m fame recommend`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fame.cli.opened import History, ItsData, ModelFolder, history_of, opened
from fame.cli.output import Json, print_json

if TYPE_CHECKING:
    from fame.explain.driver import Evidence
    from fame.ranking.recommendation import Recommendation


def recommend(
    model: ModelFolder,
    history: History,
    k: Annotated[int, typer.Option("-k", min=1, help="How many items.")] = 20,
    data: ItsData = None,
    as_json: Json = False,
) -> None:
    """The next items after a history, with the exact parts of each score, or of its probability in a mixture."""
    from fame.explain.anatomy import fit
    from fame.explain.driver import name_driver
    from fame.explain.evidence import evidence
    from fame.ranking.recommend import recommend as answer

    checkpoint, catalog = opened(model, data)
    about = checkpoint.description
    ids = history_of(history, checkpoint.model.config.length)
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
