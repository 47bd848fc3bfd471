"""Exact Shapley values (Shapley 1953) by enumeration: the fair share of each player in what all of them do."""

from math import factorial

import numpy as np
import torch
from torch import Tensor

from fame.explain.past.kinds import MOST_PLAYERS
from fame.explain.past.records import Attribution, most_first
from fame.explain.question import Question, QuestionError
from fame.runs.cost import Measure, subsets_seconds


def coalitions(n: int) -> Tensor:
    """(2^n, n) bool: row m holds the players whose bit in m is set, so that row 0 is nobody and the last everybody."""
    return (torch.arange(2**n)[:, None] >> torch.arange(n)) % 2 == 1


def shapley(worth: np.ndarray) -> np.ndarray:
    """What each coalition is worth, (2^n,) in the order of `coalitions` -> (n,), sums to worth of all - of nobody."""
    n = len(worth).bit_length() - 1
    rows = np.arange(len(worth))
    size = (rows[:, None] >> np.arange(n) & 1).sum(1)
    weight = np.array([factorial(s) * factorial(n - 1 - s) / factorial(n) for s in range(n)])
    shares = np.zeros(n)
    for player in range(n):
        without = rows[rows >> player & 1 == 0]
        shares[player] = weight[size[without]] @ (worth[without | 1 << player] - worth[without])
    return shares


def history_shapley(question: Question) -> Attribution:
    """Shares of the past items, those outside a coalition masked in place.

    Raises
    ------
    QuestionError
        The history is too long to run every part of it.
    """
    T = question.length
    if T > MOST_PLAYERS:
        raise QuestionError(
            f"Exact Shapley values run every part of a history, which is done for up to {MOST_PLAYERS} items, not {T}; "
            "shorten the history, or choose occlusion."
        )
    worth = question.values(coalitions(T), "mask").double().numpy()
    values = shapley(worth)
    gap = float(values.sum() - (worth[-1] - worth[0]))
    return Attribution(
        "shapley",
        question.target,
        question.rival,
        question.read.numpy(),
        values,
        most_first(values),
        question.nothing("mask"),
        gap,
    )


def history_shapley_seconds(question: Question, measure: Measure) -> float:
    """What `history_shapley` takes."""
    T = question.length
    return subsets_seconds(question.model, question.read, T, "mask", 2**T, question.value, measure)
