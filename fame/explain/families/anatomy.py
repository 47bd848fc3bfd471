"""Score anatomy: the exact split of a dot-product score by attribute family, in any model that has one.

The item table is fitted on one-hot attribute values by ridge regression, `x_v = mean + sum_a component_a(v) + rest(v)`.
The fit is a choice; what follows from it is arithmetic: `<q, x_v - mean> = sum_a <q, component_a(v)> + <q, rest(v)>`.
Where the rest is most of a score, the anatomy says little about it, so the rest is always shown.

Families that are derived from what users took (`fame.data.derived`) are fitted on what the given ones leave: what both
could explain goes with what was written down of the items, and the given families' parts are as without the derived.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor
from torch.nn.functional import embedding_bag

from fame.data import Catalog
from fame.data.attributes import Attributes, attributes
from fame.explain.families.driver import may_drive
from fame.explain.families.ridge import Ridge, ridge
from fame.heads.registry import head
from fame.model import Model, Output

MOST = 4_000  # values fitted; where a catalog has more, the commonest


@dataclass(frozen=True)
class Anatomy:
    """What of each item embedding goes with which family."""

    families: tuple[str, ...]  # A, the given ones first
    given: int  # how many of them are given
    penalties: tuple[float, ...]  # (A,) of the ridge, chosen by cross-validation
    explained: float  # share of the item table's variance that the families explain on items left out of the fit
    values: tuple[Tensor, ...]  # rows of a family's `weights`, item after item
    starts: tuple[Tensor, ...]  # (V + 2,) where among them those of each item begin; item 0 has none
    weights: tuple[Tensor, ...]  # (values, D)
    centres: Tensor  # (A, D) mean component over the catalog
    average: Tensor  # (D,) mean item embedding

    @property
    def asked(self) -> "Anatomy":
        """Of the families alone of which one may be a driver: their parts are the same."""
        a = may_drive(self.families, self.given)
        return replace(
            self, families=self.families[:a], penalties=self.penalties[:a], values=self.values[:a],
            starts=self.starts[:a], weights=self.weights[:a], centres=self.centres[:a], given=min(a, self.given),
        )  # fmt: skip

    def components(self, items: Tensor) -> Tensor:
        """Catalog indices (…) -> component of each family, centred over the catalog, (…, A, D)."""
        found, flat = self.centres.new_empty(*items.shape, *self.centres.shape), items.flatten()
        for a, (values, starts, weights) in enumerate(zip(self.values, self.starts, self.weights, strict=True)):
            many = starts[flat + 1] - starts[flat]
            first = many.cumsum(0) - many
            place = torch.arange(int(many.sum())) + (starts[flat] - first).repeat_interleave(many)
            found[..., a, :] = embedding_bag(values[place], weights, first, mode="sum").view(*items.shape, -1)
        return found - self.centres

    def parts(self, slope: Tensor, items: Tensor) -> Tensor:
        """What each family lifts items (B, k) by above the average item, by `Head.slope` (B, k or 1, D): (B, k, A)."""
        return torch.einsum("bkd,bkad->bka", slope, self.components(items))


@torch.inference_mode()
def fit(model: Model, catalog: Catalog, families: Sequence[str] | None = None) -> Anatomy:
    """Fit the model's item table; without `families`, on all that the catalog declares and that have values."""
    chosen = [one for one in catalog.families if families is None or one.name in families]
    chosen.sort(key=lambda one: one.kind == "derived")
    known = [(one.kind, its) for one in chosen if (its := attributes(catalog, one.name)).values]
    table = model.table().detach().cpu().double().numpy()[1:]
    average = table.mean(0)
    table -= average
    blocks = [columns(its, MOST // max(1, len(known))) for _, its in known]
    given = sum(kind == "given" for kind, _ in known)
    fitted = _in_turn(table, blocks, given)
    centres = [np.asarray(block.mean(0)) @ part for block, part in zip(blocks, fitted.weights, strict=True)]
    return Anatomy(
        families=tuple(its.family for _, its in known),
        given=given,
        penalties=tuple(fitted.penalties),
        explained=fitted.explained,
        values=tuple(torch.from_numpy(block.indices).long() for block in blocks),
        starts=tuple(torch.from_numpy(np.append(0, block.indptr)).long() for block in blocks),
        weights=tuple(torch.from_numpy(part).float() for part in fitted.weights),
        centres=torch.from_numpy(np.vstack([np.zeros((0, table.shape[1])), *centres])).float(),
        average=torch.from_numpy(average).float(),
    )


def _in_turn(vectors: np.ndarray, blocks: Sequence[csr_matrix], given: int) -> Ridge:
    """The first so many blocks, and the others on what these leave of the vectors (V, D).

    What both explain on items left out of the fit: the others' share is of what was left on items in the first fit.
    """
    first, others = ridge(vectors, blocks[:given]), blocks[given:]
    if not others:
        return first
    before, left = float(np.square(vectors).sum()), vectors.copy()
    for block, weights in zip(blocks[:given], first.weights, strict=True):
        left -= block @ weights - np.asarray(block.mean(0)) @ weights
    second = ridge(left, others)
    of_all = float(np.square(left).sum()) / max(before, 1e-300)
    return Ridge(
        [*first.weights, *second.weights],
        [*first.penalties, *second.penalties],
        min(1.0, first.explained + of_all * second.explained),
    )


def split(model: Model, anatomy: Anatomy, output: Output, items: Tensor) -> Tensor:
    """What each family lifts items (B, k) by where the next item is predicted, (B, k, A).

    With a head whose score is no sum, it is what a step along each component would do to it: in a mixture of softmaxes
    each facet's logits are split, and weighed by the facet's responsibility for the item.
    """
    return anatomy.parts(head(model, output).slope(items), items)


def columns(found: Attributes, most: int) -> csr_matrix:
    """(V, n): 1 where an item has the value, of at most that many values, the commonest.

    Only values that two items have: a value of one item is that item.
    """
    counts = found.counts
    kept = np.argsort(-counts, kind="stable")[:most]
    kept = np.sort(kept[counts[kept] > 1])
    return found.sparse()[1:, kept]
