"""What every model can be asked: a history becomes a query, whose dot products with the item table are the scores.

`score(v) = <query, x_v> + bias_v`, whose softmax over the catalog is the probability of the next item. Nothing else is
needed to rank, evaluate, explain by running again and draw maps. What a model has beyond that its architecture says
(`fame.architectures`): facets (`Faceted`), attention (`Output.attention`).
"""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from fame.architectures import Architecture, architecture
from fame.model.config import Config
from fame.model.intervention import Intervention
from fame.model.items import ItemBias
from fame.model.output import Output


class Model(nn.Module, ABC):
    """A sequential model that ranks by a dot product.

    `forward` promises, and `tests/model/test_contract.py` asks of every architecture: padding on the left changes no
    output; no output depends on a later item; an item that an intervention does not `keep` is read by nobody; a `shift`
    is added to what is read of an item, not to what is scored, and gradients reach it.
    """

    config: Config
    bias: ItemBias  # called, it gives b_v of every item (V + 1,), centred over the catalog; index 0 is padding

    def __init__(self, config: Config):
        super().__init__()
        self.config = config

    @abstractmethod
    def forward(
        self, items: Tensor, intervention: Intervention | None = None, newest: bool = False, attention: bool = True
    ) -> Output:
        """(B, T) item indices, oldest first, 0 = padding on the left -> `Output` at S positions.

        S = T, or T + 1 with a begin token; with `newest` S = 1, each history's newest kept position, where the next
        item is predicted. Without `attention` the output holds none, and what is held grows with S, not its square.
        """

    @abstractmethod
    def table(self) -> Tensor:
        """(V + 1, D): the item embeddings that a query is multiplied with, a parameter; row 0 is padding."""

    @property
    def architecture(self) -> Architecture:
        """What kind it is, and what it has."""
        return architecture(self.config.architecture)

    @property
    def table_name(self) -> str:
        """Under which the table is among the parameters."""
        table = self.table()
        return next(name for name, parameter in self.named_parameters() if parameter is table)

    def scored_by(self) -> tuple[Tensor, ...]:
        """The weights that the items' half of a score is worked out from, until one of them changes."""
        return self.table(), self.bias.weight

    def stages(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What was learned, from the score back to the items that are read: stages and the names of their modules."""
        return tuple((name, (name,)) for name, _ in reversed(list(self.named_children())))

    def attention_by_layer(self, items: Tensor) -> list[Tensor]:
        """What each position reads of each, (B, S, S) a layer, the first layer first: the mean over its heads.

        Empty in a model without attention.
        """
        return []


class Faceted(Model):
    """A model whose score is made of H named parts: `query = sum_h gate_h W_f^(h)' F_h` (identity 2)."""

    @abstractmethod
    def facet_queries(self, gated: Tensor) -> Tensor:
        """`g_h F_h` (…, H, K) -> the query's parts, one a facet (…, H, D): `W_f^(h)' g_h F_h`; they add up to it."""

    @abstractmethod
    def narrow_queries(self, facets: Tensor) -> Tensor:
        """`F_h` (…, H, K) -> (…, H, K), whose products with `facet_keys` are the facets' logits `P^(h)(v)` (eq 8)."""

    @abstractmethod
    def facet_keys(self, items: Tensor) -> Tensor:
        """Item embeddings (…, D) -> what each facet's narrow query meets (…, H, K)."""

    def shares(self, parts: Tensor) -> Tensor | None:
        """Items' sub-embeddings (…, H, K) -> in which shares each expert owns them (…, O, N), of the O facets that are
        `config.owning`; None where none is.
        """
        return None

    @abstractmethod
    def sub_embeddings(self, items: Tensor) -> Tensor:
        """Item embeddings (…, D) -> their facets' sub-embeddings `W_f^(h) x` (…, H, K) (eq 9)."""
