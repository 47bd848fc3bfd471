"""What an expert speaks for: values of the last item that go with it, and experts of its facet that read as it does."""

import numpy as np
import torch

from fame.data import Events
from fame.data.attributes import Attributes
from fame.data.batches import pad
from fame.data.split import sample
from fame.explain.facets.experts import ALIKE_BITS
from fame.explain.facets.weights import divergence
from fame.explain.meaning.records import DISCOVERY_RATE, Enriched, Expert
from fame.model import Faceted
from fame.runs.budget import histories_at_once
from fame.runs.execute import blocks
from fame.runs.plan import histories

FEWEST = 5  # events of a value that is tested
SHOWN = 5  # values of an expert that are kept
PERMUTATIONS = 50
READ = 500  # histories on which experts' attention is compared


class Enrichment:
    """The hypergeometric test of every value of the last item in every expert's events."""

    def __init__(self, router: np.ndarray, last_item: np.ndarray, families: list[Attributes], fewest: int = FEWEST):
        """Router weights (n, H, N) and catalog indices (n,) of the events; values of fewer events are not tested."""
        n, H, N = router.shape
        self.leads = (router.argmax(2)[:, :, None] == np.arange(N)).reshape(n, H * N)  # (n, experts)
        self.last_item, self.families = last_item, families
        self.tables = []  # a family each: codes of the values tested, (V + 1, A) has, sparse
        for found in families:
            has = found.sparse()
            values = np.flatnonzero(np.asarray(has[last_item].sum(0)).ravel() >= fewest)
            self.tables.append((values, has[:, values]))

    def test(self, items: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The events' last items (n,) -> of each expert's events with a value the share that has it, the same of all
        events, and q; each (experts, values of all families).
        """
        from scipy.stats import false_discovery_control, hypergeom

        share, overall, p = [], [], []
        for found, (_, has) in zip(self.families, self.tables, strict=True):
            known = found.known[items]
            own, leads = has[items[known]], self.leads[known].astype(np.float32)
            of, events = np.asarray(own.sum(0)).ravel(), leads.sum(0)  # (A,), (experts,)
            both = np.asarray(own.T @ leads).T  # (experts, A)
            expected = np.outer(events, of) / max(1, known.sum())
            e, v = np.nonzero(both > expected)  # the others are no more frequent than elsewhere
            tail = np.ones(both.shape)
            tail[e, v] = hypergeom.sf(both[e, v] - 1, known.sum(), of[v], events[e])
            p.append(tail)
            share.append(both / np.maximum(events, 1)[:, None])
            overall.append(np.broadcast_to(of / max(1, known.sum()), both.shape))
        p_all = np.hstack(p) if p else np.ones((self.leads.shape[1], 0))
        if not p_all.size:
            return p_all, p_all, p_all
        q = false_discovery_control(np.clip(p_all, 0, 1), axis=None).reshape(p_all.shape)
        return np.hstack(share), np.hstack(overall), q

    def found(self, share: np.ndarray, overall: np.ndarray, q: np.ndarray) -> list[tuple[Enriched, ...]]:
        """What `test` gives -> every expert's values, most enriched first."""
        names = [
            (found.family, found.values[code])
            for found, (values, _) in zip(self.families, self.tables, strict=True)
            for code in values
        ]
        experts = []
        for e in range(len(q)):
            its = [
                Enriched(*names[v], float(share[e, v]), float(overall[e, v]), float(q[e, v]))
                for v in np.flatnonzero(q[e] < DISCOVERY_RATE)
            ]
            experts.append(tuple(sorted(its, key=lambda value: (value.q, -value.share))))
        return experts

    def by_chance(self, seed: int, permutations: int) -> float:
        """Mean number of values found where the items that histories end with have one another's values.

        Items are permuted, not events: histories that end with the same item are routed alike, so that events alone
        would be no fair chance.
        """
        rng, counted = np.random.default_rng(seed), 0
        there, place = np.unique(self.last_item, return_inverse=True)
        for _ in range(permutations):
            counted += int((self.test(rng.permutation(there)[place])[2] < DISCOVERY_RATE).sum())
        return counted / max(1, permutations)


def specialists(
    router: np.ndarray, last_item: np.ndarray, families: list[Attributes], apart: np.ndarray, seed: int,
    permutations: int = PERMUTATIONS,
) -> tuple[tuple[Expert, ...], int, float]:  # fmt: skip
    """Router (n, H, N) and last items (n,) of events, and (H, N, N) from `attention_apart` -> every expert, the number
    of enriched values, and how many chance would find.
    """
    N = router.shape[2]
    enrichment = Enrichment(router, last_item, families)
    share, overall, q = enrichment.test(last_item)
    experts = []
    for e, found in enumerate(enrichment.found(share, overall, q)):
        h, n = divmod(e, N)
        alike = tuple(k for k in range(N) if k != n and apart[h, n, k] < ALIKE_BITS)
        experts.append(Expert(h, n, int(enrichment.leads[:, e].sum()), found[:SHOWN], alike))
    chance = enrichment.by_chance(seed, permutations) if q.size else 0.0
    return tuple(experts), int((q < DISCOVERY_RATE).sum()), chance


@torch.inference_mode()
def attention_apart(model: Faceted, events: Events, seed: int, most: int = READ) -> np.ndarray:
    """(H, N, N): mean over histories of the divergence of experts' attention where the next item is predicted, bits."""
    some = sample(events, most, seed)
    H, N = model.config.heads, model.config.experts
    total = torch.zeros(H, N, N)
    if N == 1 or not len(some.targets):
        return total.numpy()
    for rows in histories_at_once(model.config, some.histories.lengths):
        for output in blocks(model, histories(torch.from_numpy(pad(some.histories, rows, model.config.length)))):
            assert output.attention is not None
            total += divergence(output.attention[..., -1, :]).sum(0)  # histories end at the last position
    return (total / len(some.targets)).numpy()
