"""Experts that own items: routers learn whose items come next, and prototypes are placed amid the items."""

import warnings
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from fame.model import Model, Output
from fame.model.fame import FAME

CHANCE = 0.3  # that an item is no facet's doing: how little one that nobody expected may cost
PLACED = 2  # epoch before which prototypes are placed, once the first has told items apart
ITEMS = 20_000  # among which, evenly over the catalog
STARTS = 10  # of k-means


def misrouting(model: Model, output: Output, real: Tensor, targets: Tensor) -> Tensor:
    """How badly routers foretell whose items come next, ().

    -log of the likelihood of each next item against one by chance, mean over positions: of a mixture over the facets by
    what the past says of which one drives, of `sum_n router_n a_n(v) / share_n` in each. Of the next items the
    embeddings (n, D) at the positions that are `real` (B, S); it teaches the routers, not the items.
    """
    assert isinstance(model, FAME)
    assert model.beliefs is not None
    assert output.drives is not None
    with torch.no_grad():
        owned = model.shares(model.sub_embeddings(targets))
        assert owned is not None
        against = owned / model.beliefs.share  # (n, O, N)
    fits = (output.router[real][:, model.config.owning].float() * against).sum(2)
    return -((1 - CHANCE) * (output.drives[real] * fits).sum(1) + CHANCE).log().mean()


@torch.no_grad()
def place(model: Model, seed: int, stand: Sequence[int] = ()) -> None:
    """Move each facet's prototypes to the centres of clusters of its items (k-means on directions), where it has any.

    Left to themselves prototypes settle on parts of several values of a family, and some on none. The first facets
    whose experts own items are tied to families for whose values so many experts `stand`; the others of these go where
    no items are.
    """
    from sklearn.cluster import KMeans

    if not isinstance(model, FAME) or model.prototypes is None:
        return
    weight, N = model.prototypes.weight, model.config.experts
    table = model.table()[1 :: max(1, model.config.items // ITEMS)]
    parts = normalize(model.sub_embeddings(table), dim=-1).cpu().numpy().astype(np.float64)
    if len(parts) < N:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fewer different items than experts: some share a place
        for o, h in enumerate(model.config.owning):
            clusters = stand[o] if o < len(stand) else N
            found = KMeans(clusters, n_init=STARTS, random_state=seed).fit(parts[:, h])
            away = np.linalg.svd(found.cluster_centers_, full_matrices=True)[2][-1]  # at right angles, if there is room
            places = np.vstack([found.cluster_centers_, np.tile(away, (N - clusters, 1))])
            weight[o] = torch.from_numpy(places).to(weight)
