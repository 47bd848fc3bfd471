"""The attention that makes a FAME of a SASRec: a head reads by several experts, and a router weighs them."""

import torch
from torch import Tensor, nn

from fame.model.attention import Attention, pick, softmax
from fame.model.config import Config


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
