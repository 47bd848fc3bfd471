"""Everything a forward pass computed, by name; the one place where a model's inner values are found."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Output:
    """Inner values at every position of a batch; positions that hold no item (padding, masked) are meaningless.

    `score(v) = <query, table_v> + bias_v` in every model (see its `table()` and `bias()`). In FAME the query is the
    concatenation of `gate_h * facets_h`, so that its H slices give the facets' exact parts. SASRec has no facets:
    there H is 0 in `facets`, `gate` and `router`.
    """

    query: Tensor  # (B, T, D)
    facets: Tensor  # (B, T, H, K)
    gate: Tensor  # (B, T, H), sums to 1 over H
    router: Tensor  # (B, T, H, N), sums to 1 over N
    keep: Tensor  # (B, T) bool: the position holds an item that was neither padding nor masked
    attention: Tensor | None  # (B, H, N, T, T) of the last layer: [.., i, j] = how much position i reads of j

    def last(self) -> Tensor:
        """Index (B,) of the newest position that was kept; the last one where nothing was kept."""
        T = self.keep.shape[1]
        return T - 1 - self.keep.flip(1).int().argmax(1)

    def at_last(self, value: Tensor) -> Tensor:
        """(B, T, …) -> (B, …): the value at each history's newest kept position, where the next item is predicted."""
        return value[torch.arange(len(value), device=value.device), self.last()]

    def effective_attention(self) -> Tensor:
        """(B, H, T, T): `sum_n router_n attention_n`, each head's one exact row of reads before residual and FFN'.

        Exact because a head's experts share keys and values (eqs 14-17). Needs `attention=True` in the forward pass.
        """
        if self.attention is None:
            raise ValueError("no attention in this output: call the model with attention=True")
        return torch.einsum("bthn,bhnts->bhts", self.router, self.attention)
