"""One history through a model, and every value on the way by name."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import torch

from fame.explain.facets.weights import spread_of_parts
from fame.explain.facets.what_if import Weight, intervention, reweigh
from fame.explain.forward_pass import ForwardPass
from fame.heads.item_side import item_side
from fame.heads.topk import top_k
from fame.model import Faceted, Model
from fame.runs.execute import along, blocks
from fame.runs.plan import changed, histories

ALONE = 3  # items of each facet's own ranking


@torch.inference_mode()
def look_inside(
    model: Model, history: Sequence[int], k: int = 20, hidden: Collection[int] | None = None,
    gate: Mapping[int, float] | None = None, router: Mapping[tuple[int, int], float] | None = None,
    without: Collection[int] = (),
) -> ForwardPass:  # fmt: skip
    """Every value of one forward pass, for a history of catalog indices, oldest first.

    Weights that are chosen and items that are left out are as in `reweigh`; with none the answer is that of `recommend`
    to the last digit. No more memory is taken than T and the catalog need, each by itself.

    Raises
    ------
    HistoryError, WeightError
        As `recommend` and `reweigh`.
    """
    gate, router = gate or {}, router or {}
    found = reweigh(model, history, gate, router, without, k, hidden)
    oldest = max(0, len(history) - model.config.length)
    out = sorted(set(history if hidden is None else hidden))
    items = [item for t, item in enumerate(history) if t >= oldest and t not in without]
    read, T = torch.tensor([items]), len(items)
    (newest,) = blocks(model, histories(read))
    output, attention, start = newest, None, None
    if newest.attention is not None:
        rows = newest.attention[0, :, :, 0]  # (heads, N, S)
        attention, start = rows[..., -T:].double().numpy(), rows[..., :-T].sum(-1).double().numpy()
    side, own = item_side(model), None
    spread, alone = np.zeros(0), np.zeros((0, 0), dtype=np.int64)
    if isinstance(model, Faceted):
        changes = [Weight(h, n, set=share) for (h, n), share in router.items()]
        if changes:  # the facets follow their routers; nothing comes back from gate or score
            output = along(model, changed(read[0], intervention(model, T, changes, renormalise=False)))
        facets = output.at_last(output.facets)[0]  # (H, K)
        weighed = torch.from_numpy(found.gate).to(facets.dtype)[:, None] * facets
        spread = spread_of_parts(model, weighed)
        queries = model.facet_queries(facets)
        seen = torch.tensor([out]).expand(len(queries), -1) if out else None
        best = min(ALONE, model.config.items - len(out))
        alone = top_k(queries, side.table, torch.zeros_like(side.bias), best, seen, False).items.numpy()
        shares = model.shares(model.sub_embeddings(side.table[read[0]]))
        if shares is not None:
            own = np.zeros((len(read[0]), len(facets), shares.shape[2]))
            own[:, list(model.config.owning)] = shares.double().numpy()
    return ForwardPass(
        answer=found.ranking,
        facets=model.config.facets,
        gate=found.gate,
        router=found.router,
        item_norm=side.table[read[0]].norm(dim=-1).double().numpy(),
        facet_norm=output.at_last(output.facets)[0].norm(dim=-1).double().numpy(),
        query_norm=float(output.at_last(output.query)[0].norm()),
        attention=attention,
        start=start,
        own=own,
        spread=spread,
        alone=alone,
    )
