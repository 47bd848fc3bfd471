"""Items drawn for a batch, against which its next items are judged in place of the whole catalog."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import embedding


@dataclass(frozen=True)
class Sample:
    """The rows of the item table that a batch needs, and which of them are what."""

    table: Tensor  # (r, D)
    bias: Tensor  # (r,)
    targets: Tensor  # (n,) rows of the table: the next items
    negatives: Tensor  # (m,) rows of the table, drawn uniformly from the catalog
    items: int  # V, in the catalog


def rows(table: Tensor, index: Tensor) -> Tensor:
    """`table[index]` (n, …), whose gradient is summed in one order: in that of plain indexing threads race.

    Then a run would not end twice at the same bits.
    """
    return embedding(index, table.flatten(1)).view(len(index), *table.shape[1:])
