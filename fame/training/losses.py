"""What is minimised."""

import math

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, embedding

from fame.training.mixture import FullMixture
from fame.training.softmax import FullSoftmax


def full_softmax(query: Tensor, table: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of the next item over the whole catalog (eqs 12-13): (n, D), (V + 1, D), (V + 1,), (n,)."""
    return FullSoftmax.apply(query.float(), table, bias, targets)  # type: ignore[no-untyped-call]


def sampled_softmax(
    query: Tensor, table: Tensor, bias: Tensor, targets: Tensor, negatives: Tensor, items: int
) -> Tensor:
    """Mean cross-entropy of the next item against `negatives` (m,), drawn uniformly from the `items` of a catalog.

    A negative stands for items / m of the catalog's, so its score is raised by the logarithm of that: the sum over the
    negatives then estimates the full softmax's without bias (Jean et al. 2015). `targets` and `negatives` are rows of
    the table given, which may hold a part of the catalog only. A negative that is the target does not count.
    """
    bias = bias[:, None]
    own = (query * rows(table, targets)).sum(1) + rows(bias, targets)[:, 0]
    raised = rows(bias, negatives)[:, 0] + math.log(items / len(negatives))
    others = torch.addmm(raised, query.float(), rows(table, negatives).T)
    others = others.masked_fill(targets[:, None] == negatives, -torch.inf)
    scores = torch.cat([own[:, None], others], 1)
    return cross_entropy(scores, scores.new_zeros(len(scores), dtype=torch.long))


def rows(table: Tensor, index: Tensor) -> Tensor:
    """`table[index]` (n, …), whose gradient is summed in one order: in that of plain indexing threads race.

    Then a run would not end twice at the same bits.
    """
    return embedding(index, table.flatten(1)).view(len(index), *table.shape[1:])


def full_mixture(query: Tensor, gate: Tensor, keys: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """Mean of -log p of the next item in a mixture of softmaxes over the whole catalog.

    Narrow queries (n, H, K), gate (n, H), keys (V + 1, H, K), bias (V + 1,), targets (n,) -> ().
    """
    return FullMixture.apply(query, gate, keys, bias, targets)  # type: ignore[no-untyped-call]


def sampled_mixture(
    query: Tensor, gate: Tensor, keys: Tensor, bias: Tensor, targets: Tensor, negatives: Tensor, items: int
) -> Tensor:
    """The same with each facet's softmax estimated as in `sampled_softmax`, all from the same negatives (m,)."""
    bias = bias[:, None]
    own = (query * rows(keys, targets)).sum(2) + rows(bias, targets)  # (n, H)
    others = torch.einsum("nhk,mhk->nhm", query, rows(keys, negatives))
    others = others + rows(bias, negatives)[:, 0] + math.log(items / len(negatives))
    others = others.masked_fill((targets[:, None] == negatives)[:, None], -torch.inf)
    log_p = own - torch.cat([own[..., None], others], 2).logsumexp(2)
    out = gate == 0  # of a facet that is left out: its logarithm would make the gradient no number
    return -(log_p + gate.masked_fill(out, 1).log().masked_fill(out, -torch.inf)).logsumexp(1).mean()


def gate_imbalance(gate: Tensor) -> Tensor:
    """KL(mean gate of the batch || uniform), from (n, H): 0 when every facet gets its share, log H at most.

    The mean is balanced, not each gate: a single history may still be all one facet's. Without it one facet took the
    whole gate on MovieLens-100K.
    """
    mean = gate.mean(0)
    return (mean * (mean * len(mean)).clamp_min(1e-12).log()).sum()
