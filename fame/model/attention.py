"""Causal attention: which positions may be read, how much of each is, and the positions themselves."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from fame.model.config import Config
from fame.model.dropout import dropout

SHORT = 16  # rows of a softmax
ROWS = 64  # positions whose attention is worked out at a time, where nobody asks for the weights


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
        distance = (at[:, None] - torch.arange(S, device=at.device)).clamp_min(0)
        if (at == at[0]).all():  # keys are fewer than what is made of them, so they are taken to their places
            key, bias = key[:, distance[0]], bias[:, distance[0]]
            return logits + (torch.einsum("bhnk,hsk->bhns", rows, key) + bias[:, None]).view(B, H, N, R, S)
        far = (rows @ key.mT + bias[:, None]).view(B, H, N, R, S)  # column d speaks of distance d
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
