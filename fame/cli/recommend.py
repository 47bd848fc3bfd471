"""`python -m fame recommend`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fame.cli.inputs import History, ItsData, ModelFolder, Past, User, opened, past_of
from fame.cli.item import item
from fame.cli.output import Json, Repeated, print_json

if TYPE_CHECKING:
    from fame.data import DataSet
    from fame.model import Model


def recommend(
    model: ModelFolder,
    history: History = None,
    user: User = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many items.")] = 20,
    repeats: Repeated = "drop",
    data: ItsData = None,
    as_json: Json = False,
) -> None:
    """The next items after a history, with the exact parts of each score, or of its probability."""
    from fame.cli.explanation_lines import driven
    from fame.explain.families.evidence import evidence
    from fame.explain.families.stored_anatomy import anatomy_of
    from fame.ranking.recommend import recommend as answer

    checkpoint, catalog, dataset = opened(model, data)
    about = checkpoint.description
    past = past_of(history, user, repeats, dataset, checkpoint.model.config.length)
    indices, hidden = catalog.indices(past.ids), catalog.indices(past.hidden)
    ranked = answer(checkpoint.model, indices, k, hidden=hidden)
    told = evidence(checkpoint.model, anatomy_of(checkpoint, catalog), indices, ranked.items.tolist())

    facets = checkpoint.model.config.facets
    wanted = about_user(checkpoint.model, dataset, past) if dataset is not None and past.user is not None else None
    items = [item(catalog, facets, ranked, row, row + 1, told[row]) for row in range(len(ranked.items))]
    if as_json:
        print_json(
            {
                "model": {"name": about.name, "fingerprint": about.fingerprint},
                "history": past.ids,
                "facets": list(facets),
                "gate": dict(zip(facets, ranked.gate[-1].tolist(), strict=True)),
                "router": dict(zip(facets, ranked.router[-1].tolist(), strict=True)),
                "items": items,
                **({} if wanted is None else wanted),
            }
        )
        return
    for one in items:
        if not facets:
            parts = f"{one['contributions']['rest']:+.2f} above the average item, and popularity {one['bias']:+.2f}"
        elif one["responsibilities"]:
            parts = "  ".join(f"{facet} {share:.0%}" for facet, share in one["responsibilities"].items())
        else:
            parts = "  ".join(f"{facet} {value:+.2f}" for facet, value in one["contributions"].items())
        typer.echo(f"{one['rank']:3}  {one['probability']:6.2%}  {one['title']}   {parts}{driven(one)}")
    came = wanted["held_out"] if wanted else None
    if came is not None:
        rank = "which was seen before and is not recommended" if came["rank"] is None else f"ranked {came['rank']}"
        typer.echo(f"user {past.user} went on with {came['title']}, {rank}")


def about_user(model: Model, dataset: DataSet, past: Past) -> dict[str, Any]:
    """What came next, and its rank as `evaluate` counts it, null where it cannot be recommended; and what is hidden."""
    from fame.ranking.evaluation import rank_of_user

    about: dict[str, Any] = {"user": past.user, "hidden": len(set(past.hidden)), "held_out": None}
    if past.held_out is not None:
        index, row = dataset.catalog.index(past.held_out), dataset.users.index(str(past.user))
        about["held_out"] = {
            "item_id": past.held_out,
            "title": dataset.catalog.title(index),
            "rank": rank_of_user(model, dataset.histories, row, "keep" if past.keep else "drop"),
            "repeat": past.held_out in past.ids,
        }
    return about
