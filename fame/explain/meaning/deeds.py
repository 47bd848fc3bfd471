"""What a model's experts do, over all users: without each of them, with each turned up, and with other routers."""

import numpy as np
import torch
from torch import Tensor

from fame.data import Events
from fame.data.attributes import Attributes, held_out
from fame.data.batches import pad
from fame.data.split import sample
from fame.explain.facets.population import population
from fame.explain.meaning.left_out import LeftOut, left_out
from fame.explain.meaning.naming import interval, name_experts
from fame.explain.meaning.ownership import owners
from fame.explain.meaning.records import ASKED, ROUTED, Deeds, Done, Routed
from fame.heads.item_side import item_side
from fame.heads.registry import scores
from fame.heads.topk import BLOCK
from fame.model import Edit, Faceted, Intervention
from fame.ranking.evaluation import counted, rank_all
from fame.ranking.metrics import per_user
from fame.runs.budget import histories_at_once
from fame.runs.execute import execute
from fame.runs.plan import Plan

WORK = 4e9  # scores that this may take: where catalog and experts are many, users are fewer
FEWEST = 100


def deeds(model: Faceted, events: Events, families: list[Attributes], seed: int) -> Deeds:
    """Over a sample of the events, those left out whose target was seen before."""
    owner, some = owners(model), asked(model, events, seed)
    found = left_out(model, some, owner)
    out = held_out(model.config.items)
    names, level = name_experts(owner, model.config.experts, families, out, found, seed)
    return Deeds(
        users=len(some.targets),
        names=names,
        done=done(found, list(range(len(model.config.families)))),
        routed=routed(model, sample(counted(events), ROUTED, seed), seed),
        confidence=level,
    )


def asked(model: Faceted, events: Events, seed: int) -> Events:
    """The events in which every expert is left out; the more items and experts there are, the fewer."""
    scores_of_one = 2 * model.config.heads * model.config.experts * model.config.items
    return sample(counted(events), int(np.clip(WORK / scores_of_one, FEWEST, ASKED)), seed)


def done(found: LeftOut, facets: list[int]) -> Done:
    """Over users; selectivity is the mean over these facets."""
    n, N = len(found.fall), found.fall.shape[1] // found.largest.shape[1]
    if not n:
        return Done(0.0, 0.0, None)
    rows = np.arange(n)
    apart = np.concatenate([found.apart[rows, h * N + found.largest[:, h]] for h in facets] or [np.array([])])
    apart = apart[~np.isnan(apart)]
    return Done(
        fall=float(np.median(np.abs(found.fall).max(1))),
        changed=float(found.changed.max(1).mean()),
        selectivity=float(apart.mean()) if len(apart) else None,
    )


@torch.inference_mode()
def routed(model: Faceted, events: Events, seed: int) -> Routed:
    """NDCG@10 of the targets with the model's own routers, with uniform ones, and with those of other users."""
    n, side, length = len(events.targets), item_side(model), model.config.length
    own = torch.from_numpy(population(model, events).router)
    uniform = torch.full_like(own, 1 / model.config.experts)
    shuffled = own[np.random.default_rng(seed).permutation(n)]

    def measured(router: Tensor) -> np.ndarray:
        def score(rows: np.ndarray) -> Tensor:
            items = torch.from_numpy(pad(events.histories, rows, length))
            change = Intervention(router=Edit(set=router[rows][:, None]))
            return scores(model, execute(model, Plan(items, change=change)), side)

        most = max(1, BLOCK // model.config.items)
        groups = histories_at_once(model.config, events.histories.lengths)
        parts = (part for rows in groups for part in np.split(rows, range(most, len(rows), most)))
        return per_user(rank_all(score, events, parts))["NDCG@10"]

    with_own, with_uniform, with_shuffled = (measured(router) for router in (own, uniform, shuffled))
    if not n:
        with_own = with_uniform = with_shuffled = np.zeros(1)
    return Routed(
        users=n,
        own=interval(with_own, seed),
        uniform=interval(with_uniform - with_own, seed),
        shuffled=interval(with_shuffled - with_own, seed),
    )
