"""Kinds of errors, each a rule over what a trace knows of an event; benchmarks.error_kinds says how true each is.

A rule that does not find the failure it is named after is not here: "without one facet it enters" and "most of the
first ten have its value" were tried and did not. A rule speaks of an event whose truth is not among the first ten. The
first that matches counts, in the order of `KINDS`; all that match are the event's tags.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

NEAR = 20  # the last rank of a near miss
COLD = 5  # interactions in training below which a truth is cold


@dataclass(frozen=True)
class Facts:
    """What rules look at, of n events; NaN where it is not known."""

    rank: np.ndarray  # (n,) of the truth
    without_popularity: np.ndarray  # (n,) rank of the truth without the popularity part
    without_newest: np.ndarray  # (n,)
    count: np.ndarray  # (n,) interactions with the truth in training
    nearest: np.ndarray  # (n,) how far back the past item lies that is most like the truth; 1 = the newest
    read: np.ndarray  # (n,) items that the model reads


@dataclass(frozen=True)
class Rule:
    """A kind of errors."""

    name: str
    words: str
    needs: tuple[str, ...]  # columns of the trace
    matches: Callable[[Facts, int], np.ndarray]  # of events that are wrong; k is how many are shown: (n,) bool
    lacks: str = ""  # what a model has not, where the rule cannot be applied to it
    of_all: bool = False  # whether it can be asked of what is right, too: how often it holds there is told beside it


def near(facts: Facts, k: int) -> np.ndarray:
    """Just below what is shown."""
    return facts.rank <= NEAR


def too_popular(facts: Facts, k: int) -> np.ndarray:
    """More popular items are in its way."""
    return facts.without_popularity <= k


def newest(facts: Facts, k: int) -> np.ndarray:
    """The newest item is in its way."""
    return facts.without_newest <= k


def cold(facts: Facts, k: int) -> np.ndarray:
    """Too little was known of it."""
    return facts.count < COLD


def out_of_window(facts: Facts, k: int) -> np.ndarray:
    """What speaks for it is not read any more."""
    return facts.nearest > facts.read


def unexplained(facts: Facts, k: int) -> np.ndarray:
    """Everything that no rule before matches."""
    return np.ones(len(facts.rank), bool)


KINDS = (
    Rule("near miss", f"the truth is 11th to {NEAR}th", ("rank",), near),
    Rule(
        "too popular",
        "without the popularity part the truth is among the first ten",
        ("rank_without_popularity",),
        too_popular,
        "no popularity part",
    ),
    Rule(
        "newest item took over",
        "without the newest item the truth is among the first ten",
        ("rank_without_newest",),
        newest,
    ),
    Rule(
        "cold truth", f"the truth was taken fewer than {COLD} times in training", ("target_count",), cold, of_all=True
    ),
    Rule(
        "out of window",
        "the past item that is most like the truth is older than what is read",
        ("nearest", "read"),
        out_of_window,
        of_all=True,
    ),
    Rule("unexplained", "no other rule matches", (), unexplained),
)


def tags(rules: tuple[Rule, ...], facts: Facts, k: int) -> np.ndarray:
    """(n,) uint16, bit r: rule r matches; of what is right only rules that can be asked of it do."""
    found = np.zeros(len(facts.rank), np.uint16)
    for r, rule in enumerate(rules):
        match = rule.matches(facts, k)
        if not rule.needs:
            match = match & (found == 0)
        found |= match.astype(np.uint16) << np.uint16(r)
    asked = sum(1 << r for r, rule in enumerate(rules) if rule.of_all)
    return np.where(facts.rank > k, found, found & asked).astype(np.uint16)
