"""FAME: Facet-Aware Multi-Head Mixture-of-Experts Model for Sequential Recommendation (arXiv 2411.01457v2).

Equation numbers are the paper's.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from fame.model.attention import last, pick, visible
from fame.model.attentive import Ahead, Attentive
from fame.model.beliefs import Beliefs
from fame.model.blocks import FeedForward, TransformerBlock, block_attention, block_stages
from fame.model.config import Config
from fame.model.contract import Faceted
from fame.model.dropout import Dropout
from fame.model.expert_attention import ExpertAttention
from fame.model.intervention import Intervention
from fame.model.items import Embedding, ItemBias, ItemFacets
from fame.model.output import Output
from fame.model.prototypes import Prototypes


class FAME(Faceted, Attentive):
    """L - 1 ordinary blocks, then one layer whose heads are facets that each predict the next item."""

    def __init__(self, config: Config):
        super().__init__(config)
        D, H, K = config.width, config.heads, config.facet_width
        self.embedding = Embedding(config)
        self.blocks = nn.ModuleList(TransformerBlock(config) for _ in range(config.layers - 1))
        self.expert_attention = ExpertAttention(config)
        owning = len(config.owning)  # O, facets whose experts stand for some of the items
        self.prototypes = Prototypes(config) if owning else None
        self.beliefs = Beliefs(owning, config.experts) if owning else None
        # The paper leaves open what the last layer's attention is added to; see `Config.residual`.
        self.residual = nn.Linear(D, D, bias=False) if config.residual == "projection" else nn.Identity()
        self.norm = nn.LayerNorm(K, eps=config.norm_epsilon)
        self.dropout = Dropout(config.dropout)
        self.feed_forward = FeedForward(K, config)  # FFN', one for all heads (eq 7)
        self.item_facets = ItemFacets(config)
        self.gate = nn.Linear(D, H)  # W_g, b_g (eq 10)
        self.bias = ItemBias(config)

    def forward(
        self, items: Tensor, intervention: Intervention | None = None, newest: bool = False, attention: bool = True
    ) -> Output:
        """(B, T) item indices, oldest first, 0 = padding on the left -> `Output` at S positions (see there).

        With `newest` the last layer is worked out at each history's newest kept position alone, where the next item is
        predicted: the output has that one position, and an intervention in gate, router or facets is of it. One history
        may be given with many such edits (R, 1, …): it is then read once, and the output has R rows. Without
        `attention` that is left empty, and no more memory is taken than grows with S.
        """
        change = intervention or Intervention()
        x, keep = self.encode(items, change)
        return self.finish(x, keep, change, newest, attention)

    @property
    def lower(self) -> Sequence[TransformerBlock]:
        """All blocks: the last layer is none of them."""
        return [*self.blocks]

    def finish(
        self, x: Tensor, keep: Tensor, change: Intervention, newest: bool = False, attention: bool = True,
        ahead: Ahead | None = None,
    ) -> Output:  # fmt: skip
        """The layer of facets."""
        H, K = self.config.heads, self.config.facet_width
        at = last(keep) if newest else None  # then S is 1 from here on
        own = evidence = drives = None
        if self.beliefs is not None:
            x, beside = x[..., : H * K], x[..., H * K :]
            own = beside.view(*x.shape[:2], -1, self.config.experts).permute(0, 2, 3, 1)  # (B, O, N, S)
            item = keep & (keep.cumsum(1) > self.config.begin)
            follows, drives = ahead or self.beliefs(own, item, newest)
            evidence = self.of_all(self.beliefs.evidence(follows), 2)  # (B, S, H, N)
            own = self.of_all(own, 1)  # (B, H, N, S)
        read, weights = self.expert_attention(x, visible(keep, at), at, attention, own)  # (B, S, H, N, K), (…, S, S)
        router = change.router(self.expert_attention.route(read, evidence))  # (B, S, H, N), eq 16
        mixed = (router[..., None] * read).sum(-2)  # (B, S, H, K), eq 17

        facets = self.norm(self.residual(pick(x, at)).unflatten(-1, (H, K)) + self.dropout(mixed))
        facets = change.facets(self.feed_forward(facets))  # F^(h), (B, S, H, K)
        gate = change.gate(self.weigh(facets))  # (B, S, H), eq 10

        output = Output(
            query=self.item_facets.query(gate[..., None] * facets),
            facets=facets,
            gate=gate,
            router=router,
            keep=keep if at is None else torch.ones_like(keep[:, :1]),
            attention=weights,
            drives=drives,
        )
        return output.expanded()

    def beside(self, seen: Tensor, items: Tensor) -> Tensor | None:
        """With prototypes `log a` of every expert of every facet that has them, (B, S, O N)."""
        if self.prototypes is None:
            return None
        begin = int(self.config.begin)
        parts, item = pad(self.item_facets(seen), (0, 0, 0, 0, begin, 0)), pad(items > 0, (begin, 0))
        return self.prototypes(parts, item).flatten(2)

    def ahead(self, beside: Tensor, first: int, numbers: int) -> Ahead | None:
        """With prototypes what the filter comes to, (T, 1, O, N) and (T, 1, O)."""
        if self.beliefs is None:
            return None
        H, N = len(self.config.owning), self.config.experts
        own = beside.view(*beside.shape[:2], H, N).permute(0, 2, 3, 1)
        return self.beliefs.without_each(own, first, max(1, numbers // (8 * H * N**2)))

    def of_all(self, logits: Tensor, dim: int) -> Tensor:
        """Of the O facets whose experts own items -> of all H: nothing is added to the others'."""
        owning = self.config.owning
        if len(owning) == self.config.heads:
            return logits
        places = torch.tensor(owning, device=logits.device)
        shape = [*logits.shape]
        shape[dim] = self.config.heads
        return logits.new_zeros(shape).index_copy(dim, places, logits)

    def weigh(self, facets: Tensor) -> Tensor:
        """`g = softmax(W_g [F_1; …; F_H] + b_g)` (eq 10): (B, S, H, K) -> (B, S, H).

        In training over a random part of the facets, one at least: the others must be able to predict without those
        left out. It keeps facets from relying on one another, and makes a model without one of them a model it knows.
        """
        logits = self.gate(facets.flatten(2))
        if self.training and self.config.facet_dropout:
            out = torch.rand_like(logits) < self.config.facet_dropout
            logits = logits.masked_fill(out & ~out.all(-1, keepdim=True), -torch.inf)
        return logits.softmax(-1)

    def table(self) -> Tensor:
        """(V + 1, D)."""
        return self.embedding.item.weight

    def scored_by(self) -> tuple[Tensor, ...]:
        """With W_f, where it is learned."""
        learned = self.item_facets.weight
        return super().scored_by() if learned is None else (*super().scored_by(), learned)

    def stages(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The score, the last layer, then block by block."""
        prototypes = () if self.prototypes is None else ("prototypes", "beliefs")
        return (
            ("score and gate", ("bias", "item_facets", "gate")),
            ("feed-forward", ("feed_forward", "norm")),
            ("attention", ("expert_attention", *prototypes, "residual")),
            *block_stages(self.blocks),
            ("embedding", ("embedding",)),
        )

    def attention_by_layer(self, items: Tensor) -> list[Tensor]:
        """Of every block, then the last layer's effective attention."""
        last_layer = self(items).effective_attention().mean(1)
        return [*block_attention(self.embedding, self.blocks, items), last_layer]

    def facet_queries(self, gated: Tensor) -> Tensor:
        """(…, H, K) -> (…, H, D)."""
        return self.item_facets.queries(gated)

    def narrow_queries(self, facets: Tensor) -> Tensor:
        """(…, H, K) -> (…, H, K)."""
        return self.item_facets.narrow_queries(facets)

    def facet_keys(self, items: Tensor) -> Tensor:
        """(…, D) -> (…, H, K)."""
        return self.item_facets.keys(items)

    def sub_embeddings(self, items: Tensor) -> Tensor:
        """(…, D) -> (…, H, K)."""
        return self.item_facets(items)

    def shares(self, parts: Tensor) -> Tensor | None:
        """(…, H, K) -> (…, O, N), with prototypes."""
        return None if self.prototypes is None else self.prototypes.belongs(parts).exp()
