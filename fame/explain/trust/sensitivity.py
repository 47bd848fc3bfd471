"""How far does an explanation move when what is read moves a little? Max-sensitivity (Yeh et al. 2019), by Captum."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from fame.explain.past.records import Attribution
from fame.explain.question import Question
from fame.runs.replaced import replaced

MOVED_BY = 0.1  # how far the embeddings that are read move, in standard deviations of the item table's numbers
DRAWS = 5


def sensitivity(
    questions: Sequence[Question], explain: Callable[[Question], Attribution], draws: int = DRAWS, seed: int = 0
) -> float:
    """The furthest that values move among `draws` moves of the embeddings, over their length; mean over questions.

    0 = they never move, 1 = they move by as much as they are. Each number of each embedding that is read is moved by
    up to `MOVED_BY`; the target's own embedding, which is not read, stays.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return float(np.mean([_furthest(question, explain, draws) for question in questions]))


def _furthest(question: Question, explain: Callable[[Question], Attribution], draws: int) -> float:
    from captum.metrics import sensitivity_max

    model = question.model
    changed = replaced(model, {model.table_name: model.table().detach().clone()})
    table, items = changed.table().detach(), torch.tensor(sorted(set(question.read.tolist())))

    def values(moved: tuple[Tensor]) -> tuple[Tensor]:
        """(n, U, D), the embeddings of the items that are read -> (n, T)."""
        found = []
        for embeddings in moved[0]:
            table[items] = embeddings
            found.append(torch.from_numpy(explain(replace(question, model=changed)).values))
        return (torch.stack(found),)

    near = MOVED_BY * float(table[1:].std())
    found = sensitivity_max(values, table[items][None], perturb_radius=near, n_perturb_samples=draws)
    return float(found[0])
