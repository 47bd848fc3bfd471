"""An architecture of a dozen lines, to see that nothing else need know of it: the mean of what was read."""

import torch

from fame.model import Intervention, Model, Output
from fame.model.items import Embedding, ItemBias


class Mean(Model):
    """The query is the mean of the embeddings of the items so far."""

    def __init__(self, config):
        super().__init__(config)
        self.embedding, self.bias = Embedding(config), ItemBias(config)

    def forward(self, items, intervention=None, newest=False, attention=True):
        change = intervention or Intervention()
        x, keep = self.embedding(items, change.keep, change.shift)
        query = (x * keep[..., None]).cumsum(1) / keep.cumsum(1).clamp_min(1)[..., None]
        return Output.whole(query[:, -1:], torch.ones_like(keep[:, :1])) if newest else Output.whole(query, keep)

    def table(self):
        return self.embedding.item.weight
