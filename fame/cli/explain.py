"""`python -m fame explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fame.cli.opened import History, ItsData, ModelFolder, history_of, opened
from fame.cli.output import Json, print_json

if TYPE_CHECKING:
    from fame.data import Catalog
    from fame.explain.counterfactual import Removal


def explain(
    model: ModelFolder,
    history: History,
    target: Annotated[str, typer.Option(help="Id of the item to explain.")],
    rival: Annotated[str | None, typer.Option(help="Id of another item: why the target and not this one?")] = None,
    method: Annotated[
        str,
        typer.Option(
            help="occlusion-remove, occlusion-mask, greedy, shapley (up to 10 items), integrated-gradients, "
            "gradient-x-input, attention, rollout, recency or random."
        ),
    ] = "occlusion-remove",
    data: ItsData = None,
    as_json: Json = False,
) -> None:
    """Which past items speak for an item, and whether taking them away bears that out."""
    from fame.explain.counterfactual import fewest_removals
    from fame.explain.deletion import MEASURES, expected_first, measure
    from fame.explain.methods import attribute, recency
    from fame.explain.question import Question

    checkpoint, catalog = opened(model, data)
    ids = history_of(history, checkpoint.model.config.length)
    indices = catalog.indices(ids)
    against = None if rival is None else catalog.index(rival)
    question = Question.of(checkpoint.model, indices, catalog.index(target), against)
    older = len(ids) - question.length
    found = attribute(question, method)
    removal = fewest_removals(checkpoint.model, indices)

    first = MEASURES.index("DEL@1")
    faithfulness = {
        "DEL@1": float(measure(question, found.order, "remove")[first]),
        "recency_DEL@1": float(measure(question, recency(question).order, "remove")[first]),
        "random_DEL@1": expected_first(question),
    }
    answer: dict[str, Any] = {
        "target": target,
        "rival": rival,
        "method": found.method,
        "baseline": found.baseline,
        "attributions": [
            {
                "item_id": ids[older + t],
                "title": catalog.title(indices[older + t]),
                "position": older + t,
                "value": value,
            }
            for t, value in enumerate(found.values.tolist())
        ],
        "completeness_gap": found.completeness_gap,
        "counterfactual": counterfactual(removal, catalog, ids, older),
        "faithfulness": faithfulness,
    }
    if as_json:
        print_json(answer)
        return
    said = catalog.title(question.target) + (f" rather than {catalog.title(against)}" if against else "")
    typer.echo(f"Why {said}? By {found.method}; compared with {found.baseline}.")
    for t in found.order:
        typer.echo(f"{found.values[t]:+8.3f}  {catalog.title(indices[older + t])}")
    if found.completeness_gap is not None:
        typer.echo(f"They add up to the whole but for {found.completeness_gap:+.4f}.")
    if removal is None:
        typer.echo("No removal that was tried changes the first recommended item.")
    else:
        gone = ", ".join(catalog.title(indices[older + t]) for t in removal.removed)
        fewest = "the fewest that do it" if removal.exact else "found greedily"
        new, old = catalog.title(removal.new_top), catalog.title(removal.old_top)
        typer.echo(f"Without {gone} ({fewest}), {new} comes first in place of {old}.")
    one, latest, any_one = faithfulness.values()
    typer.echo(
        f"Without the most important item, the target's probability is {one:.2f} times what it was; "
        f"without the latest {latest:.2f}, without one at random {any_one:.2f}."
    )


def counterfactual(removal: Removal | None, catalog: Catalog, ids: list[str], older: int) -> dict[str, Any] | None:
    """The removal with ids; what is not read has no part in it."""
    if removal is None:
        return None
    return {
        "removed": [ids[older + t] for t in removal.removed],
        "positions": [older + t for t in removal.removed],
        "old_top": catalog.id(removal.old_top),
        "new_top": catalog.id(removal.new_top),
        "fewest": removal.exact,
    }
