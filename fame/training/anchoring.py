"""Anchoring: a second loss that ties a facet to an attribute family, so that the facet means something.

Items that share values of the family are pulled together in the facet's sub-embeddings `W_f^(h) x_v` by a contrastive
loss with soft targets (Khosla et al. 2020, supervised contrastive learning; the follow-up of FAME, arXiv 2601.12301,
does the like from text), and a purity term keeps the other families out. Facets without a family stay free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize, relu

from fame.architectures import architecture
from fame.data import Catalog
from fame.data.attributes import Attributes, attributes, held_out, telling
from fame.data.derived.records import AUDIENCE
from fame.errors import InputError
from fame.training.settings import Settings

ITEMS = 256  # of a step, the same for every family
EACH = 4  # values an expert, at most, where experts own items: of more it would stand for none
IDLE = 0.3  # weight of experts that own next to nothing


class AnchoringError(InputError):
    """A facet cannot be tied to that family."""


@dataclass(frozen=True)
class AnchoringPlan:
    """Settings whose `anchor` names families of a catalog, and what to tell about how they were chosen."""

    settings: Settings
    notes: tuple[str, ...]


def plan(settings: Settings, catalog: Catalog) -> AnchoringPlan:
    """Resolve what is left to the data: families that facets are tied to, and facets whose experts own no items.

    Raises
    ------
    AnchoringError
        As `tie`, or there is no such facet.
    """
    tied = tie(settings, catalog)
    settings = tied.settings
    if undeclared(settings, catalog):  # its values are not known yet
        return AnchoringPlan(
            settings, (*tied.notes, "The audience is derived from who takes what, before the first epoch.")
        )
    if settings.ownerless != "auto":
        if unknown := set(settings.ownerless) - set(settings.facets()):
            raise AnchoringError(
                f"ownerless: there is no facet {min(unknown)!r}; the facets are {', '.join(settings.facets())}."
            )
        return tied
    many: dict[str, int] = {}
    if settings.experts_form == "prototype":
        found = [attributes(catalog, name) for name in settings.families()]
        many = {one.family: len(one.values) for one in found if one.effective > EACH * settings.experts}
    notes = [
        f"Experts of {name} own no items: its {values:,} values are too many for {settings.experts} experts."
        for name, values in many.items()
    ]
    return AnchoringPlan(settings.model_copy(update={"ownerless": tuple(many)}), (*tied.notes, *notes))


def tie(settings: Settings, catalog: Catalog) -> AnchoringPlan:
    """Resolve `anchor=auto` to the families of the catalog that tell items apart, at most one a facet.

    Raises
    ------
    AnchoringError
        A family was asked for that the catalog lacks, that says nothing, or for which there is no facet left.
    """
    if not settings.anchor:
        return AnchoringPlan(settings, ())
    found = telling(catalog)
    if settings.anchor != "auto":
        declared = [family.name for family in catalog.families]
        for family in settings.anchor:
            if family == AUDIENCE and family not in declared:
                continue
            if family not in declared:
                there = f"its families are {', '.join(declared)}" if declared else "it declares none"
                raise AnchoringError(f"anchor: the data have no family {family!r}; {there}.")
            for reason in found.left_out:
                if reason.startswith(f"{family!r} ") and "says the same" not in reason:
                    raise AnchoringError(f"anchor: {reason}, so no facet can be tied to it; leave it out.")
        return AnchoringPlan(settings, ())
    faceted = architecture(settings.model).facets
    if not faceted or not settings.anchor_weight or not found.families:
        notes = [f"The family {reason}; no facet is tied to it." for reason in found.left_out]
        return AnchoringPlan(settings.model_copy(update={"anchor": ()}), tuple(notes if faceted else ()))
    chosen, over = found.families[: settings.heads], found.families[settings.heads :]
    free = settings.heads - len(chosen)
    notes = [
        f"{len(chosen)} of {settings.heads} facets are tied to {', '.join(chosen)}"
        + (f"; {free} stay{'s' if free == 1 else ''} free." if free else ".")
    ]
    notes += [f"The family {reason}; no facet is tied to it." for reason in found.left_out]
    notes += [f"No facet is left for the family {name!r}; give the model more heads, or choose." for name in over]
    return AnchoringPlan(settings.model_copy(update={"anchor": chosen}), tuple(notes))


def undeclared(settings: Settings, catalog: Catalog) -> bool:
    """Whether a facet is tied to the audience, and the catalog has none: it is derived before the training."""
    return tied_to_audience(settings.families(), catalog)


def tied_to_audience(families: Sequence[str], catalog: Catalog) -> bool:
    """Whether the audience is among these, and is no family that the catalog declares."""
    return AUDIENCE in families and all(family.name != AUDIENCE for family in catalog.families)


class Anchors:
    """What ties the first facets of a model to families, on the model's device."""

    def __init__(self, catalog: Catalog, settings: Settings, device: torch.device):
        """`settings.anchor` names families; the others that say something are kept out of them."""
        others = [name for name in telling(catalog).families if name not in settings.anchor]
        self.anchored = len(settings.anchor)
        self.weight, self.temperature, self.purity = (
            settings.anchor_weight,
            settings.anchor_temperature,
            settings.anchor_purity,
        )
        found = [attributes(catalog, name) for name in (*settings.anchor, *others)]
        self.families = [Overlap(family, device) for family in found]
        self.owned = [a for a, name in enumerate(settings.anchor) if name not in settings.ownerless]
        self.stand = tuple(min(settings.experts, len(found[a].values)) for a in self.owned)  # experts for values
        self.items = torch.from_numpy(np.flatnonzero(~held_out(len(catalog)))[1:])  # index 0 is padding
        self.device = device

    @classmethod
    def of(cls, catalog: Catalog, settings: Settings, device: torch.device) -> "Anchors | None":
        """None where no facet is tied to anything.

        Raises
        ------
        AnchoringError
            A facet is tied to the audience, and the catalog was not told of it.
        """
        if undeclared(settings, catalog):
            raise AnchoringError(
                "anchor: the data were not told of the audience, which is derived: train with `python -m fame train`."
            )
        return cls(catalog, settings, device) if settings.anchor and settings.anchor_weight else None

    def draw(self, generator: torch.Generator) -> Tensor:
        """Catalog indices of the items that a step looks at, (n,), all different."""
        if len(self.items) <= 2 * ITEMS:
            drawn = torch.randperm(len(self.items), generator=generator)[:ITEMS]
        else:
            drawn = torch.unique(torch.randint(len(self.items), (ITEMS,), generator=generator))
        return self.items[drawn].to(self.device)

    def loss(self, items: Tensor, seen: Tensor, shares: Tensor | None = None) -> Tensor:
        """Drawn items (n,) and their sub-embeddings (n, H, K) -> (), weighted, to be added to the objective.

        Where experts own items, also the shares in which each expert of each such facet owns these, (n, O, N): items
        that share values of the family are pulled to one expert, and no expert is left without items.
        """
        F = self.anchored
        with torch.no_grad():
            overlaps = torch.stack([family(items) for family in self.families])  # (A, n, n)
            known = torch.stack([family.known[items] for family in self.families[:F]])
        tied = seen[:, :F].transpose(0, 1)  # (F, n, K)
        unit = normalize(tied, dim=2)
        total = pull(unit, self.temperature, overlaps[:F], known)
        if shares is not None and self.owned:
            owned = shares[:, : len(self.owned)].transpose(0, 1)  # (O, n, N); tied facets are the first
            together = gather(owned, overlaps[self.owned], known[self.owned])
            lack = IDLE * idle(owned, owned.new_tensor(self.stand))
            total = total.index_add(0, torch.tensor(self.owned, device=self.device), together + lack)
        if self.purity and len(overlaps) > 1:
            total = total + self.purity * leak(tied, overlaps).sum(1) / (len(overlaps) - 1)
        return self.weight * total.mean()


class Overlap:
    """How alike items are in a family: the overlap of their values, rare ones weighing more; see `attributes.alike`."""

    def __init__(self, found: Attributes, device: torch.device):
        self.codes = torch.from_numpy(found.codes).to(device)
        self.starts = torch.from_numpy(found.starts).to(device)
        self.single = bool((found.many <= 1).all())
        self.known = torch.from_numpy(found.known).to(device)
        self.rarity = torch.from_numpy(found.rarity).float().to(device)

    def __call__(self, items: Tensor) -> Tensor:
        """(n,) -> (n, n), 0 on the diagonal and for items without a value."""
        many = self.starts[items + 1] - self.starts[items]
        item = torch.arange(len(items), device=items.device).repeat_interleave(many)
        place = torch.arange(len(item), device=items.device) - (many.cumsum(0) - many)[item] + self.starts[items][item]
        values, column = torch.unique(self.codes[place], return_inverse=True)
        weighed = self.rarity[values]
        has = weighed.new_zeros(len(items), len(values))
        has[item, column] = 1
        if self.single:
            overlap = has @ has.T
        else:
            both = (has * weighed) @ has.T
            own = both.diagonal()
            overlap = both / (own[:, None] + own[None, :] - both).clamp_min(1e-12)
        return overlap.fill_diagonal_(0)


def pull(unit: Tensor, temperature: float, overlap: Tensor, known: Tensor) -> Tensor:
    """Cross-entropy between an item's overlaps, as shares, and its softmax of how alike it and the others are.

    Items' directions (F, n, K), overlaps (F, n, n), and which items have a value (F, n), over which alone the softmax
    is: one without is nobody's negative. Mean over the items that share something with another of them, (F,).
    """
    itself = torch.eye(unit.shape[1], dtype=torch.bool, device=unit.device)
    # Far below every logit, yet finite: a row without anybody must not make NaNs of its gradient.
    crowd = (unit @ unit.mT / temperature).masked_fill(itself | ~known[:, None], -1e4).logsumexp(2)
    return against(crowd, (unit * (overlap @ unit)).sum(2) / temperature, overlap.sum(2))


def gather(owned: Tensor, overlap: Tensor, known: Tensor) -> Tensor:
    """Cross-entropy between an item's overlaps, as shares, and how probable it is that each other is its expert's, too.

    Of the shares in which experts own items (F, n, N), overlaps (F, n, n), and which items have a value (F, n), among
    which alone the others are: the expert of each is drawn by its shares. Mean over the items that share something with
    another of them, (F,).
    """
    one = owned @ owned.mT
    others = (owned * (owned * known[..., None]).sum(1, keepdim=True)).sum(2) - known * owned.square().sum(2)
    return against(others.clamp_min(1e-12).log(), (overlap * one.log()).sum(2), overlap.sum(2))


def against(crowd: Tensor, alike: Tensor, shares: Tensor) -> Tensor:
    """Log of what each item is to all (F, n), its logits weighed by overlap and added up (F, n), and its overlaps (F,
    n) -> mean cross-entropy of those that have any, (F,).
    """
    has = shares > 0
    entropy = torch.where(has, crowd - alike / shares.clamp_min(1e-12), 0.0)
    return entropy.sum(1) / has.sum(1).clamp_min(1)


def idle(owned: Tensor, stand: Tensor) -> Tensor:
    """(F, n, N) -> (F,): what experts lack to half of what each would own of n items if all owned as many, log ratio.

    Families have values of unequal size, so that an expert may own few; one that owns none is none. Of a family with
    fewer values than experts so many are to stand for something as it has values, (F,); the others may own nothing.
    """
    half = 0.5 / stand[:, None]
    most = owned.mean(1).sort(1, descending=True).values.clamp_min(1e-6)
    lacks = relu(half / most - 1).log1p()
    return (lacks * (torch.arange(owned.shape[2], device=owned.device) < stand[:, None])).sum(1)


def leak(seen: Tensor, overlaps: Tensor) -> Tensor:
    """Share of the variance of sub-embeddings (F, n, K) that goes with every other family, (F, A); 0 at least.

    Of overlaps (A, n, n) the first F are of the facets' own families; pairs that overlap in these do not count. The
    share is the mean product of two centred items that overlap over the mean square of one (the intraclass
    correlation): unlike the fit of a regression it does not grow with the number of values.
    """
    F = len(seen)
    apart = 1 - overlaps[:F]
    centred = seen - seen.mean(1, keepdim=True)
    alike = torch.stack([(centred @ centred.mT) * apart, apart]).flatten(2) @ overlaps.flatten(1).T  # (2, F, A)
    together = alike[0] / alike[1].clamp_min(1e-12)
    others = 1 - torch.eye(F, len(overlaps), device=seen.device)
    return relu(others * together / centred.square().sum(2).mean(1, keepdim=True).clamp_min(1e-12))
