"""What a history says of its user, told by whose items they are alone: which expert of each facet they go for at the
moment, and which facet they follow.

A user is taken to follow one facet at a time and, in each facet, one of the few experts whose items they like: a
hidden Markov model. It is filtered item by item (the forward algorithm), after each item the facets taken as
independent, so that a history is one pass and a step costs H N^2. Of an expert and the one followed before it the joint
probability is kept, for who switches often goes back.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

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
JOIN = 32  # runs that join a pass at a time, some steps before they differ


class State(NamedTuple):
    """What is believed of B histories, or of one for all; they stand last: all that a step does is quick along them."""

    pairs: Tensor  # (H, N, N, B), of the expert followed and the one followed before it; sums to 1
    often: Tensor  # (H, N, B), how often each was followed
    followed: Tensor  # (H, N, B), sums to 1
    anew: Tensor  # (H, N, B), of the expert gone to where a facet neither stays nor goes back
    follow: Tensor  # (H, N, B), of the expert that the next item follows if its facet drives it; sums to 1
    drive: Tensor  # (H, 1, B), of the facet that drives the next item; sums to 1


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
        """(S, H, N, B or 1) -> as `forward`."""
        states = self.along(self.start(a, len(item)), a, item.T)
        return told([newest_of(states)] if newest else states)

    @torch.no_grad()
    def without_each(self, own: Tensor, first: int, at_once: int) -> tuple[Tensor, Tensor]:
        """`log a` (1, H, N, S), items from position `first` on -> what lies ahead of the history without each item.

        As `forward` of the newest position, (T, 1, H, N) and (T, 1, H). What stands before an item is the same with it:
        a run joins where it begins to differ. No more than so many are held `at_once`.
        """
        a = own.permute(3, 1, 2, 0).exp()
        S, whole, each = len(a), self.start(a, 1), []
        for group in range(first, S, at_once):
            last = min(group + at_once, S)
            state = whole
            for start in range(group, last, JOIN):  # the whole history is the first of the runs
                stop = min(start + JOIN, last)
                state = joined([state, only(state, slice(0, 1), stop - start)])
                read = torch.ones(stop - start, state.drive.shape[2], dtype=torch.bool)
                read[:, start - stop :].fill_diagonal_(False)
                state = newest_of(self.along(state, a[start:stop], read))
            whole, state = only(state, slice(0, 1)), only(state, slice(1, None))
            if last < S:
                state = newest_of(self.along(state, a[last:], torch.ones(S - last, last - group, dtype=torch.bool)))
            each.append(told([state]))
        follows, drives = zip(*each, strict=True)
        return torch.cat(follows), torch.cat(drives)

    def start(self, a: Tensor, B: int) -> State:
        """Of B histories before their oldest item."""
        H, N = a.shape[1:3]
        pairs = a.new_full((N, N), 1 / (N * (N - 1)) if N > 1 else 1.0)
        if N > 1:
            pairs.fill_diagonal_(0)
        pairs = pairs[..., None].expand(H, N, N, B)
        return expecting(pairs, a.new_full((H, N, B), PRIOR), a.new_full((H, 1, B), 1 / H))

    def along(self, state: State, a: Tensor, item: Tensor) -> Iterator[State]:
        """After each of the positions: which share of an item is whose (S, H, N, B or 1), what is an item (S, B)."""
        H = a.shape[1]
        leaves = (1 - GOES_ON) / (H - 1) if H > 1 else 0.0
        goes_on = GOES_ON - leaves if H > 1 else 1.0
        by_chance = (1 - STRAYS) / self.share[..., None]
        fit = torch.stack([a, a * by_chance], 1)  # (S, 2, H, N, B or 1): the second, against an item by chance
        strays, one, leaving = a.new_tensor(STRAYS), a.new_ones(()), a.new_tensor(leaves)
        every_one, any_one = item.all(1).tolist(), item.any(1).tolist()
        for both, own, read, whole, some in zip(fit, a, item, every_one, any_one, strict=True):
            if some:
                hit, against = (both * state.follow).sum(2, keepdim=True)  # (H, 1, B)
                fits = state.drive * against
                every = fits.sum(0) + strays
                by = fits / every  # that each facet drove this item
                drive = torch.add(leaving, by, alpha=goes_on).addcdiv(state.drive, every, value=STRAYS * goes_on)
                if not whole:
                    by, drive = by * read, torch.where(read, drive, state.drive)
                kept = own * (by / hit.clamp_min(TINY))
                often = state.often.addcmul(by, own)
                pairs = state.pairs * torch.add(one, kept, alpha=STAYS).sub_(by)[:, :, None]
                pairs.addcmul_(state.pairs.transpose(1, 2), kept[:, :, None], value=(1 - STAYS) * RETURNS)
                pairs.addcmul_((kept * state.anew)[:, :, None], state.followed[:, None])
                state = expecting(pairs, often, drive)
            yield state


def expecting(pairs: Tensor, often: Tensor, drive: Tensor) -> State:
    """With what follows of these: the same expert again, the one before, or any by how often."""
    followed, before = pairs.sum(2), pairs.sum(1)
    anew = (often / often.sum(1, keepdim=True)).mul_((1 - STAYS) * (1 - RETURNS))
    follow = torch.add(anew, followed, alpha=STAYS).add_(before, alpha=(1 - STAYS) * RETURNS)
    return State(pairs, often, followed, anew, follow, drive)


def only(state: State, histories: slice, times: int = 1) -> State:
    """Some of the histories; one of them so many times."""
    some = (of[..., histories] for of in state)
    return State(*(of if times == 1 else of.expand(*of.shape[:-1], times) for of in some))


def joined(states: list[State]) -> State:
    """The histories of all."""
    return State(*(torch.cat(of, -1) for of in zip(*states, strict=True)))


def newest_of(states: Iterator[State]) -> State:
    """The last of them; no other is held."""
    (newest,) = deque(states, maxlen=1)
    return newest


def told(states: Iterable[State]) -> tuple[Tensor, Tensor]:
    """(B, S, H, N) and (B, S, H), as `Beliefs.forward`; of the rest nothing is held."""
    follow, drive = zip(*((state.follow, state.drive) for state in states), strict=True)
    return torch.stack(follow).permute(3, 0, 1, 2), torch.stack(drive)[:, :, 0].permute(2, 0, 1)
