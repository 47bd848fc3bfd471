"""Experts that stand for something: which items belong to each expert of a facet.

Not in the paper, which parts a facet's experts by their queries alone: over shared keys and values only the mean
`sum_n beta_n alpha_n` then matters, and any split of it fits equally well.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from fame.model.config import Config

TEMPERATURE = 0.2  # of the cosine between an item and a prototype, as when facets are tied to families


class Prototypes(nn.Module):
    """`c_n^(h)`, a point in the facet's item space for each expert: an item belongs to it by
    `a_n(v) = softmax_n(cos(W_f^(h) x_v, c_n^(h)) / .2)`. O of the H facets have them.
    """

    def __init__(self, config: Config):
        super().__init__()
        self.facets = None if len(config.owning) == config.heads else list(config.owning)  # all, or these
        self.weight = nn.Parameter(torch.empty(len(config.owning), config.experts, config.facet_width))
        for of_facet in self.weight:
            nn.init.orthogonal_(of_facet)  # apart
        self.begin = nn.Parameter(torch.zeros(len(config.owning)))  # in the place of log a at the begin token

    def belongs(self, parts: Tensor) -> Tensor:
        """Sub-embeddings of items (…, H, K) -> `log a` (…, O, N)."""
        if self.facets is not None:
            parts = parts[..., self.facets, :]
        prototypes = normalize(self.weight, dim=-1) / TEMPERATURE
        return torch.einsum("...hk,hnk->...hn", normalize(parts, dim=-1), prototypes).log_softmax(-1)

    def forward(self, parts: Tensor, item: Tensor) -> Tensor:
        """Sub-embeddings (B, S, H, K) of what is read, and which positions are items, (B, S) -> `log a` (B, S, O, N).

        The begin token belongs to every expert alike: one whose items a history lacks has that to read.
        """
        return torch.where(item[..., None, None], self.belongs(parts), self.begin[:, None])
