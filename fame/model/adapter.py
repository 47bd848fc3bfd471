"""A model from elsewhere: any function of a history that gives a query, with a table of items, is a `Model`.

It is recommended by, evaluated and explained by all that runs a model again or reads its item table. What looks inside
(attention, the randomisation check) is not there; what shifts the embeddings that are read (gradients, the knock-out of
attribute families) is, where the function is given them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fame.architectures import WITHOUT_ATTENTION, WITHOUT_FACETS, Architecture, register
from fame.errors import InputError
from fame.model.config import Config
from fame.model.contract import Model
from fame.model.intervention import Intervention
from fame.model.items import ItemBias
from fame.model.output import Output

KIND = Architecture(
    name="adapted",
    title="A model from elsewhere",
    source="",
    implementation="",
    shifts=False,
    lacks=WITHOUT_FACETS | WITHOUT_ATTENTION,
    trained=False,
)
register(KIND)


class AdapterError(InputError):
    """A function or a table that makes no model, or something asked of it that it cannot do."""


class Adapted(Model):
    """`encode` of the items that are read, times the table.

    Parameters
    ----------
    encode : a history, catalog indices from 1, oldest first -> its query (D,), a tensor or an array
    table : (V + 1, D), the vectors that a query is multiplied with; row 0 is padding, row v is item v of the catalog
    bias : (V + 1,), added to the items' scores; centred over the catalog, which changes no ranking
    length : the newest items that are read
    batched : `encode` takes a list of histories of any lengths and gives their queries (B, D)
    of_embeddings : `encode` takes embeddings (T, D), rows of the table, in place of indices, by torch; or with
        `batched` a list of them. Then they can be shifted

    A history of which nothing is read has the query 0. To mask an item in place is to leave it out: a function of a
    list has no empty places.

    Raises
    ------
    AdapterError
        The shapes of table and bias do not fit.
    """

    def __init__(
        self,
        encode: Callable[[Any], Any],
        table: Tensor | np.ndarray,
        bias: Tensor | np.ndarray | None = None,
        length: int = 50,
        batched: bool = False,
        of_embeddings: bool = False,
    ):
        rows = torch.as_tensor(table).detach().float()
        if rows.ndim != 2 or len(rows) < 2:
            raise AdapterError(f"The table has shape {tuple(rows.shape)}; give (V + 1, D), with padding in row 0.")
        config = Config(
            architecture=KIND.name, items=len(rows) - 1, length=length, width=rows.shape[1], layers=1, heads=1,
            experts=1, positions="none", begin=False, dropout=0, attention_dropout=0, facet_dropout=0,
            residual="slice", item_facets="slice", popularity=bias is not None, facets=(),
        )  # fmt: skip
        super().__init__(config)
        self.encode, self.batched, self.of_embeddings = encode, batched, of_embeddings
        self.rows = nn.Parameter(rows, requires_grad=False)
        self.bias = ItemBias(config).requires_grad_(False)
        if bias is not None:
            given = torch.as_tensor(bias).detach().float()
            if given.shape != self.bias.weight.shape:
                raise AdapterError(f"The bias has shape {tuple(given.shape)}; give ({len(rows)},), padding first.")
            self.bias.weight.copy_(given)
        self.eval()

    @property
    def architecture(self) -> Architecture:
        """As it was given."""
        return replace(KIND, shifts=self.of_embeddings)

    def forward(
        self, items: Tensor, intervention: Intervention | None = None, newest: bool = False, attention: bool = True
    ) -> Output:
        """As the contract says; at all positions `encode` is called for every beginning of a history.

        Raises
        ------
        AdapterError
            `encode` gives something else than a query of the table's width, or is to be shifted and cannot be.
        """
        change = intervention or Intervention()
        if change.shift is not None and not self.of_embeddings:
            raise AdapterError(
                f"{KIND.title} that reads indices cannot read a shifted embedding, as gradients and the knock-out of "
                "attribute families need; give Adapted an encode of embeddings with of_embeddings=True."
            )
        here = items > 0 if change.keep is None else (items > 0) & change.keep
        shift = change.shift
        B, T = items.shape
        ends = [T] if newest else list(range(1, T + 1))
        histories = []
        for b in range(B):
            for end in ends:
                read = here[b, :end].nonzero()[:, 0]
                vectors = self.rows[items[b, read]] if self.of_embeddings else None
                if vectors is not None and shift is not None:
                    vectors = vectors + shift.expand(B, -1, -1)[b, read]
                histories.append(items[b, read].tolist() if vectors is None else vectors)
        query = self.queries(histories).view(B, len(ends), -1)
        return Output.whole(query, torch.ones_like(here[:, :1]) if newest else here)

    def queries(self, histories: Sequence[list[int] | Tensor]) -> Tensor:
        """What is read of some histories -> (B, D)."""
        some = [history for history in histories if len(history)]
        given = self.encode(some) if self.batched and some else [self.encode(history) for history in some]
        found = [torch.as_tensor(one).float() for one in given]
        width = self.config.width
        if len(found) != len(some) or any(one.shape != (width,) for one in found):
            shapes = sorted({tuple(one.shape) for one in found})
            wanted = f"of shape ({len(some)}, {width})" if self.batched else f"of shape ({width},) for a history"
            raise AdapterError(f"encode gave {len(found)} queries of shapes {shapes}; it is to give one {wanted}.")
        rest = iter(found)
        return torch.stack([next(rest) if len(history) else self.rows.new_zeros(width) for history in histories])

    def table(self) -> Tensor:
        """(V + 1, D)."""
        return self.rows

    def stages(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """None: what it has learned is not known here."""
        return ()
