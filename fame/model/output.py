"""Everything a forward pass computed, by name; the one place where a model's inner values are found."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from fame.model.attention import last


@dataclass(frozen=True)
class Output:
    """Inner values at every position of a batch; positions that hold no item (padding, masked) are meaningless.

    S = T, the history's length, or T + 1 where the model has a begin token: it stands right before the oldest item, and
    what is computed there is what the model expects of somebody without a history. Items are the last T positions.

    `score(v) = <query, x_v> + bias_v` (see the model's `table()` and `bias()`). Where the model has facets, the score's
    parts are `gate_h <facets_h, W_f^(h) x_v>`; where it has none, H is 0 in `facets`, `gate` and `router`.

    Where only the newest position was asked for, S is 1 and `attention` (B, H, N, 1, S'), S' the places that are read.

    That is the head of the paper (`Config.head`). Where another one ranks by gate and facets, `query`, the facets' mean
    under the gate, predicts nothing.
    """

    query: Tensor  # (B, S, D)
    facets: Tensor  # (B, S, H, K)
    gate: Tensor  # (B, S, H), sums to 1 over H
    router: Tensor  # (B, S, H, N), sums to 1 over N
    keep: Tensor  # (B, S) bool: the position holds the begin token, or an item that was not masked
    # (B, H, N, S, S) of the last layer: [.., i, j] = how much position i reads of j; None: there is none, or unasked
    attention: Tensor | None = None
    # (B, S, O), sums to 1: how probable it is that a facet drives the next item, of those whose experts own items, by
    # whose the past ones are; None where none does. It weighs nothing in the score.
    drives: Tensor | None = None

    @classmethod
    def whole(cls, query: Tensor, keep: Tensor, attention: Tensor | None = None) -> "Output":
        """Of a model without facets: one query (B, S, D), which has no parts."""
        none = query.new_empty(*query.shape[:2], 0)
        return cls(query, none[..., None], none, none[..., None], keep, attention)

    def only(self, runs: Sequence[int] | slice) -> "Output":
        """Some histories of the batch."""
        found = {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}
        return Output(**{name: value[runs if isinstance(runs, slice) else list(runs)] for name, value in found.items()})

    def expanded(self) -> "Output":
        """One history that was read with many edits has all its values in as many rows, without a copy."""
        B = len(self.query)
        found = {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}
        return Output(**{name: value.expand(B, *value.shape[1:]) for name, value in found.items()})

    def last(self) -> Tensor:
        """Index (B,) of the newest position that was kept; the last one where nothing was kept."""
        return last(self.keep)

    def at_last(self, value: Tensor) -> Tensor:
        """(B, S, …) -> (B, …): the value at each history's newest kept position, where the next item is predicted."""
        return value[torch.arange(len(value), device=value.device), self.last()]

    def effective_attention(self) -> Tensor:
        """(B, H, S, S): `sum_n router_n attention_n`, each head's one exact row of reads before residual and FFN'.

        Exact because a head's experts share keys and values (eqs 14-17). Without facets, the attention itself.
        """
        assert self.attention is not None
        if not self.router.shape[2]:
            return self.attention[:, :, 0]
        return torch.einsum("bshn,bhnst->bhst", self.router, self.attention)
