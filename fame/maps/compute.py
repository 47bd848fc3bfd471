"""UMAP (McInnes et al. 2018) of the items as each facet sees them. Slow to import and to run: only when asked for."""

from collections.abc import Callable

import numpy as np
import torch

from fame.maps.store import MOST_MAPPED, Maps, Space
from fame.model import Faceted, Model

NEIGHBOURS = 15
JUDGED = 2_000  # items on which the quality of a map is measured: it takes all pairs


@torch.inference_mode()
def compute(model: Model, fingerprint: str, seed: int, watch: Callable[[str], None] = lambda name: None) -> Maps:
    """Maps of the item vectors or, with facets, of every facet's sub-embeddings and of all joined; cosine distance."""
    table = model.table()[1:]
    rng = np.random.default_rng(seed)
    items = (
        np.arange(len(table))
        if len(table) <= MOST_MAPPED
        else np.sort(rng.choice(len(table), MOST_MAPPED, replace=False))
    )
    shown = table[torch.from_numpy(items)]
    vectors = {"items": shown.numpy()}
    if isinstance(model, Faceted):
        by_facet = model.sub_embeddings(shown).numpy()
        vectors = {"all facets": by_facet.reshape(len(items), -1)}
        vectors |= {name: by_facet[:, h] for h, name in enumerate(model.config.facets)}
    spaces = []
    for name, space in vectors.items():
        watch(name)
        spaces.append(project(name, space, seed))
    return Maps(fingerprint, seed, len(table), items + 1, tuple(spaces))


def project(name: str, vectors: np.ndarray, seed: int) -> Space:
    """(points, width) -> a map of them with its quality (Venna and Kaski 2001)."""
    from sklearn.manifold import trustworthiness  # late: seconds to import
    from umap import UMAP

    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    neighbours = min(NEIGHBOURS, len(unit) - 1)
    threads = torch.get_num_threads()
    try:
        xy = UMAP(n_neighbors=neighbours, metric="cosine", random_state=seed, n_jobs=1).fit_transform(unit)
    finally:
        torch.set_num_threads(threads)  # of the OpenMP that they share, numba leaves as many as there are cores
    judged = np.random.default_rng(seed).permutation(len(unit))[:JUDGED]
    k = min(NEIGHBOURS, (len(judged) - 1) // 2)
    return Space(
        name=name,
        xy=xy.astype(np.float32),
        # On unit vectors the order by Euclidean distance is the order by cosine.
        trustworthiness=float(trustworthiness(unit[judged], xy[judged], n_neighbors=k)),
        continuity=float(trustworthiness(xy[judged], unit[judged], n_neighbors=k)),
    )
