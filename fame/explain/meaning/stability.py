"""How alike facets come out from one seed to another."""

from collections.abc import Sequence

import numpy as np

from fame.explain.meaning.records import Stability
from fame.model.cka import cka


def stability(ours: np.ndarray, others: Sequence[np.ndarray], names: Sequence[str]) -> Stability:
    """How well other models' facets (V, H, K) match ours, each by the assignment with the highest CKA."""
    from scipy.optimize import linear_sum_assignment

    matched, rest = [], []
    for theirs in others:
        table = cka(ours, theirs)
        pairs = linear_sum_assignment(table, maximize=True)
        matched.append(table[pairs])
        rest.append(np.delete(table, np.ravel_multi_index(pairs, table.shape)))
    facets, unmatched = np.mean(matched, axis=0), np.hstack(rest)
    return Stability(
        models=tuple(names),
        facets=tuple(facets.tolist()),
        overall=float(facets.mean()),
        unmatched=float(unmatched.mean()) if unmatched.size else None,
    )
