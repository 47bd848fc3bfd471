"""What became of an item in every run, without the scores of the whole catalog in all runs at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from fame.heads import topk
from fame.heads.contract import Head
from fame.heads.registry import head
from fame.model import Model, Output

FEWEST = 16  # runs scored at a time: the item table is not read anew for every few


@dataclass(frozen=True)
class Outcomes:
    """Of one item in R runs."""

    log_probability: Tensor  # (R,) in nats
    rank: Tensor  # (R,) among the items that are not hidden; 1 = first


@torch.inference_mode()
def outcomes(model: Model, output: Output, target: int, hidden: Tensor) -> Outcomes:
    """Of runs (R, 1, …); `hidden` (E,), or (R, E), are catalog indices that are not ranked, the target none of them."""
    log_probability, rank = [], []
    for some in parts(model, len(output.query)):
        own, blocks = own_and_all(head(model, output.only(some)), target)
        out = hidden if hidden.dim() == 1 else hidden[some]
        normaliser, above = [], torch.zeros(len(own), dtype=torch.long)
        for start, scores in blocks:
            normaliser.append(scores.logsumexp(1))
            above += (strike(start, scores, out) > own[:, None]).sum(1)
        log_probability.append(own - torch.stack(normaliser).logsumexp(0))
        rank.append(above + 1)
    return Outcomes(torch.cat(log_probability), torch.cat(rank))


@torch.inference_mode()
def leads(model: Model, output: Output, target: int, hidden: Tensor) -> Tensor:
    """By how much the target's score is above that of the best other item that is not `hidden`, (R,)."""
    out, lead = torch.cat([hidden, torch.tensor([target])]), []
    for some in parts(model, len(output.query)):
        own, blocks = own_and_all(head(model, output.only(some)), target)
        lead.append(own - torch.stack([strike(start, scores, out).amax(1) for start, scores in blocks]).amax(0))
    return torch.cat(lead)


@torch.inference_mode()
def first(model: Model, output: Output, k: int, hidden: Tensor) -> Tensor:
    """Catalog indices of the first k of each run, or of all that are not `hidden` where they are fewer, (R, k)."""
    left = model.config.items - len(hidden)
    return head(model, output).top_k(min(k, left), hidden.expand(len(output.query), -1)).items


def parts(model: Model, runs: int) -> Iterator[slice]:
    """So many runs at a time that a block of scores has the whole catalog, where that is not too large."""
    at_once = max(FEWEST, topk.BLOCK // model.config.items)
    for start in range(0, runs, at_once):
        yield slice(start, start + at_once)


def own_and_all(by: Head, item: int) -> tuple[Tensor, Iterable[tuple[int, Tensor]]]:
    """An item's scores (R,), and the scores of the catalog block by block.

    Both are read off the same products, as one that is rounded otherwise would be above or below its equals.
    """
    for start, scores in by.blocks():
        if start <= item < start + scores.shape[1]:
            own = scores[:, item - start].clone()
            return own, [(start, scores)] if scores.shape[1] == by.model.config.items else by.blocks()
    raise IndexError(f"There is no item {item}.")


def strike(start: int, scores: Tensor, out: Tensor) -> Tensor:
    """Scores (R, block) from an item on, in place without those of some items, (E,) or of each run (R, E)."""
    inside = (out >= start) & (out < start + scores.shape[1])
    if out.dim() == 1:
        scores[:, out[inside] - start] = -torch.inf
    else:
        run, place = inside.nonzero(as_tuple=True)
        scores[run, out[run, place] - start] = -torch.inf
    return scores
