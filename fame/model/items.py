"""What a model makes of items: the table they are read from, how popular each is, and what each facet sees of one."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from fame.model.config import Config
from fame.model.dropout import Dropout


class Embedding(nn.Module):
    """Items -> X: item embedding, begin token, absolute positions where the model has them, LayerNorm, dropout."""

    def __init__(self, config: Config):
        super().__init__()
        self.item = nn.Embedding(config.items + 1, config.width, padding_idx=0)
        self.norm: nn.Module = nn.LayerNorm(config.width, eps=config.norm_epsilon)
        self.dropout = Dropout(config.dropout)
        self.begin = nn.Parameter(nn.init.normal_(torch.empty(config.width), std=0.02)) if config.begin else None
        self.position = nn.Embedding(config.places, config.width) if config.positions == "absolute" else None
        nn.init.normal_(self.item.weight, std=0.02)
        if self.position is not None:
            nn.init.normal_(self.position.weight, std=0.02)
        with torch.no_grad():
            self.item.weight[0] = 0

    def forward(self, items: Tensor, keep: Tensor | None = None, shift: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, T) indices, which to keep, what to add -> X (B, S, D) and which positions hold something (B, S).

        S = T, or T + 1 with a begin token, which stands right before a history's oldest item, wherever its padding
        ends. A masked item (`keep` False) is embedded as padding is, by zeros, and leaves the others where they are.
        """
        return self.place(self.seen(items, keep, shift), items, keep)

    def seen(self, items: Tensor, keep: Tensor | None = None, shift: Tensor | None = None) -> Tensor:
        """(B, T) -> the item embeddings that are read, (B, T, D): shifted, zeros where an item is masked or none is."""
        here = items > 0 if keep is None else (items > 0) & keep
        x = self.item(items * here)
        return x if shift is None else x + shift * here[..., None]

    def place(self, x: Tensor, items: Tensor, keep: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """What is `seen` (B, T, D) -> as `forward`."""
        real = items > 0
        here = real if keep is None else real & keep
        if self.begin is not None:
            real, here, x = pad(real, (1, 0)), pad(here, (1, 0)), pad(x, (0, 0, 1, 0))
            first = ~real & pad(real[:, 1:], (0, 1), value=True)
            x, here, real = x + first[..., None] * self.begin, here | first, real | first
        if self.position is not None:
            x = x + self.position((real.cumsum(1) - 1).clamp_min(0))  # counted from the oldest
        return self.dropout(self.norm(x)), here


class ItemBias(nn.Module):
    """Popularity bias b_v, one number an item, centred over the catalog; zeros that never train where there is none.

    The centre changes no ranking (softmax ignores a constant) and gives the bias one meaning: against the average item.
    """

    def __init__(self, config: Config):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(config.items + 1), requires_grad=config.popularity)

    def start_from(self, counts: Tensor) -> None:
        """Start at `log(1 + count)` of each item (V,), where the bias trains at all."""
        if self.weight.requires_grad:
            with torch.no_grad():
                self.weight[1:] = counts.log1p()

    def forward(self) -> Tensor:
        """(V + 1,); index 0 is padding."""
        return self.weight - self.weight[1:].mean()


class ItemFacets(nn.Module):
    """W_f^(1) … W_f^(H), stacked (eq 9): what the facets see of an item embedding; see `Config.item_facets`.

    A slice is never learned: a learned W_f parts the items that are read from those that are scored, and they are worth
    more as one table. Both are, and learned ones start as, H times the identity: a facet sees its slice of the item as
    its residual may see its slice of X, and under a uniform gate the score is SASRec's dot product.
    """

    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        learned = config.item_facets == "learned"
        self.weight = nn.Parameter(torch.zeros(config.width, config.width)) if learned else None
        if self.weight is not None:
            with torch.no_grad():
                self.weight.fill_diagonal_(self.heads)

    def forward(self, items: Tensor) -> Tensor:
        """Item embeddings (…, D) -> sub-embeddings `W_f^(h) x` (…, H, K)."""
        seen = self.heads * items if self.weight is None else items @ self.weight.T
        return seen.view(*seen.shape[:-1], self.heads, seen.shape[-1] // self.heads)

    def keys(self, items: Tensor) -> Tensor:
        """What `narrow_queries` meet, K wide: embeddings (…, D) -> (…, H, K).

        The sub-embeddings; of slices without their factor H, so that those of a catalog are a view of its table.
        """
        return items.view(*items.shape[:-1], self.heads, -1) if self.weight is None else self(items)

    def narrow_queries(self, facets: Tensor) -> Tensor:
        """`F_h` (…, H, K) -> (…, H, K), whose product with the `keys` is `P^(h)(v)` (eq 8): K wide a facet, not D."""
        return self.heads * facets if self.weight is None else facets

    def query(self, gated: Tensor) -> Tensor:
        """`g_h F_h` (…, H, K) -> the one query (…, D) that an item embedding meets.

        Eqs 8, 9 and 11 as one dot product: <q, W_f x> = <W_f' q, x>. So no product of W_f with the whole catalog is
        ever needed to train or to rank.
        """
        flat = gated.flatten(-2)
        return self.heads * flat if self.weight is None else flat @ self.weight

    def queries(self, gated: Tensor) -> Tensor:
        """Gated facets -> the part of each in the query, (…, H, D); the sum over H is the query."""
        H, K = gated.shape[-2:]
        if self.weight is None:
            apart = torch.eye(H, dtype=gated.dtype, device=gated.device)[:, :, None]
            return self.heads * (gated[..., None, :] * apart).flatten(-2)
        return torch.einsum("...hk,hkd->...hd", gated, self.weight.view(H, K, -1))
