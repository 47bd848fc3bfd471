"""Everything a forward pass computed, by name; the one place where a model's inner values are found."""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from fame.model.layers import last


@dataclass(frozen=True)
class Output:
    """Inner values at every position of a batch; positions that hold no item (padding, masked) are meaningless.

    S = T, the history's length, or T + 1 where the model has a begin token: it stands right before the oldest item, and
    what is computed there is what the model expects of somebody without a history. Items are the last T positions.

    `score(v) = <query, x_v> + bias_v` (see the model's `table()` and `bias()`). In FAME the score's parts are
    `gate_h <facets_h, W_f^(h) x_v>`. SASRec has no facets: there H is 0 in `facets`, `gate` and `router`.

    Where only the newest position was asked for, S is 1 and `attention` (B, H, N, 1, S'), S' the places that are read.

    That is the head of the paper (`Config.head`). Where another one ranks by gate and facets, `query`, the facets' mean
    under the gate, predicts nothing.
    """

    query: Tensor  # (B, S, D)
    facets: Tensor  # (B, S, H, K)
    gate: Tensor  # (B, S, H), sums to 1 over H
    router: Tensor  # (B, S, H, N), sums to 1 over N
    keep: Tensor  # (B, S) bool: the position holds the begin token, or an item that was not masked
    attention: Tensor  # (B, H, N, S, S) of the last layer: [.., i, j] = how much position i reads of j

    def only(self, runs: list[int]) -> "Output":
        """The same of some histories of the batch."""
        return Output(**{field.name: getattr(self, field.name)[runs] for field in fields(self)})

    def last(self) -> Tensor:
        """Index (B,) of the newest position that was kept; the last one where nothing was kept."""
        return last(self.keep)

    def at_last(self, value: Tensor) -> Tensor:
        """(B, S, …) -> (B, …): the value at each history's newest kept position, where the next item is predicted."""
        return value[torch.arange(len(value), device=value.device), self.last()]

    def effective_attention(self) -> Tensor:
        """(B, H, S, S): `sum_n router_n attention_n`, each head's one exact row of reads before residual and FFN'.

        Exact because a head's experts share keys and values (eqs 14-17).
        """
        return torch.einsum("bshn,bhnst->bhst", self.router, self.attention)
