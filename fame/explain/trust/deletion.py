"""What becomes of an item as the past items that are said to matter are left out, or kept alone: is the order true?

DEL@K, INS@K, POS@k,K and CDCG@K as in Barkan et al. 2024 (Learning to Explain Recommender Systems), comprehensiveness
and sufficiency as in ERASER (DeYoung et al. 2020).
"""

import numpy as np
import torch

from fame.explain.question import Question
from fame.explain.trust.records.explanations import CUTS, MEASURED_TOP
from fame.runs.ways import Way

STEPS = 20  # of the curve that the area lies under; longer histories are not deleted item by item


def measure(question: Question, order: np.ndarray, way: Way) -> np.ndarray:
    """An order of positions (T,), the most important first -> the `MEASURES`, (M,).

    With x the history, p the target's probability and K the first of the order: `DEL@K = p(x without K) / p(x)`,
    `INS@K = p(only K) / p(x)`, `CDCG@K = 1 / log2(1 + rank without K)`, `POS@k,K` = 1 where that rank is at most k;
    comprehensiveness `p(x) - p(x without K)` and sufficiency `p(x) - p(only K)` are means over K = 1…5; the area is
    that under `p(x without the first m) / p(x)` over the share deleted, m / T from 0 to 1, in some 20 steps where there
    are more items. A history of fewer than K items has all of them left out.
    """
    T = question.length
    place = np.empty(T, dtype=np.int64)
    place[order] = np.arange(T)
    cuts = np.minimum(CUTS, T)
    gone = np.union1d(cuts, np.linspace(0, T, min(T, STEPS) + 1).round().astype(int))  # (C,), begins with 0
    deleted = torch.from_numpy(place >= gone[:, None])
    inserted = torch.from_numpy(place < cuts[:, None])
    found = question.outcomes(torch.cat([deleted, inserted]), way)
    p = found.log_probability.double().exp().numpy()
    at = np.searchsorted(gone, cuts)
    without, only, ranks = p[at], p[len(gone) :], found.rank.numpy()[at]
    curve = p[: len(gone)] / p[0]
    return np.concatenate(
        [
            without / p[0],
            only / p[0],
            1 / np.log2(1.0 + ranks),
            ranks <= MEASURED_TOP,
            [(p[0] - without).mean(), (p[0] - only).mean(), np.trapezoid(curve, gone / T)],
        ]
    )


def expected_first(question: Question) -> float:
    """DEL@1 of a random order, exactly: its mean over which item goes first."""
    T = question.length
    log_p = question.outcomes(torch.cat([question.whole(), ~torch.eye(T, dtype=torch.bool)]), "remove").log_probability
    return float((log_p[1:] - log_p[0]).double().exp().mean())
