"""The layers that architectures share, and the one that makes a FAME of a SASRec."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, pad

from fame.model.config import Config
from fame.model.dropout import Dropout, dropout

SHORT = 16  # rows of a softmax
ROWS = 64  # positions whose attention is worked out at a time, where nobody asks for the weights


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


def last(keep: Tensor) -> Tensor:
    """(B, S) -> (B,): index of the newest position that is kept; the last one where nothing is."""
    return keep.shape[1] - 1 - keep.flip(1).int().argmax(1)


def pick(x: Tensor, at: Tensor | None, dim: int = 1) -> Tensor:
    """(B, …, S, …) -> (B, …, 1, …): one position of each history, `at` (B,), on that axis; all where it is None."""
    if at is None:
        return x
    index = at.view(-1, *[1] * (x.dim() - 1)).expand(*x.shape[:dim], 1, *x.shape[dim + 1 :])
    return x.gather(dim, index)


def visible(keep: Tensor, at: Tensor | None = None) -> Tensor:
    """(B, S) -> (B, 1, 1, S, S), to be added to logits: 0 where position i may read position j, -inf where not.

    It may if j is kept and not later. Every position may read itself, since a row that reads nothing has no softmax;
    nobody else reads what is not kept. Of position `at` (B,) of each history alone, (B, 1, 1, 1, S).
    """
    place = torch.arange(keep.shape[1], device=keep.device)
    row = place[None, :, None] if at is None else at[:, None, None]
    may = (keep[:, None] & (place <= row)) | (place == row)
    return torch.zeros(may.shape, device=keep.device).masked_fill_(~may, -torch.inf)[:, None, None]


class Attention(nn.Module):
    """Causal attention of N queries a head over shared keys and values.

    With relative positions, what position i makes of position j is `(q_i . k_j + q_i . r[i - j]) / sqrt(K) + b[i - j]`
    (Shaw et al. 2018; Raffel et al. 2020): r and b are learned, a head each, and start at zero. So order enters the
    weights only, and everything that is read is still a sum over past items of weight times value.
    """

    def __init__(self, config: Config):
        super().__init__()
        self.attention_dropout = config.attention_dropout
        relative = config.positions == "relative"
        H, K, S = config.heads, config.facet_width, config.places
        self.distance_bias = nn.Parameter(torch.zeros(H, S)) if relative else None
        self.distance_key = nn.Parameter(torch.zeros(H, S, K)) if relative else None

    def forward(
        self,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        mask: Tensor,
        at: Tensor | None = None,
        told: bool = True,
        own: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        """Queries (B, H, N, R, K), keys and values (B, H, S, K) -> reads (B, H, N, R, K), weights (B, H, N, R, S).

        `mask` as from `visible`. R = S; or 1, where queries and mask are of position `at` (B,) of each history alone.
        Where the weights need not be `told` they are None, and no more are held than those of some rows. `own`
        (B, H, N, S) is added to the logits of each position, where there is something to add.
        """
        R = q.shape[3]
        if told or self.training or R <= ROWS:
            read, weights = self.rows(q, k, v, mask, at, own)
            return read, weights if told else None
        reads = []
        for start in range(0, R, ROWS):
            some, stop = slice(start, start + ROWS), min(start + ROWS, R)  # nobody reads what is later
            before = None if own is None else own[..., :stop]
            read, _ = self.rows(q[..., some, :], k[:, :, :stop], v[:, :, :stop], mask[..., some, :stop], None, before)
            reads.append(read)
        return torch.cat(reads, 3), None

    def rows(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, at: Tensor | None, own: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Of the newest R of S positions, or of position `at`."""
        weights = self.weights(self.logits(q, k, at), mask, own)
        used = dropout(weights, self.attention_dropout, self.training)
        return (used.flatten(2, 3) @ v).view(q.shape), weights

    def newest(
        self, q: Tensor, x: Tensor, key: Tensor, value: Tensor, mask: Tensor, at: Tensor, own: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """What `forward` gives of position `at` alone; keys are `key x` and values `value x`, matrices (H, K, D).

        Neither is worked out: of the H N queries of one position it costs less to take the matrices to their side.
        """
        B, H, N, R, K = q.shape
        asked = torch.einsum("bhnk,hkd->bhnd", q.flatten(2, 3) / math.sqrt(K), key).flatten(1, 2)
        logits = (asked @ x.mT).view(B, H, N, R, -1)
        weights = self.weights(self.by_distance(logits, q, at), mask, own)
        read = dropout(weights, self.attention_dropout, self.training).flatten(1, 3) @ x  # (B, H N, D)
        return torch.einsum("bhnd,hkd->bhnk", read.view(B, H, N, -1), value).view(q.shape), weights

    def weights(self, logits: Tensor, mask: Tensor, own: Tensor | None) -> Tensor:
        """(B, H, N, R, S), each row sums to 1."""
        logits = logits.add_(mask)
        return softmax(logits if own is None else logits.add_(own[..., None, :]))

    def logits(self, q: Tensor, k: Tensor, at: Tensor | None = None) -> Tensor:
        """Of the newest R of S positions, or of position `at`: (B, H, N, R, S); meaningless of what is later."""
        B, H, N, R, K = q.shape
        S = k.shape[2]
        rows, scale = q.flatten(2, 3), 1 / math.sqrt(K)  # N x R rows of one attention, not N attentions
        return self.by_distance((rows @ (k * scale).mT).view(B, H, N, R, S), q, at)

    def by_distance(self, logits: Tensor, q: Tensor, at: Tensor | None) -> Tensor:
        """What queries make of keys (B, H, N, R, S), and of how far away they are."""
        if self.distance_bias is None or self.distance_key is None:
            return logits
        B, H, N, R, S = logits.shape
        rows, scale = q.flatten(2, 3), 1 / math.sqrt(q.shape[4])
        key, bias = self.distance_key[:, :S] * scale, self.distance_bias[:, :S]
        if at is None:
            # Column c + 1 of row t speaks of distance S - 1 - c; skewing moves that to column t - distance.
            far = rows @ pad(key.flip(1), (0, 0, 1, 0)).mT + pad(bias.flip(1), (1, 0))[:, None]
            return logits + skew(far.view(B, H, N, R, S + 1))
        far = (rows @ key.mT + bias[:, None]).view(B, H, N, R, S)  # column d speaks of distance d
        distance = (at[:, None] - torch.arange(S, device=at.device)).clamp_min(0)
        return logits + far.gather(-1, distance[:, None, None, None].expand_as(far))


def softmax(x: Tensor) -> Tensor:
    """Over the last axis. torch goes row by row, which for rows as short as most histories takes over twice as long."""
    if x.shape[-1] > SHORT:
        return x.softmax(-1)
    powers = (x - x.detach().amax(-1, keepdim=True)).exp()
    return powers / powers.sum(-1, keepdim=True)


def skew(x: Tensor) -> Tensor:
    """(…, R, S + 1), column 0 unused -> (…, R, S): row i moved R - 1 - i columns to the left, a view.

    What stands right of the newest R positions' diagonal is meaningless. As in Transformer-XL (Dai et al. 2019) no
    index is gathered.
    """
    R, S = x.shape[-2], x.shape[-1] - 1
    return x.flatten(-2)[..., R:].view(*x.shape[:-1], S)


class FeedForward(nn.Module):
    """Position-wise network with residual and LayerNorm: `norm(x + dropout(W_2 gelu(W_1 x)))`."""

    def __init__(self, width: int, config: Config):
        super().__init__()
        hidden = config.hidden or 4 * width
        self.inner = nn.Linear(width, hidden)
        self.outer = nn.Linear(hidden, width)
        self.norm = nn.LayerNorm(width, eps=config.norm_epsilon)
        self.dropout = Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(…, width) -> (…, width)."""
        return self.norm(x + self.dropout(self.outer(gelu(self.inner(x)))))


class TransformerBlock(nn.Module):
    """An ordinary causal Transformer block (SASRec, Kang and McAuley 2018), LayerNorm after each residual."""

    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        self.qkv = nn.Linear(config.width, 3 * config.width)  # queries, keys, values
        self.attention = Attention(config)
        self.out = nn.Linear(config.width, config.width)
        self.norm = nn.LayerNorm(config.width, eps=config.norm_epsilon)
        self.dropout = Dropout(config.dropout)
        self.feed_forward = FeedForward(config.width, config)

    def forward(
        self, x: Tensor, mask: Tensor, at: Tensor | None = None, told: bool = True
    ) -> tuple[Tensor, Tensor | None]:
        """(B, S, D) -> (B, S, D) and the attention weights (B, heads, 1, S, S); of position `at` alone, S -> 1.

        The weights are None where they need not be `told`.
        """
        q, k, v = self.queries_keys_values(x)
        read, weights = self.attention(pick(q, at, 2)[:, :, None], k, v, mask, at, told)
        return self.after(pick(x, at), read[:, :, 0].transpose(1, 2).flatten(2)), weights

    def queries_keys_values(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, S, D) -> each (B, H, S, K)."""
        q, k, v = self.qkv(x).view(*x.shape[:2], 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return q, k, v

    def after(self, x: Tensor, read: Tensor) -> Tensor:
        """What the block adds its reads to (…, D), and what its heads read (…, D) -> what comes out of it (…, D)."""
        return self.feed_forward(self.norm(x + self.dropout(self.out(read))))


def block_stages(blocks: nn.ModuleList) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The last block first, for `Model.stages` of a model that has them as `blocks`."""
    return tuple((f"block {layer + 1}", (f"blocks.{layer}",)) for layer in reversed(range(len(blocks))))


def block_attention(embedding: Embedding, blocks: nn.ModuleList, items: Tensor) -> list[Tensor]:
    """Items (B, T) -> what each position reads of each in every block, (B, S, S) a block: the mean over heads."""
    x, keep = embedding(items)
    mask, found = visible(keep), []
    for block in blocks:
        x, weights = block(x, mask)
        found.append(weights.mean((1, 2)))
    return found


class ExpertAttention(nn.Module):
    """MoE self-attention (eqs 14-17): in every head N experts, each with its own query over shared keys and values."""

    def __init__(self, config: Config):
        super().__init__()
        self.heads, self.experts = config.heads, config.experts
        D, H, N, K = config.width, config.heads, config.experts, config.facet_width
        self.query = nn.Linear(D, H * N * K, bias=False)
        self.key = nn.Linear(D, D, bias=False)
        self.value = nn.Linear(D, D, bias=False)
        self.attention = Attention(config)
        self.router = nn.Parameter(torch.empty(H, N * K, N))  # W_exp, a matrix a head
        nn.init.normal_(self.router, std=(N * K) ** -0.5)

    def forward(
        self, x: Tensor, mask: Tensor, at: Tensor | None = None, told: bool = True, own: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """(B, S, D) -> what each expert reads (B, R, H, N, K) and how (B, H, N, R, S); R = S, or 1 for `at` alone.

        The latter is None where it need not be `told`. Where experts have prototypes, `own` is the `log a` of each
        position (B, H, N, S), which makes an expert read what is its own.
        """
        B, S, D = x.shape
        H, N, K = self.heads, self.experts, D // self.heads
        q = self.query(pick(x, at)).view(B, -1, H, N, K).permute(0, 2, 3, 1, 4)  # (B, H, N, R, K)
        if at is not None:
            key, value = (of.weight.view(H, K, D) for of in (self.key, self.value))
            read, weights = self.attention.newest(q, x, key, value, mask, at, own)
            return read.permute(0, 3, 1, 2, 4).contiguous(), weights if told else None
        k = self.key(x).view(B, S, H, K).transpose(1, 2)  # (B, H, S, K)
        v = self.value(x).view(B, S, H, K).transpose(1, 2)
        read, weights = self.attention(q, k, v, mask, None, told, own)
        return read.permute(0, 3, 1, 2, 4).contiguous(), weights

    def route(self, read: Tensor, evidence: Tensor | None = None) -> Tensor:
        """`beta = softmax([f_1; …; f_N] W_exp)` (eq 16): (B, S, H, N, K) -> (B, S, H, N).

        With prototypes `+ evidence` (B, S, H, N) before the softmax.

        The heads' matrices stand on the diagonal of one: its zeros cost less than a product a head and its copies.
        """
        heads = read.flatten(2) @ torch.block_diag(*self.router)  # type: ignore[no-untyped-call]
        logits = heads.view(*read.shape[:4])
        return softmax(logits if evidence is None else logits + evidence)
