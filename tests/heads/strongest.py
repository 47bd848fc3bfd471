"""A head of nobody else, and all that it has to say: an item scores what the facet scores it that scores it most."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from fame.heads.contract import Head, ItemSide
from fame.heads.kinds import HeadKind
from fame.heads.sampled import Sample
from fame.model import Model, Output

KIND = HeadKind(
    name="strongest",
    implementation="tests.heads.strongest:Strongest",
    title="contest of facets",
    does="lets the strongest speak",
    additive=False,
    droppable=True,
    facets=True,
)


class Strongest(Head):
    """`max_h g_h P^(h)(v) + b_v`."""

    def __init__(self, model: Model, output: Output, side: ItemSide):
        super().__init__(model, output, side)
        self.queries = model.facet_queries(output.at_last(output.gate[..., None] * output.facets))  # (B, H, D)

    def blocks(self) -> Iterator[tuple[int, Tensor]]:
        for start in range(1, len(self.side.table), 16):
            some = slice(start, start + 16)
            yield start, (self.queries @ self.side.table[some].T).amax(1) + self.side.bias[some]

    def by_facet(self, items: Tensor) -> Tensor:
        return self.side.table[items] @ self.queries.mT  # (B, k, H)

    def at(self, items: Tensor) -> Tensor:
        return self.by_facet(items).amax(2) + self.side.bias[items]

    def shares(self, items: Tensor) -> Tensor:
        return one_hot(self.by_facet(items).argmax(2), self.queries.shape[1]).to(self.queries)

    def slope(self, items: Tensor) -> Tensor:
        return self.shares(items) @ self.queries

    @classmethod
    def loss(cls, model: Model, output: Output, real: Tensor, targets: Tensor) -> Tensor:
        queries = model.facet_queries(output.gate[real][..., None] * output.facets[real])
        return cross_entropy((queries @ model.table()[1:].T).amax(1) + model.bias()[1:], targets - 1)

    @classmethod
    def sampled_loss(cls, model: Model, output: Output, real: Tensor, sample: Sample) -> Tensor:
        queries = model.facet_queries(output.gate[real][..., None] * output.facets[real])
        scores = (queries @ sample.table.T).amax(1) + sample.bias  # (n, r)
        others = scores[:, sample.negatives] + torch.tensor(sample.items / len(sample.negatives)).log()
        others = others.masked_fill(sample.targets[:, None] == sample.negatives, -torch.inf)
        scores = torch.cat([scores.gather(1, sample.targets[:, None]), others], 1)
        return cross_entropy(scores, torch.zeros(len(scores), dtype=torch.long))
