"""What a step minimises on a batch: the loss of the next items and, with facets, the imbalance of the gate."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call

from fame.heads.kinds import head_class
from fame.heads.sampled import Sample
from fame.model import Faceted, Model, Output
from fame.training.anchoring import Anchors
from fame.training.routing import misrouting
from fame.training.settings import Settings


@dataclass(frozen=True)
class Objective:
    """A batch's value, what it is made of, and the rows of the item table that it read."""

    value: Tensor  # (), to be minimised
    loss: Tensor  # (), of the next items alone
    anchoring: Tensor  # (), of tying facets to families, weighted
    gate: Tensor  # (n, H) at the positions that had a next item
    router: Tensor  # (n, H, N)
    rows: Tensor | None = None  # (r,) catalog indices, ascending, where the softmax is sampled
    leaves: tuple[Tensor, ...] = ()  # those rows of the item table and of the bias, of which the gradient is wanted

    @property
    def gradients(self) -> list[Tensor]:
        """Of `leaves`, after the backward pass."""
        return [leaf.grad for leaf in self.leaves if leaf.grad is not None]


@dataclass(frozen=True)
class Tied:
    """What ties facets to families in a step, and the items it is judged on."""

    anchors: Anchors
    items: Tensor  # (n,) catalog indices


def objective(model: Model, settings: Settings, items: Tensor, targets: Tensor, tied: Tied | None = None) -> Objective:
    """Items (B, T) and, at each of the model's S positions, the next item or 0, (B, S)."""
    return (sampled if settings.loss == "sampled" else full)(model, settings, items, targets, tied)


def full(model: Model, settings: Settings, items: Tensor, targets: Tensor, tied: Tied | None) -> Objective:
    """Against the whole catalog."""
    with mixed_precision(items.device):
        output = model(items)
    real = targets > 0
    loss = head_class(model).loss(model, output, real, targets[real])
    gate, router = output.gate[real].float(), output.router.detach()[real]
    anchoring = meaning(model, tied, model.table()[tied.items]) if tied else loss.new_zeros(())
    value = loss + imbalance(settings, gate) + anchoring
    if settings.routing and output.drives is not None:
        value = value + settings.routing * misrouting(model, output, real, model.table()[targets[real]])
    return Objective(value, loss, anchoring, gate, router)


def sampled(model: Model, settings: Settings, items: Tensor, targets: Tensor, tied: Tied | None) -> Objective:
    """Against items drawn for the batch; the model runs on the rows of its item table that the batch needs, alone."""
    V, device = model.config.items, items.device
    real = targets > 0
    negatives = torch.randint(1, V + 1, (settings.negatives,), device=device)
    looked_at = tied.items if tied else items.new_zeros(0)
    wanted = torch.cat([items.new_zeros(1), items.flatten(), targets[real], negatives, looked_at])  # row 0 is padding
    rows, place = torch.unique(wanted, return_inverse=True)
    place = place[1:]
    own, to, against, at = place.split([items.numel(), int(real.sum()), len(negatives), len(looked_at)])
    table = model.table().detach()[rows].requires_grad_()
    bias = model.bias.weight.detach()[rows].requires_grad_(model.bias.weight.requires_grad)
    with mixed_precision(device):
        output: Output = functional_call(model, {model.table_name: table}, (own.view_as(items),))
    loss = head_class(model).sampled_loss(model, output, real, Sample(table, bias, to, against, V))
    gate, router = output.gate[real].float(), output.router.detach()[real]
    leaves = (table, bias) if bias.requires_grad else (table,)
    anchoring = meaning(model, tied, table[at]) if tied else loss.new_zeros(())
    value = loss + imbalance(settings, gate) + anchoring
    if settings.routing and output.drives is not None:
        value = value + settings.routing * misrouting(model, output, real, table[to])
    return Objective(value, loss, anchoring, gate, router, rows, leaves)


def meaning(model: Model, tied: Tied, embeddings: Tensor) -> Tensor:
    """The loss of tying, from the embeddings (n, D) of its items."""
    assert isinstance(model, Faceted)
    parts = model.sub_embeddings(embeddings)
    return tied.anchors.loss(tied.items, parts, model.shares(parts))


def imbalance(settings: Settings, gate: Tensor) -> Tensor | float:
    """Nothing, where the settings or the model know no balance of the gate."""
    return settings.gate_balance * gate_imbalance(gate) if settings.gate_balance else 0.0


def gate_imbalance(gate: Tensor) -> Tensor:
    """KL(mean gate of the batch || uniform), from (n, H): 0 when every facet gets its share, log H at most.

    The mean is balanced, not each gate: a single history may still be all one facet's. Without it one facet took the
    whole gate on MovieLens-100K.
    """
    mean = gate.mean(0)
    return (mean * (mean * len(mean)).clamp_min(1e-12).log()).sum()


def mixed_precision(device: torch.device) -> torch.autocast:
    """bf16 products on a GPU, in the layers; softmax over the catalog and weights stay in float32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")
