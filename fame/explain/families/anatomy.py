"""Score anatomy: the exact split of a dot-product score by attribute family, in any model that has one.

The item table is fitted on one-hot attribute values by ridge regression, `x_v = mean + sum_a component_a(v) + rest(v)`.
The fit is a choice; what follows from it is arithmetic: `<q, x_v - mean> = sum_a <q, component_a(v)> + <q, rest(v)>`.
Where the rest is most of a score, the anatomy says little about it, so the rest is always shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import linalg
from torch import Tensor

from fame.data import Catalog
from fame.data.attributes import Attributes, attributes
from fame.heads.registry import head
from fame.model import Model, Output

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FOLDS = 5
ROUNDS = 2  # over the families, each choosing its penalty given the others'
MOST = 4_000  # values fitted; where a catalog has more, the commonest


@dataclass(frozen=True)
class Anatomy:
    """What of each item embedding goes with which family."""

    families: tuple[str, ...]  # A
    penalties: tuple[float, ...]  # (A,) of the ridge, chosen by cross-validation
    explained: float  # share of the item table's variance that the families explain on items left out of the fit
    codes: tuple[Tensor, ...]  # (V + 1, m) rows of the family's `weights`; the last row is that of no value
    weights: tuple[Tensor, ...]  # (values + 1, D), centred over the catalog's items; see `components`
    centres: Tensor  # (A, D) mean component over the catalog
    average: Tensor  # (D,) mean item embedding

    def components(self, items: Tensor) -> Tensor:
        """Catalog indices (…) -> component of each family, centred over the catalog, (…, A, D)."""
        found = self.centres.new_empty(*items.shape, *self.centres.shape)
        for a, (codes, weights) in enumerate(zip(self.codes, self.weights, strict=True)):
            found[..., a, :] = weights[codes[items]].sum(-2)
        return found - self.centres

    def parts(self, slope: Tensor, items: Tensor) -> Tensor:
        """What each family lifts items (B, k) by above the average item, by `Head.slope` (B, k or 1, D): (B, k, A)."""
        return torch.einsum("bkd,bkad->bka", slope, self.components(items))


@torch.inference_mode()
def fit(model: Model, catalog: Catalog, families: Sequence[str] | None = None) -> Anatomy:
    """Fit the model's item table; without `families`, on all that the catalog declares and that have values."""
    names = [family.name for family in catalog.families] if families is None else list(families)
    known = [found for name in names if (found := attributes(catalog, name)).values]
    table = model.table().detach().cpu().double().numpy()[1:]
    average = table.mean(0)
    blocks = [FamilyColumns.of(found, MOST // max(1, len(known))) for found in known]
    weights, penalties, explained = regress(table - average, blocks)
    codes = tuple(torch.from_numpy(block.codes) for block in blocks)
    held = tuple(torch.from_numpy(np.vstack([part, np.zeros(table.shape[1])])).float() for part in weights)
    centres = [part[rows[1:]].sum(1).mean(0) for part, rows in zip(held, codes, strict=True)]
    return Anatomy(
        families=tuple(found.family for found in known),
        penalties=tuple(penalties),
        explained=explained,
        codes=codes,
        weights=held,
        centres=torch.stack(centres) if centres else torch.zeros(0, table.shape[1]),
        average=torch.from_numpy(average).float(),
    )


def split(model: Model, anatomy: Anatomy, output: Output, items: Tensor) -> Tensor:
    """What each family lifts items (B, k) by where the next item is predicted, (B, k, A).

    With a head whose score is no sum, it is what a step along each component would do to it: in a mixture of softmaxes
    each facet's logits are split, and weighed by the facet's responsibility for the item.
    """
    return anatomy.parts(head(model, output).slope(items), items)


@dataclass(frozen=True)
class FamilyColumns:
    """One-hot columns of a family: only values that two items have, since a value of one item is that item."""

    codes: np.ndarray  # (V + 1, m) columns; `width` where there is none
    width: int

    @classmethod
    def of(cls, found: Attributes, most: int) -> "FamilyColumns":
        """At most that many columns, for the commonest values."""
        counts = found.counts
        kept = np.argsort(-counts, kind="stable")[:most]
        kept = np.sort(kept[counts[kept] > 1])
        column = np.full(len(found.values) + 1, len(kept))  # code -1 is the last entry
        column[kept] = np.arange(len(kept))
        return cls(column[found.codes], len(kept))

    def one_hot(self) -> np.ndarray:
        """(V, width)."""
        table = np.zeros((len(self.codes) - 1, self.width + 1))
        np.put_along_axis(table, self.codes[1:], 1.0, 1)
        return table[:, :-1]


def regress(table: np.ndarray, blocks: Sequence[FamilyColumns]) -> tuple[list[np.ndarray], list[float], float]:
    """Ridge of the centred table (V, D) on the blocks: weights a block, penalties a block, share explained held out."""
    if not blocks:
        return [], [], 0.0
    V = len(table)
    z = np.hstack([block.one_hot() for block in blocks])
    z = z - z.mean(0)
    of = np.repeat(np.arange(len(blocks)), [block.width for block in blocks])
    fold = np.random.default_rng(0).permutation(V) % min(FOLDS, V)
    gram, cross = z.T @ z, z.T @ table
    parts = [(z[fold == f], table[fold == f]) for f in range(fold.max() + 1)]
    left = [(gram - a.T @ a, cross - a.T @ b) for a, b in parts]

    def solve(g: np.ndarray, c: np.ndarray, penalties: np.ndarray) -> np.ndarray:
        return linalg.solve(g + np.diag(penalties[of]), c, assume_a="pos", overwrite_a=True)

    def error(penalties: np.ndarray) -> float:
        return sum(
            float(np.square(b - a @ solve(g, c, penalties)).sum()) for (a, b), (g, c) in zip(parts, left, strict=True)
        )

    chosen = np.full(len(blocks), 10.0)
    lowest = error(chosen)
    for _ in range(ROUNDS if len(blocks) > 1 else 1):
        for block in range(len(blocks)):
            for penalty in PENALTIES:
                tried = chosen.copy()
                tried[block] = penalty
                if penalty != chosen[block] and (found := error(tried)) < lowest:
                    lowest, chosen = found, tried
    total = float(np.square(table).sum())
    weights = solve(gram, cross, chosen)
    return [weights[of == b] for b in range(len(blocks))], chosen.tolist(), max(0.0, 1 - lowest / max(total, 1e-300))
