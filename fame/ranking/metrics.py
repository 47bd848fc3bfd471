"""Measures of ranking: a number a user first, then the mean (HR@k, NDCG@k, MRR@k, and NDCG over all ranks)."""

import numpy as np

CUTS = (5, 10, 20)


def per_user(ranks: np.ndarray) -> dict[str, np.ndarray]:
    """Ranks (n,) of the held-out items, 1 = first, over the full catalog -> each measure for each user, (n,)."""
    measures = {"NDCG": 1 / np.log2(1.0 + ranks)}
    for k in CUTS:
        hit = ranks <= k
        measures[f"HR@{k}"] = hit.astype(float)
        measures[f"NDCG@{k}"] = np.where(hit, 1 / np.log2(1.0 + ranks), 0)
        measures[f"MRR@{k}"] = np.where(hit, 1 / ranks, 0)
    return measures


def means(ranks: np.ndarray) -> dict[str, float]:
    """The mean of each measure over users; empty where there are no users."""
    return {name: float(values.mean()) for name, values in per_user(ranks).items()} if len(ranks) else {}
