"""A batch of held-out events: everything that a trace tells of them, as arrays.

What is left out is left out by `fame.runs`; ranks are counted as `evaluate` counts them, on the same batches.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fame.data import Events, Histories
from fame.data.batches import pad
from fame.explain.families.anatomy import split
from fame.explain.families.driver import Evidence, name_driver
from fame.explain.families.evidence import ask
from fame.heads.contract import ItemSide
from fame.heads.registry import head
from fame.heads.topk import best_of
from fame.model import Edit, Faceted, Output
from fame.ranking.evaluation import rank, seen
from fame.runs.execute import execute
from fame.runs.plan import histories
from fame.runs.regated import regated
from fame.trace.records import KEPT_TOP
from fame.trace.subject import Subject


@dataclass(frozen=True)
class Batch:
    """Of B events; H facets, N experts, E families, V items. Items are catalog indices, 0 = there is none."""

    rank: np.ndarray  # (B,)
    probability: np.ndarray  # (B,)
    top: np.ndarray  # (B, KEPT_TOP) best first; 0 where fewer are left
    first_probability: np.ndarray  # (B,)
    gate: np.ndarray  # (B, H)
    router: np.ndarray  # (B, H, N)
    parts: np.ndarray  # (B, 2, H + 1) of the target and of the first, popularity last
    anatomy: np.ndarray | None  # (B, 2, E + 1) the rest last; None: the score is no sum
    driver: np.ndarray  # (B,) family that drove the first, None where none is named
    driver_probability: np.ndarray  # (B,) NaN where it is not known
    rank_without_popularity: np.ndarray | None  # (B,)
    rank_without_newest: np.ndarray  # (B,) 0 where nothing would be left
    rank_without_facet: np.ndarray  # (B, H)
    rank_by_facet: np.ndarray  # (B, H)
    nearest: np.ndarray  # (B,) how far back the nearest past item lies, 1 = the newest
    nearest_item: np.ndarray  # (B,)


@torch.inference_mode()
def tell(of: Subject, events: Events, rows: np.ndarray) -> Batch:
    """Of some of the events, whose rows `evaluation.together` put in one batch."""
    model, length = of.model, of.model.config.length
    read = torch.from_numpy(pad(events.histories, rows, length))
    targets = torch.from_numpy(events.targets[rows].astype(np.int64))
    hidden = seen(events.histories, rows) if of.repeats == "drop" else None

    def ranked(output: Output, side: ItemSide) -> np.ndarray:
        return rank(struck(head(model, output, side).scores(), hidden), targets).numpy()

    output = execute(model, histories(read))
    by = head(model, output, of.side)
    scores = by.scores()
    normaliser, own = scores.logsumexp(1), scores.gather(1, targets[:, None] - 1)[:, 0]
    best, top = best_of(struck(scores, hidden), min(KEPT_TOP, len(of.catalog)))
    top = torch.where(best.isneginf(), 0, top + 1)
    pair = torch.stack([targets, top[:, 0]], 1)  # where there is no first, row 0 of the table stands in, unread
    bias = of.side.bias[pair][..., None]
    parts = by.parts(pair)
    names, certainties = drivers(of, read, top[:, 0])
    H = len(model.config.facets)
    without, alone = [], []
    if isinstance(model, Faceted):
        for h in range(H):
            one = torch.nn.functional.one_hot(torch.tensor(h), H).float()
            without.append(ranked(regated(model, output, Edit(scale=1 - one)), of.side))
            alone.append(ranked(regated(model, output, Edit(set=one)), of.side))
    nearest, nearest_item = nearest_past(of, events.histories, rows, targets)
    return Batch(
        rank=rank(scores, targets).numpy(),
        probability=(own - normaliser).double().exp().numpy(),
        top=top.numpy(),
        first_probability=(best[:, 0] - normaliser).double().exp().numpy(),
        gate=output.at_last(output.gate).numpy(),
        router=output.at_last(output.router).numpy(),
        parts=torch.cat([parts, bias], 2).numpy(),
        anatomy=anatomy(of, output, pair),
        driver=names,
        driver_probability=certainties,
        rank_without_popularity=None if of.unpopular is None else ranked(output, of.unpopular),
        rank_without_newest=without_newest(of, read, targets, hidden),
        rank_without_facet=columns(without, len(rows)),
        rank_by_facet=columns(alone, len(rows)),
        nearest=nearest,
        nearest_item=nearest_item,
    )


def struck(scores: Tensor, hidden: tuple[Tensor, Tensor] | None) -> Tensor:
    """The scores, in place without what is never recommended."""
    if hidden is not None:
        scores[hidden] = -torch.inf
    return scores


def columns(ranks: list[np.ndarray], B: int) -> np.ndarray:
    """(B,) each -> (B, H), also where there is none."""
    return np.stack(ranks, 1) if ranks else np.zeros((B, 0), np.int64)


def anatomy(of: Subject, output: Output, pair: Tensor) -> np.ndarray | None:
    """(B, 2, E + 1) parts of items (B, 2) by family, the rest last; None where a score is no sum."""
    by = head(of.model, output, of.side)
    if by.shares(pair) is not None:
        return None
    families = split(of.model, of.anatomy, output, pair)
    rest = by.at(pair) - by.reference()[:, None] - of.side.bias[pair] - families.sum(2)
    return torch.cat([families, rest[..., None]], 2).numpy()


def without_newest(of: Subject, read: Tensor, targets: Tensor, hidden: tuple[Tensor, Tensor] | None) -> np.ndarray:
    """(B,) rank of each target with the newest item removed; 0 where nothing would be left to predict from."""
    model = of.model
    left = (read > 0).sum(1) > (0 if model.config.begin else 1)
    found = np.zeros(len(read), np.int64)
    some = left.nonzero()[:, 0]
    if not len(some):
        return found
    older = read[some, :-1] if read.shape[1] > 1 else torch.zeros_like(read[some])
    scores = head(model, execute(model, histories(older)), of.side).scores()
    if hidden is not None:
        user, item = hidden
        place = torch.full((len(read),), -1)
        place[some] = torch.arange(len(some))
        kept = place[user] >= 0
        hidden = place[user][kept], item[kept]
    found[some.numpy()] = rank(struck(scores, hidden), targets[some]).numpy()
    return found


def drivers(of: Subject, read: Tensor, first: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """What drove each item that is first, as `recommend` names it, and with what probability; (B,) each.

    Histories of one length at a time: others are drawn in place of what is padded, and the draws are to be the same.
    """
    names, certainties = np.full(len(read), None, dtype=object), np.full(len(read), np.nan)
    known = of.anatomy.asked
    if not known.families:
        return names, certainties
    for rows, items in by_length(read, first > 0):
        asked = ask(of.model, known, items, first[rows, None])
        for k, row in enumerate(rows.tolist()):
            told = asked.parts[k, 0].numpy(), asked.effect[k, 0].numpy()
            part, fall = asked.usual[k].tolist()
            if found := name_driver(Evidence(known.families, *told, (part, fall))):
                names[row], certainties[row] = found.name, found.evidence["probability"]
    return names, certainties


def by_length(read: Tensor, wanted: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of histories of one length, and these without padding."""
    lengths = (read > 0).sum(1)
    for T in sorted(set(lengths[wanted].tolist())):
        rows = ((lengths == T) & wanted).nonzero()[:, 0]
        yield rows, read[rows, read.shape[1] - T :]


def nearest_past(of: Subject, past: Histories, rows: np.ndarray, targets: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """How far back the past item with the largest cosine with the target lies, and which it is; (B,) each.

    Of all the history, also what is too old to be read. Of equals the newest.
    """
    table, far, which = of.side.table, np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for b, row in enumerate(rows):
        items = torch.from_numpy(past[row].astype(np.int64))
        cosine = ((table[items] @ table[targets[b]]) / of.norms[items]).flip(0)
        back = int(cosine.argmax())
        far[b], which[b] = back + 1, int(items[len(items) - 1 - back])
    return far, which
