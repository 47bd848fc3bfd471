"""A history without each of its items, one run an item, at a fraction of the price of so many runs.

In the first layer, what position i makes of position j hangs on the two and on how far apart they are. Without item t a
position later than it reads what stands after t as ever, and what stands before t as ever too, or from one place nearer
where the others move up. So of all runs the attention is two sums of weight times value, one that grows from the
oldest position and one from the newest; no weight is worked out twice, and nothing is subtracted. What stands before t
is the same in every run. Only the rest of the layer is made run by run, and what reads it.
"""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import pad

from fame.model.attention import visible
from fame.model.attentive import Ahead, Attentive
from fame.model.intervention import Intervention

STATES = 16  # numbers that are held of a run at a time, in widths of a position
FAINT = 1e-20  # of all that a position reads, below which the sums are too coarse, and the run is made by itself


@torch.inference_mode()
def without_each(
    model: Attentive, read: Tensor, in_place: bool, numbers: int
) -> Iterator[tuple[Tensor, Tensor, Ahead | None]]:
    """A history (T,) without each item, the oldest first: what the last layer reads, what positions hold something, and
    what lies ahead.

    (n, S, D) and (n, S) bool, of so many runs that no more than so many `numbers` are held. The item is masked
    `in_place`, or the others move up and S is one less. The model has one lower block, and T is 2 at least.
    """
    (block,) = model.lower
    x, keep = model.embedding(read[None])
    moved = (
        x if in_place else torch.cat([x[:, : 1 - len(read)], model.embedding(read[None, 1:])[0][:, 1 - len(read) :]], 1)
    )
    as_ever, S = block(x, visible(keep), told=False)[0][0], x.shape[1]
    _, k, v = block.queries_keys_values(x)
    q, later_k, later_v = block.queries_keys_values(moved)
    later = block.attention.logits(q[:, :, None], later_k)[0, :, 0]  # (H, S, S)
    earlier = later
    if not in_place:  # position i is where i - 1 was
        earlier = pad(block.attention.logits(q[:, :, None, 1:], k[:, :, :-1])[0, :, 0], (0, 1, 1, 0))
    may = torch.ones(S, S, dtype=torch.bool).tril()
    earlier = earlier.masked_fill(~may.tril(-1), -torch.inf)
    later = later.masked_fill(~may, -torch.inf)
    most = torch.maximum(earlier.amax(2, keepdim=True), later.amax(2, keepdim=True))
    earlier, later = earlier.sub_(most).exp_(), later.sub_(most).exp_()
    v, later_v = (pad(of[0], (0, 1), value=1.0) for of in (v, later_v))  # (H, S, K + 1): the weights add up, too

    beside = model.beside(model.embedding.seen(read[None]), read[None])
    first = S - len(read)
    known = None
    if beside is not None:  # in one pass for all runs, as a step of it is little work
        known = model.ahead(beside, first, numbers)
    D = x.shape[2]
    width = D if beside is None else D + beside.shape[2]
    at_once = max(1, numbers // (STATES * D * S))
    for start in range(first, S, at_once):
        stop = min(start + at_once, S)
        rows = slice(start + 1, S)
        sums = v.new_empty(stop - start, len(v), S - 1 - start, v.shape[2])
        back = later[:, rows, stop:] @ later_v[:, stop:]
        for t in reversed(range(start, stop)):
            sums[t - start] = back
            back.addcmul_(later[:, rows, t, None], later_v[:, t, None])
        front = earlier[:, rows, :start] @ v[:, :start]
        for t in range(start, stop):
            sums[t - start] += front
            front.addcmul_(earlier[:, rows, t, None], v[:, t, None])
        read_of = (sums[..., :-1] / sums[..., -1:]).transpose(1, 2).flatten(2)  # (n, rows, D)
        after = block.after(moved[:, rows], read_of)
        x = as_ever.new_empty(stop - start, S if in_place else S - 1, width)
        for run, t in enumerate(range(start, stop)):
            same = t + in_place  # positions that stand before
            x[run, :same, :D], x[run, same:, :D] = as_ever[:same], after[run, run:]
            if beside is not None:
                x[run, :same, D:], x[run, same:, D:] = beside[0, :same], beside[0, t + 1 :]
        here = torch.ones(x.shape[:2], dtype=torch.bool)
        if in_place:
            here.diagonal(start).fill_(False)
        no_row = torch.ones(sums.shape[0], sums.shape[2], dtype=torch.bool).tril(-1)
        faint = (sums[..., -1].amin(1).masked_fill(no_row, 1.0) < FAINT).any(1)
        for run in faint.nonzero()[:, 0].tolist():
            x[run] = alone(model, read, start + run - first, in_place)
        yield x, here, known and (known[0][start - first : stop - first], known[1][start - first : stop - first])


def alone(model: Attentive, read: Tensor, item: int, in_place: bool) -> Tensor:
    """One of the runs by itself, (S, D)."""
    kept = torch.arange(len(read)) != item
    if in_place:
        return model.encode(read[None], Intervention(keep=kept[None]))[0][0]
    return model.encode(read[None, kept], Intervention())[0][0]
