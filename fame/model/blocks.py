"""The ordinary Transformer block, and what is asked of several of them."""

from torch import Tensor, nn
from torch.nn.functional import gelu

from fame.model.attention import Attention, pick, visible
from fame.model.config import Config
from fame.model.dropout import Dropout
from fame.model.items import Embedding


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
