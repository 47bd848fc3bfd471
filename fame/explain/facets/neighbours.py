"""Which items a facet holds to be alike."""

import numpy as np
import torch
from torch.nn.functional import normalize

from fame.model import Faceted, Model


@torch.inference_mode()
def neighbours(model: Model, item: int, k: int) -> dict[str, np.ndarray]:
    """Space -> the k catalog indices nearest to `item` by cosine, nearest first: all facets together, then each."""
    spaces = {"items": model.table()[1:]}
    if isinstance(model, Faceted):
        by_facet = model.sub_embeddings(model.table()[1:])
        spaces = {"all facets": by_facet.flatten(1)}
        spaces |= {name: by_facet[:, h] for h, name in enumerate(model.config.facets)}
    found = {}
    for name, vectors in spaces.items():
        unit = normalize(vectors, dim=1)
        likeness = unit @ unit[item - 1]
        likeness[item - 1] = -torch.inf
        found[name] = likeness.topk(min(k, len(unit) - 1)).indices.numpy() + 1
    return found
