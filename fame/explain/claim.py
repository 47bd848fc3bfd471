"""A claim about which past items a recommendation is due to, put to the test before it is made.

A method's order proposes items; what is claimed of them is what running the model without them shows; and it is claimed
only where they do more than other items do, as many and drawn from the rest of the history.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
import torch
from torch import Tensor

from fame.explain.attribution import Attribution
from fame.explain.knockout import Runs
from fame.explain.question import Question
from fame.ranking.scores import scores

MOST = 3  # items claimed together
DRAWS = 19  # other sets of several: the claimed one is beyond all of them by chance in one case of twenty
LEAST = 0.1  # by which log p must fall, a tenth of the probability: what moves less is due to nothing


@dataclass(frozen=True)
class Claim:
    """Without these items the target falls, and further than without others; or it does not, and nothing is claimed."""

    items: tuple[int, ...]  # positions in what the model reads, the most important first
    rank: int  # of the target, among items outside the whole history
    rank_without: int
    fall: float  # of log p, or of its lead over the rival in log p
    lead_without: float | None  # over the rival, in log p; None without a rival
    others: np.ndarray  # (R,) the same fall without as many others; of one item, without each other one
    others_rank: np.ndarray  # (R,) of the target without them

    @property
    def holds(self) -> bool:
        """Whether it may be said."""
        return self.fall >= LEAST and bool((self.fall > self.others).all())


def claim(question: Question, found: Attribution, seed: int = 0, at_hand: Runs | None = None) -> Claim | None:
    """The fewest of the most important items, up to three and to half of the history, without which the target loses
    its place (or its lead over the rival); else those of them for which a fall can be claimed; else the first, which
    then does not hold. None where the method has nothing speak for the target. Where the history's `runs` are at hand,
    a claim about one item costs no further ones.
    """
    positive = [int(t) for t in found.order if found.values[t] > 0]
    tried = []
    for size in range(1, min(MOST, len(positive), question.length // 2) + 1):
        tried.append(without(question, positive[:size], seed, at_hand))
        lead = tried[-1].lead_without
        lost = tried[-1].rank_without > tried[-1].rank if lead is None else lead < 0
        if tried[-1].holds and lost:
            return tried[-1]
    return next((one for one in tried if one.holds), tried[0] if tried else None)


@torch.inference_mode()
def without(question: Question, items: list[int], seed: int, at_hand: Runs | None = None) -> Claim:
    """What becomes of the target without some items (positions), and without as many others."""
    sets = [items, *other_sets(question.length, items, seed)]
    if at_hand is not None and len(items) == 1:
        first = 1 + len(question.model.config.facets)  # of the runs without an item
        output = at_hand.output.only([0, *(first + t for (t,) in sets)])
        values, rank = question.value(output), question.ranks(scores(question.model, output))
    else:
        values, rank = run(question, sets)
    fall, ranks = (values[0] - values[1:]).double().numpy(), rank.numpy()
    return Claim(
        items=tuple(items),
        rank=int(ranks[0]),
        rank_without=int(ranks[1]),
        fall=float(fall[0]),
        lead_without=None if question.rival is None else float(values[1]),
        others=fall[1:],
        others_rank=ranks[2:],
    )


def run(question: Question, sets: list[list[int]]) -> tuple[Tensor, Tensor]:
    """What is explained, and the target's rank, with everything and without each set of positions, (1 + R,) each."""
    keep = torch.ones(len(sets), question.length, dtype=torch.bool)
    keep.scatter_(1, torch.tensor(sets), False)
    keep = torch.cat([question.whole(), keep])
    outcomes = question.outcomes(keep, "remove")
    return outcomes.log_probability if question.rival is None else question.values(keep, "remove"), outcomes.rank


def other_sets(length: int, items: list[int], seed: int) -> list[list[int]]:
    """As many of the other positions: each by itself, or up to `DRAWS` different sets of them, drawn by the seed."""
    rest = np.setdiff1d(np.arange(length), items)
    if len(items) == 1:
        return rest[:, None].tolist()
    rng, drawn = np.random.default_rng(seed), set[tuple[int, ...]]()
    while len(drawn) < min(DRAWS, comb(len(rest), len(items))):
        drawn.add(tuple(sorted(rng.choice(rest, len(items), replace=False).tolist())))
    return [list(one) for one in drawn]
