"""Experts that stand for something: which items belong to each expert of a facet, and what a history says for each.

Not in the paper, which parts a facet's experts by their queries alone: over shared keys and values only the mean
`sum_n beta_n alpha_n` then matters, and any split of it fits equally well.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, pad, softplus

from fame.model.config import Config

TEMPERATURE = 0.2  # of the cosine between an item and a prototype, as when facets are tied to families
FLOOR = 0.05  # of how many times likelier than by chance an item is
ROWS = 64  # positions worked out at a time, outside training
# What a facet's evidence starts from: habit, drive, run, forget; weight and log of nothing of late, and of often. With
# these, the films that were seen best tell the value of the next one in a planted cinema with two preferences.
TERMS = (0.5, 1.5, 0.7, 5.0, 1.8, -0.6, 0.3, 0.5)


class Prototypes(nn.Module):
    """`c_n^(h)`, a point in the facet's item space for each expert: an item belongs to it by
    `a_n(v) = softmax_n(cos(W_f^(h) x_v, c_n^(h)) / .2)`.
    """

    def __init__(self, config: Config):
        super().__init__()
        H, N, K = config.heads, config.experts, config.facet_width
        self.weight = nn.Parameter(torch.randn(H, N, K) * K**-0.5)
        self.begin = nn.Parameter(torch.zeros(H))  # in the place of log a at the begin token
        self.terms = nn.Parameter(torch.tensor(TERMS).repeat(H, 1))  # of the evidence

    def belongs(self, parts: Tensor) -> Tensor:
        """Sub-embeddings of items (…, H, K) -> `log a` (…, H, N)."""
        prototypes = normalize(self.weight, dim=-1) / TEMPERATURE
        return torch.einsum("...hk,hnk->...hn", normalize(parts, dim=-1), prototypes).log_softmax(-1)

    def forward(self, parts: Tensor, item: Tensor) -> Tensor:
        """Sub-embeddings (B, S, H, K) of what is read, and which positions are items, (B, S) -> `log a` (B, S, H, N).

        The begin token belongs to every expert alike: one whose items a history lacks has that to read.
        """
        return torch.where(item[..., None, None], self.belongs(parts), self.begin[:, None])

    def evidence(self, own: Tensor, may: Tensor) -> Tensor:
        """What the items that each row may read say for each expert, in nats.

        `log a` (B, H, N, S), and what row i may read (B, R, S) bool -> (B, R, H, N), to be added to the router's
        logits. Without training no more memory is taken than some rows need.
        """
        if self.training:
            return self.rows(own, may)
        return torch.cat([self.rows(own, some) for some in torch.split(may, ROWS, 1)], 1)

    def rows(self, own: Tensor, may: Tensor) -> Tensor:
        """Every row judges the whole history that it may read, by nothing but whose items they are:

        - `habit`: an expert's share in the items, each counted alike, says what the user goes for in this facet;
        - `drive`, `run`: an item is shared out among the facets by how well it fits what the user goes for in each of
          them, together with the items next to it, as one facet is followed for a while;
        - `forget`: of an expert's items the latest count most, by how many items this facet has driven since;
        - the evidence: how much of that there is (`late`), and how many items of the expert this facet has driven at
          all (`often`), each as `weight * log(amount + exp(nothing))`.
        """
        terms = self.terms.T[..., None, None]  # each (H, 1, 1)
        habit, drive, run, forget = terms[:4]
        a, can = own.exp(), may[:, None].to(own.dtype)  # (B, H, N, S), (B, 1, R, S)
        habits = (habit * (can @ a.mT) / len(a[0])).softmax(-1)  # (B, H, R, N)
        fits = can * (a.shape[2] * (habits @ a) + FLOOR).log()  # (B, H, R, S), against chance
        fits = fits + run * (pad(fits[..., 1:], (0, 1)) + pad(fits[..., :-1], (1, 0)))
        fits = drive * fits
        powers = (fits - fits.detach().amax(1, keepdim=True)).exp()  # torch's softmax is slow over such an axis
        drove = can * powers / powers.sum(1, keepdim=True)
        since = drove.sum(-1, keepdim=True) - drove.cumsum(-1)
        late = drove * (-softplus(forget) * since).exp()
        found = amount(terms[4], terms[5], late @ a.mT) + amount(terms[6], terms[7], drove @ a.mT)
        return found.transpose(1, 2)


def amount(weight: Tensor, nothing: Tensor, found: Tensor) -> Tensor:
    """`weight * log(found + exp(nothing))`, of amounts (B, H, R, N) and numbers of a facet (H, 1, 1)."""
    return weight * (found + nothing.exp()).log()
