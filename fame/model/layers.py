"""The layers that FAME and SASRec share, and the one that makes a FAME of a SASRec."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from fame.model.config import Config


class Embedding(nn.Module):
    """Items -> X: item plus position embedding, LayerNorm, dropout."""

    def __init__(self, config: Config):
        super().__init__()
        self.item = nn.Embedding(config.items + 1, config.width, padding_idx=0)
        self.position = nn.Embedding(config.length, config.width)
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.item.weight, std=0.02)
        nn.init.normal_(self.position.weight, std=0.02)
        with torch.no_grad():
            self.item.weight[0] = 0

    def forward(self, items: Tensor, keep: Tensor) -> Tensor:
        """(B, T) indices -> (B, T, D). A masked item (`keep` False) is embedded as padding is: by zeros.

        A position is counted from the oldest item, so that a later item never changes an earlier output.
        """
        place = ((items > 0).cumsum(1) - 1).clamp_min(0)
        x = self.item(items * keep) + self.position(place)
        return self.dropout(self.norm(x))


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


def visible(keep: Tensor) -> Tensor:
    """(B, T) -> (B, 1, T, T) bool, True where position i may read position j: kept, and not later than i.

    Every position may read itself, since a row that reads nothing has no softmax; nobody else reads what is not kept.
    """
    T = keep.shape[1]
    causal = torch.ones(T, T, dtype=torch.bool, device=keep.device).tril()
    itself = torch.eye(T, dtype=torch.bool, device=keep.device)
    return ((keep[:, None, :] & causal) | itself)[:, None]


def attention_weights(q: Tensor, k: Tensor, mask: Tensor) -> Tensor:
    """The weights that `scaled_dot_product_attention` uses but does not return: (…, T, K) x (…, T, K) -> (…, T, T)."""
    logits = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return logits.masked_fill(~mask, -torch.inf).softmax(-1)


class FeedForward(nn.Module):
    """Position-wise network with residual and LayerNorm: `norm(x + dropout(W_2 gelu(W_1 x)))`."""

    def __init__(self, width: int, dropout: float):
        super().__init__()
        self.inner = nn.Linear(width, 4 * width)
        self.outer = nn.Linear(4 * width, width)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(…, width) -> (…, width)."""
        return self.norm(x + self.dropout(self.outer(gelu(self.inner(x)))))


class Block(nn.Module):
    """An ordinary causal Transformer block (SASRec, Kang and McAuley 2018), LayerNorm after each residual."""

    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.feed_forward = FeedForward(config.width, config.dropout)

    def forward(self, x: Tensor, mask: Tensor, attention: bool = False) -> tuple[Tensor, Tensor | None]:
        """(B, T, D) -> (B, T, D), and on request the weights (B, heads, T, T)."""
        B, T, D = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)  # each (B, H, T, K)
        read = scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(B, T, D)
        x = self.norm(x + self.dropout(self.out(read)))
        return self.feed_forward(x), attention_weights(q, k, mask) if attention else None


class ExpertAttention(nn.Module):
    """MoE self-attention (eqs 14-17): in every head N experts, each with its own query over shared keys and values."""

    def __init__(self, config: Config):
        super().__init__()
        self.heads, self.experts = config.heads, config.experts
        D, H, N, K = config.width, config.heads, config.experts, config.facet_width
        self.query = nn.Linear(D, H * N * K, bias=False)
        self.key = nn.Linear(D, D, bias=False)
        self.value = nn.Linear(D, D, bias=False)
        self.router = nn.Parameter(torch.empty(H, N * K, N))  # W_exp, a matrix a head
        nn.init.normal_(self.router, std=(N * K) ** -0.5)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, D) -> each expert's read (B, T, H, N, K), queries (B, H, N, T, K) and keys (B, H, 1, T, K)."""
        B, T, D = x.shape
        H, N, K = self.heads, self.experts, D // self.heads
        q = self.query(x).view(B, T, H, N, K).permute(0, 2, 3, 1, 4)  # (B, H, N, T, K)
        k = self.key(x).view(B, T, H, K).transpose(1, 2)  # (B, H, T, K)
        v = self.value(x).view(B, T, H, K).transpose(1, 2)
        # Experts are more queries over the same keys: N * T rows of one attention, not N attentions.
        rows = mask.expand(B, 1, T, T).repeat(1, 1, N, 1)  # (B, 1, N * T, T)
        read = scaled_dot_product_attention(q.reshape(B, H, N * T, K), k, v, attn_mask=rows)
        return read.view(B, H, N, T, K).permute(0, 3, 1, 2, 4), q, k[:, :, None]

    def route(self, read: Tensor) -> Tensor:
        """`beta = softmax([f_1; …; f_N] W_exp)` (eq 16): (B, T, H, N, K) -> (B, T, H, N)."""
        return torch.einsum("bthm,hmn->bthn", read.flatten(3), self.router).softmax(-1)
