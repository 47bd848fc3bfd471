"""Orders that look at no model: what every method has to beat."""

import numpy as np

from fame.explain.past.kinds import Method
from fame.explain.past.records import Attribution, most_first
from fame.explain.question import Question

NO_MODEL = "none: an order that looks at no model"


def recency(question: Question) -> Attribution:
    """The latest first: 1 for the newest item, down to 1 / T for the oldest."""
    return _order(question, "recency", np.arange(1, question.length + 1) / question.length)


def random(question: Question, seed: int) -> Attribution:
    """An order drawn by the seed."""
    drawn = np.random.default_rng(seed).permutation(question.length) + 1
    return _order(question, "random", drawn / question.length)


def _order(question: Question, method: Method, values: np.ndarray) -> Attribution:
    read = question.read.numpy()
    return Attribution(method, question.target, question.rival, read, values, most_first(values), NO_MODEL, None)
