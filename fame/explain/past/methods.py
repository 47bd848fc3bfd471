"""Attributions by the name of their method, and the orders that every method has to beat."""

import numpy as np

from fame.explain.past.attention import attention, rollout
from fame.explain.past.gradients import gradient_x_input, integrated_gradients
from fame.explain.past.occlusion import greedy, occlusion
from fame.explain.past.records import METHODS, Attribution, Method, most_first
from fame.explain.past.shapley import history_shapley
from fame.explain.question import Question, QuestionError, Watch, unwatched

NO_MODEL = "none: an order that looks at no model"


def attribute(question: Question, method: str, seed: int = 0, watch: Watch = unwatched) -> Attribution:
    """How much each past item speaks for the target; the seed is that of the random order.

    Raises
    ------
    QuestionError
        There is no such method, or it cannot be used for this history.
    """
    match method:
        case "occlusion-remove":
            return occlusion(question, "remove")
        case "occlusion-mask":
            return occlusion(question, "mask")
        case "greedy":
            return greedy(question, watch=watch)
        case "shapley":
            return history_shapley(question)
        case "integrated-gradients":
            return integrated_gradients(question)
        case "gradient-x-input":
            return gradient_x_input(question)
        case "attention":
            return attention(question)
        case "rollout":
            return rollout(question)
        case "recency":
            return recency(question)
        case "random":
            return random(question, seed)
    raise QuestionError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")


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
