"""FAME: Facet-Aware Multi-Head Mixture-of-Experts Model for Sequential Recommendation (arXiv 2411.01457v2).

Equation numbers are the paper's.
"""

import torch
from torch import Tensor, nn

from fame.model.config import Config
from fame.model.intervention import Intervention
from fame.model.layers import Block, Embedding, ExpertAttention, FeedForward, ItemBias, attention_weights, visible
from fame.model.output import Output


class FAME(nn.Module):
    """L - 1 ordinary blocks, then one layer whose heads are facets that each predict the next item."""

    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        D, H, K = config.width, config.heads, config.facet_width
        self.embedding = Embedding(config)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers - 1))
        self.expert_attention = ExpertAttention(config)
        # The paper leaves open what the last layer's attention is added to; see `Config.residual`.
        self.residual = nn.Linear(D, D, bias=False) if config.residual == "projection" else nn.Identity()
        self.norm = nn.LayerNorm(K)
        self.dropout = nn.Dropout(config.dropout)
        self.feed_forward = FeedForward(K, config.dropout)  # FFN', one for all heads (eq 7)
        self.item_facets = nn.Linear(D, D, bias=False)  # W_f^(1) … W_f^(H), stacked (eq 9)
        self.gate = nn.Linear(D, H)  # W_g, b_g (eq 10)
        self.bias = ItemBias(config)
        nn.init.orthogonal_(self.item_facets.weight)

    def forward(self, items: Tensor, intervention: Intervention | None = None, attention: bool = False) -> Output:
        """(B, T) item indices, oldest first, 0 = padding on the left -> `Output`.

        `attention` asks for the experts' attention rows, which cost B x H x N x T x T numbers.
        """
        B, T = items.shape
        H, K = self.config.heads, self.config.facet_width
        change = intervention or Intervention()
        keep = items > 0 if change.keep is None else (items > 0) & change.keep
        mask = visible(keep)

        x = self.embedding(items, keep)  # (B, T, D)
        for block in self.blocks:
            x, _ = block(x, mask)

        read, q, k = self.expert_attention(x, mask)  # (B, T, H, N, K)
        router = change.router(self.expert_attention.route(read))  # (B, T, H, N)
        mixed = torch.einsum("bthn,bthnk->bthk", router, read)  # eq 17

        facets = self.norm(self.residual(x).view(B, T, H, K) + self.dropout(mixed))
        facets = change.facets(self.feed_forward(facets))  # F^(h), (B, T, H, K)
        gate = change.gate(self.gate(facets.flatten(2)).softmax(-1))  # (B, T, H), eq 10

        return Output(
            query=(gate[..., None] * facets).flatten(2),  # eqs 8 and 11 as one dot product with `table`
            facets=facets,
            gate=gate,
            router=router,
            keep=keep,
            attention=attention_weights(q, k, mask[:, :, None]) if attention else None,
        )

    def table(self) -> Tensor:
        """(V + 1, D): the H sub-embeddings `W_f^(h) x_v` side by side (eq 9); row 0 is padding."""
        return self.item_facets(self.embedding.item.weight)

    def sub_embeddings(self) -> Tensor:
        """(V + 1, H, K): `table` by facet."""
        return self.table().view(-1, self.config.heads, self.config.facet_width)
