"""`python -m fame explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from fame.cli.inputs import History, ItsData, ModelFolder, User, opened, past_of
from fame.cli.output import Json, Repeated, print_json


def explain(
    model: ModelFolder,
    target: Annotated[str, typer.Option(help="Id of the item to explain.")],
    history: History = None,
    user: User = None,
    rival: Annotated[str | None, typer.Option(help="Id of another item: why the target and not this one?")] = None,
    method: Annotated[
        str,
        typer.Option(
            help="occlusion-remove, occlusion-mask, greedy, shapley (up to 10 items), integrated-gradients, "
            "gradient-x-input, attention, rollout, recency or random."
        ),
    ] = "occlusion-remove",
    missing: Annotated[
        str | None,
        typer.Option(
            help="Where the gate's mass of a facet goes that is left out: renormalised (to the others) or dropped. "
            "Dropped if left out, or renormalised where the head cannot lose any (a mixture)."
        ),
    ] = None,
    weights: Annotated[
        str,
        typer.Option(
            help='What if the gate or a router weighed otherwise? "1:40,2.3:0" has the first facet weigh 40 % and the '
            "third expert of the second facet nothing; the others stay as they are."
        ),
    ] = "",
    without: Annotated[
        str, typer.Option(help='What if past items were not read? "2,5": the second and fifth of the history.')
    ] = "",
    repeats: Repeated = "drop",
    data: ItsData = None,
    as_json: Json = False,
) -> None:
    """Which past items, facets and experts an item is due to, what would change it, and whether that is borne out."""
    from fame.cli.explanation import Asked, explanation
    from fame.cli.explanation_lines import tell
    from fame.explain.families.stored_anatomy import anatomy_of

    checkpoint, catalog, dataset = opened(model, data)
    past = past_of(history, user, repeats, dataset, checkpoint.model.config.length)
    asked = Asked(checkpoint.model, catalog, anatomy_of(checkpoint, catalog), past.ids, past.hidden)
    answer = explanation(asked, target, rival, method, missing, weights, without)
    if as_json:
        print_json(answer)
        return
    for line in tell(answer, catalog):
        typer.echo(line)
