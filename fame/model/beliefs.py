"""What a history says of its user, told by whose items they are alone: which expert of each facet they go for at the
moment, and which facet they follow.

A user is taken to follow one facet at a time and, in each facet, one of the few experts whose items they like: a
hidden Markov model. It is filtered item by item (the forward algorithm), after each item the facets taken as
independent, so that a history is one pass and a step costs H N^2. Of an expert and the one followed before it the joint
probability is kept, for who switches often goes back.
"""

import torch
from torch import Tensor, nn

STAYS = 0.8  # a facet, when it drives again, goes on with the same expert
RETURNS = 0.7  # else it goes back to the one before, rather than to any, by how often each was followed
GOES_ON = 0.8  # the facet that drove an item drives the next
STRAYS = 0.05  # an item follows nothing
PRIOR = 0.3  # of an expert, in items followed
MOMENTUM = 0.02  # of the share of items that belong to an expert, a batch
LEAST = 1e-6  # of a probability, before its logarithm is taken
TINY = 1e-12


class Beliefs(nn.Module):
    """The filter. Only what it weighs in the router is learned by gradient; the chances above are the same everywhere.

    In training no gradient passes through it: prototypes learn by what experts read.
    """

    share: Tensor  # (H, N): of the items in histories, what belongs to each expert; a running mean

    def __init__(self, heads: int, experts: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(heads))
        self.register_buffer("share", torch.full((heads, experts), 1 / experts))

    def forward(self, own: Tensor, item: Tensor, newest: bool = False) -> tuple[Tensor, Tensor]:
        """`log a` (B or 1, H, N, S), and which positions are items that may be read, (B, S) bool.

        Returns
        -------
        follows : (B, S, H, N), how probable it is that a facet's next item, if it drives that, is each expert's
        drives : (B, S, H), how probable it is that each facet drives the next item; each sums to 1

        Of the newest position alone, S -> 1.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.training):
            a = own.permute(3, 1, 2, 0).exp()
            if self.training:
                self.learn(a, item)
                if a.device.type == "cpu":
                    return self.compiled(a, item)
            return self.filtered(a, item, newest)

    def evidence(self, follows: Tensor) -> Tensor:
        """(…, H, N) -> what is added to the router's logits."""
        return self.weight[:, None] * follows.clamp_min(LEAST).log()

    @torch.no_grad()
    def learn(self, a: Tensor, item: Tensor) -> None:
        """Move the shares towards those of a batch, (S, H, N, B)."""
        real = item.T[:, None, None].to(a.dtype)
        self.share.lerp_((a * real).sum((0, 3)) / real.sum().clamp_min(1), MOMENTUM)

    def compiled(self, a: Tensor, item: Tensor) -> tuple[Tensor, Tensor]:
        """What `filtered` gives of all positions, without a gradient, to as many digits."""
        from fame.model.compiled_beliefs import filtered  # late: it takes seconds to compile

        a = a.permute(3, 0, 1, 2).contiguous()  # (B, S, H, N)
        follows, drives = torch.empty_like(a), torch.empty_like(a[..., 0])
        filtered(
            a.numpy(), item.numpy(), self.share.numpy(), STAYS, RETURNS, GOES_ON, STRAYS, PRIOR, TINY,
            follows.numpy(), drives.numpy(),
        )  # fmt: skip
        return follows, drives

    def filtered(self, a: Tensor, item: Tensor, newest: bool) -> tuple[Tensor, Tensor]:
        """(S, H, N, B or 1) -> as `forward`. Histories stand last: all that a step does is quick along them."""
        S, H, N, _ = a.shape
        B = len(item)
        pairs = a.new_full((N, N), 1 / (N * (N - 1)) if N > 1 else 1.0)
        if N > 1:
            pairs.fill_diagonal_(0)
        pairs = pairs[..., None].expand(H, N, N, B)  # followed, followed before
        often, drove = a.new_full((H, N, B), PRIOR), a.new_full((H, B), 1 / H)
        real = item.T.to(a.dtype)  # (S, B)
        against = (1 - STRAYS) * a / self.share[..., None]  # an item by chance
        ahead, follows, drives = switch(pairs, often), [], []
        follow, drive = ahead.sum(2), drove
        for t in range(S):
            fits = drive * (follow * against[t]).sum(1)
            every = fits.sum(0) + STRAYS
            by = (real[t] * fits / every)[:, None]  # (H, 1, B): that each facet drove this item
            kept = a[t] / (follow * a[t]).sum(1, keepdim=True).clamp_min(TINY)
            pairs = torch.lerp(pairs, ahead * kept[:, :, None], by[:, None])
            often = often + by * a[t]
            drove = torch.where(item[:, t], (fits + STRAYS * drive) / every, drove)
            ahead, drive = switch(pairs, often), other(drove)
            follow = ahead.sum(2)
            if not newest or t == S - 1:
                follows.append(follow)
                drives.append(drive)
        return torch.stack(follows).permute(3, 0, 1, 2), torch.stack(drives).permute(2, 0, 1)


def switch(pairs: Tensor, often: Tensor) -> Tensor:
    """One step ahead of (followed, followed before) (H, N, N, B): the same, back, or to any by how often (H, N, B)."""
    anew = often * ((1 - STAYS) * (1 - RETURNS) / often.sum(1, keepdim=True))
    back = torch.add(STAYS * pairs, pairs.transpose(1, 2), alpha=(1 - STAYS) * RETURNS)
    return back.addcmul(anew[:, :, None], pairs.sum(2)[:, None])


def other(drove: Tensor) -> Tensor:
    """One step ahead of the facet that drives, (H, B)."""
    H = len(drove)
    if H == 1:
        return drove
    leaves = (1 - GOES_ON) / (H - 1)
    return (GOES_ON - leaves) * drove + leaves
