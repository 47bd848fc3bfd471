"""Does an explanation look at the model? The check of Adebayo et al. 2018 (Sanity Checks for Saliency Maps).

Layers are re-initialised from the output down, each stage on top of those before, and the explanation is made again: it
must have less and less to do with the original: the correlation falls towards 0. Where it stays far from 0, above or
below, the explanation ignores what was learned.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor

from fame.explain.past.records import Attribution
from fame.explain.question import Question
from fame.model import Model, build
from fame.runs.replaced import replaced


def stages(model: Model, seed: int = 0) -> Iterator[tuple[str, Model]]:
    """A model with ever more of it as it was before training: the name of what was added, and the model with it.

    None of a model of which it is not known what it learned.
    """
    if not model.stages():
        return
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = build(model.config).eval().requires_grad_(False)
    weights, taken = fresh.state_dict(), dict[str, Tensor]()
    for name, parts in model.stages():
        of = tuple(f"{part}." for part in parts)
        taken |= {weight: value for weight, value in weights.items() if weight.startswith(of)}
        yield name, replaced(model, taken)


def correlation_by_stage(
    model: Model, questions: Sequence[Question], explain: Callable[[Question], Attribution], seed: int = 0
) -> dict[str, float]:
    """Stage -> mean Spearman correlation of the values with the original's, over questions; ±1 = ignores the model.

    Equal values have no correlation, which counts as 0.
    """
    before = [explain(question).values for question in questions]
    return {
        name: float(np.mean([_spearman(a, explain(replace(q, model=changed)).values) for a, q in
                             zip(before, questions, strict=True)]))
        for name, changed in stages(model, seed)
    }  # fmt: skip


def _spearman(a: np.ndarray, b: np.ndarray) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of equal values
        found = float(spearmanr(a, b).statistic)
    return 0.0 if np.isnan(found) else found
