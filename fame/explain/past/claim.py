"""A claim about which past items a recommendation is due to, put to the test before it is made.

Of one item there is nothing to test: the model runs without each item, and that one of them does most is a fact,
whatever a method says. Of several, which are too many to try in every choice, a method proposes its most important and
they are claimed only if leaving them out does more than leaving out as many that are drawn by lot. They are left out
in the way that the method does not use, since it found them by the other. Proposed by lot themselves, items would pass
in one case of twenty: that is shared out among the sizes that are tried, and the sets drawn may overlap the proposed
one, as one item that does everything makes every set with it do more than any without.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
import torch
from torch import Tensor

from fame.explain.knockout import Runs
from fame.explain.past.kinds import KINDS
from fame.explain.past.records import Attribution
from fame.explain.question import Question
from fame.model import Output
from fame.runs.execute import execute
from fame.runs.plan import subsets, with_and_without_each_item
from fame.runs.ways import Way

SIZES = (2, 3)  # items claimed together
CLAIM_LEVEL = 0.05  # of all sizes together
CLAIM_DRAWS = round(len(SIZES) / CLAIM_LEVEL) - 1  # sets of a size: beyond all of them is one case in 40 by chance
LEAST_FALL = 0.1  # by which log p must fall, a tenth of the probability: what moves less is due to nothing
SAME_FALL = 1e-4  # falls in log p that are closer are the same but for rounding


@dataclass(frozen=True)
class Claim:
    """Without these items the target falls, and further than without others; or it does not, and nothing is claimed."""

    items: tuple[int, ...]  # positions in what the model reads, the most important first
    way: Way  # in which they, and the others, are left out
    rank: int  # of the target, among items outside the whole history
    rank_without: int
    fall: float  # of log p, or of its lead over the rival in log p
    lead_without: float | None  # over the rival, in log p; None without a rival
    others: np.ndarray  # (R,) the same fall without each other item; of several, without as many drawn by lot
    others_rank: np.ndarray  # (R,) of the target without them

    @property
    def exact(self) -> bool:
        """Whether every other choice of as many was run."""
        return len(self.items) == 1

    @property
    def most(self) -> bool:
        """Whether it falls further than without any of the others."""
        return bool((self.fall > self.others + SAME_FALL).all())

    @property
    def holds(self) -> bool:
        """Whether it may be said."""
        return self.fall >= LEAST_FALL and self.most

    @property
    def displaces(self) -> bool:
        """Whether the target loses its place, or its lead over the rival, where it has one."""
        if self.lead_without is None:
            return self.rank_without > self.rank
        return self.lead_without < 0 <= self.lead_without + self.fall


def claim(question: Question, found: Attribution, seed: int = 0, at_hand: Runs | None = None) -> Claim | None:
    """The one item without which the target falls furthest, if it then loses its place (or its lead over the rival);
    else the fewest of a method's most important items without which it does; else the one item, if it does enough;
    else the several, if they do; else the one item, which then does not hold. None where the target falls without no
    item. Where the history's `runs` are at hand, what is said of one item costs no further ones.
    """
    one = alone(question, at_hand)
    if one.holds and one.displaces:
        return one
    several = [proposed for proposed in together(question, found, seed) if proposed.holds]
    best = next((proposed for proposed in several if proposed.displaces), None)
    if best is not None:
        return best
    if several and not one.holds:
        return several[0]
    return one if one.fall > SAME_FALL else None


@torch.inference_mode()
def alone(question: Question, at_hand: Runs | None = None) -> Claim:
    """The item without which the target falls furthest, of all; of equals the newest."""
    if at_hand is None:
        values, ranks = judged(question, execute(question.model, with_and_without_each_item(question.read, "remove")))
    else:
        first = 1 + len(question.model.config.facets)  # of the runs without an item
        rows = [0, *range(first, first + question.length)]
        ran = at_hand.outcomes(question.model, question.target, question.hidden.tolist())
        values = ran.log_probability if question.rival is None else question.value(at_hand.output)
        values, ranks = values[rows], ran.rank[rows]
    best = question.length - 1 - int(values[1:].flip(0).argmin())
    order = [best, *(t for t in range(question.length) if t != best)]
    places = [0, *(1 + t for t in order)]
    return _made(question, (best,), "remove", values[places], ranks[places])


def together(question: Question, found: Attribution, seed: int = 0) -> list[Claim]:
    """Two and three of a method's most important items, up to half of the history, each against sets by lot.

    A size of which there are fewer than `DRAWS` other sets is left out: nothing could be told from chance.
    """
    positive = [int(t) for t in found.order if found.values[t] > 0]
    way: Way = "mask" if KINDS[found.method].leaves_out == "remove" else "remove"
    made = []
    for size in SIZES:
        if size <= min(len(positive), question.length // 2) and comb(question.length, size) > CLAIM_DRAWS:
            items = tuple(positive[:size])
            values, ranks = run(question, [list(items), *sets_by_lot(question.length, items, seed)], way)
            made.append(_made(question, items, way, values, ranks))
    return made


def run(question: Question, sets: list[list[int]], way: Way) -> tuple[Tensor, Tensor]:
    """What is explained, and the target's rank, with everything and without each set of positions, (1 + R,) each."""
    keep = torch.ones(len(sets), question.length, dtype=torch.bool)
    keep.scatter_(1, torch.tensor(sets), False)
    keep = torch.cat([question.whole(), keep])
    return judged(question, execute(question.model, subsets(question.read, keep, way)))


def judged(question: Question, output: Output) -> tuple[Tensor, Tensor]:
    """What is explained, and the target's rank, in each run that is made."""
    found = question.outcome(output)
    return found.log_probability if question.rival is None else question.value(output), found.rank


def sets_by_lot(length: int, items: tuple[int, ...], seed: int) -> list[list[int]]:
    """`DRAWS` different sets of as many positions, which may share some with `items`, but not all."""
    rng, drawn, own = np.random.default_rng((seed, len(items))), set[tuple[int, ...]](), tuple(sorted(items))
    while len(drawn) < CLAIM_DRAWS:
        drawn |= {tuple(sorted(rng.choice(length, len(items), replace=False).tolist()))} - {own}
    return [list(one) for one in sorted(drawn)]


def _made(question: Question, items: tuple[int, ...], way: Way, values: Tensor, ranks: Tensor) -> Claim:
    """Of runs with everything, without the items, and without each of the others, (2 + R,)."""
    fall, rank = (values[0] - values[1:]).double().numpy(), ranks.numpy()
    return Claim(
        items=items,
        way=way,
        rank=int(rank[0]),
        rank_without=int(rank[1]),
        fall=float(fall[0]),
        lead_without=None if question.rival is None else float(values[1]),
        others=fall[1:],
        others_rank=rank[2:],
    )
