"""Which attribute values a facet keeps together: those whose items lie closer in it than as many random items do.

The p-value is that of the multi-response permutation procedure (Mielke and Berry 2007): the upper tail of the Pearson
type III distribution that has the mean, variance and skewness of the statistic under permutation. Counting permutations
could not reach the p-values that hundreds of tests ask for.
"""

import numpy as np

from fame.data.attributes import Attributes
from fame.explain.meaning.records import DISCOVERY_RATE, Value

FEWEST = 5  # items of a value that is tested
MOST = 100  # values of a family that are tested, the commonest
SHOWN = 5  # values of a facet that are kept
TYPICAL = 3
PERMUTATIONS = 500


def strongest(
    vectors: np.ndarray, families: list[Attributes], seed: int, permutations: int = PERMUTATIONS
) -> list[tuple[Value, ...]]:
    """Item vectors (V + 1, H, K) -> for each facet the values told from chance, the highest lift first."""
    from scipy.stats import false_discovery_control

    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=2, keepdims=True), 1e-12)
    tests = [tested for found in families if (tested := FamilyTest.of(unit, found, seed, permutations)) is not None]
    H = vectors.shape[1]
    if not tests:
        return [()] * H
    q = false_discovery_control(np.hstack([test.p for test in tests]), axis=None).reshape(H, -1)  # over all of them
    chosen: list[tuple[Value, ...]] = []
    for h in range(H):
        start, values = 0, []
        for test in tests:
            for v in range(len(test.values)):
                if q[h, start + v] < DISCOVERY_RATE and test.lift[h, v] > 0:
                    values.append(test.value(unit, h, v, float(q[h, start + v])))
            start += len(test.values)
        chosen.append(tuple(sorted(values, key=lambda value: -value.lift)[:SHOWN]))
    return chosen


class FamilyTest:
    """The test of the values of one family, in every facet."""

    def __init__(self, found: Attributes, values: np.ndarray, lift: np.ndarray, p: np.ndarray):
        """Codes of the values tested (A,), and (H, A)."""
        self.found, self.values, self.lift, self.p = found, values, lift, p

    @classmethod
    def of(cls, unit: np.ndarray, found: Attributes, seed: int, permutations: int) -> "FamilyTest | None":
        """Unit item vectors (V + 1, H, K); None where no value has enough items."""
        from scipy.stats import pearson3, skew

        counts = found.counts
        values = np.argsort(-counts, kind="stable")[:MOST]
        values = values[counts[values] >= FEWEST]
        if not len(values):
            return None
        known = np.flatnonzero(found.known)
        own, n = unit[known].astype(np.float32), counts[values]
        H, K = own.shape[1:]
        has = found.sparse()[known][:, values].T.tocsr()  # (A, items)

        def cohesion(rows: np.ndarray) -> np.ndarray:
            """(H, A): mean cosine of two items of a value."""
            sums = (has @ rows.reshape(len(rows), H * K)).reshape(-1, H, K)
            return ((np.square(sums).sum(2) - n[:, None]) / (n * (n - 1))[:, None]).T

        overall = (np.square(own.sum(0)).sum(1) - len(own)) / (len(own) * (len(own) - 1))  # (H,)
        observed, rng = cohesion(own), np.random.default_rng(seed)
        null = np.stack([cohesion(own[rng.permutation(len(own))]) for _ in range(permutations)])
        spread = np.maximum(null.std(0), 1e-12)
        p = pearson3.sf((observed - null.mean(0)) / spread, skew(null))
        return cls(found, values, observed - overall[:, None], np.clip(p, 0, 1))

    def value(self, unit: np.ndarray, h: int, v: int, q: float) -> Value:
        """One value with its typical items."""
        code = self.values[v]
        items = self.found.having(code)
        near = unit[items, h] @ unit[items, h].mean(0)
        typical = items[np.argsort(-near, kind="stable")[:TYPICAL]]
        name = self.found.values[code]
        return Value(self.found.family, name, len(items), float(self.lift[h, v]), q, tuple(typical.tolist()))
