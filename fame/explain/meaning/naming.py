"""Experts are called by what their items have in common, where that was tested, and where they do something for them.

Two tests, of which neither sees what the other does. Values are enriched among the expert's items that training never
tied to any value. And without the expert its items' probability falls more than that of the other items.
"""

import numpy as np

from fame.data.attributes import Attributes
from fame.explain.meaning.left_out import LeftOut
from fame.explain.meaning.records import ExpertName, Interval, NameVerdict
from fame.explain.meaning.specialists import SHOWN, Enrichment

FEWEST = 3  # held-out items of a value that is tested
NOTHING = 0.0005  # nats: what a probability falls by is shown as a multiple with three digits, 1.000 here
LEVEL = 0.95
RESAMPLES = 2_000


def name_experts(
    owner: np.ndarray, experts: int, families: list[Attributes], out: np.ndarray, found: LeftOut, seed: int
) -> tuple[tuple[ExpertName, ...], float]:
    """The expert of every item (V, H), so many of a facet, and the items (V + 1,) bool that were kept out of tying ->
    every expert, and the level of the intervals, with which all of them hold together (Bonferroni).
    """
    H = owner.shape[1]
    level = 1 - (1 - LEVEL) / (H * experts)
    known = np.any([family.known for family in families], axis=0) if families else np.zeros(len(out), bool)
    tested = np.flatnonzero(out & known)
    belongs = owner[tested - 1][:, :, None] == np.arange(experts)  # (t, H, N)
    enrichment = Enrichment(belongs.astype(float), tested, families, FEWEST)
    values = enrichment.found(*enrichment.test(tested))
    names = []
    for e in range(H * experts):
        h, n = divmod(e, experts)
        apart = found.apart[:, e]
        falls = None if np.isnan(apart).any() or not len(apart) else interval(apart, seed, level)
        items, own = int((owner[:, h] == n).sum()), int(belongs[:, h, n].sum())
        names.append(
            ExpertName(
                facet=h,
                expert=n,
                items=items,
                tested=own,
                values=values[e][:SHOWN],
                falls=falls,
                share=median(found.own[:, e]),
                turned_up=median(found.turned_up[:, e]),
                verdict=judge(experts, items, own, bool(values[e]), falls),
            )
        )
    return tuple(names), level


def judge(experts: int, items: int, tested: int, enriched: bool, falls: Interval | None) -> NameVerdict:
    """Whether an expert has a name, and why not."""
    if experts == 1:
        return "alone"
    if not items:
        return "empty"
    if not tested:
        return "untested"
    if not enriched:
        return "nothing"
    return "told" if falls is not None and falls.low > NOTHING else "unmoved"


def interval(values: np.ndarray, seed: int, level: float = LEVEL) -> Interval:
    """Mean of values (n,), a user each, and its interval by resampling users (percentiles)."""
    from scipy.stats import bootstrap

    mean = low = high = float(values.mean())
    if len(values) > 1 and values.std():
        low, high = bootstrap(
            (values,), np.mean, n_resamples=RESAMPLES, confidence_level=level, method="percentile", batch=100,
            rng=np.random.default_rng(seed),
        ).confidence_interval  # fmt: skip
    return Interval(*(float(f"{x:.6g}") for x in (low, mean, high)))


def median(values: np.ndarray) -> float:
    """0 of nobody."""
    return float(np.median(values)) if len(values) else 0.0
