"""Everything that decides what a training run does, in one record; the presets are in `presets`."""

from itertools import count, islice
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fame import architectures
from fame.heads.kinds import kind_of
from fame.model import Config


class Settings(BaseModel):
    """A training run, given the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(architectures.DEFAULT_ARCHITECTURE, description="architecture")
    seed: int = Field(1, ge=0, lt=2**31, description="of weights, order and dropout: the same seed gives the same run")
    length: int = Field(50, ge=2, le=1_000, description="longest history that the model reads")
    width: int = Field(64, ge=2, le=1_024, description="width of an item embedding")
    layers: int = Field(2, ge=1, le=16, description="of attention or recurrence; facets are in the last")
    heads: int = Field(4, ge=1, le=16, description="attention heads; where there are facets, the last layer's")
    experts: int = Field(8, ge=1, le=16, description="experts in a facet, where its family has as many values")
    positions: Literal["absolute", "relative", "none"] = Field(
        "relative", description="how the order of items is known; none: by the order of reading alone"
    )
    begin: bool = Field(True, description="a begin token before every history, so that first items are learned, too")
    dropout: float = Field(0.5, ge=0, lt=1, description="on embeddings and on the output of every sublayer")
    attention_dropout: float = Field(0.5, ge=0, lt=1, description="on attention weights")
    facet_dropout: float = Field(0.0, ge=0, lt=1, description="on facets: the share left out at a position")
    residual: Literal["projection", "slice"] = Field("slice", description="of a layer of facets")
    item_facets: Literal["learned", "slice"] = Field("slice", description="what a facet sees of an item")
    popularity: bool = Field(True, description="a popularity bias b_v on every item, started at log(1 + count)")
    head: str = Field("sum", description="what the gate does with the facets, by its name in `fame.heads.kinds`")
    experts_form: Literal["published", "prototype"] = Field(
        "prototype", description="an expert is a query, or also a prototype, near which are the items that it reads"
    )
    ownerless: Literal["auto"] | tuple[str, ...] = Field(
        "auto",
        description="facets whose experts own no items, comma-separated; auto: where a family has many values; none",
    )
    gate_balance: float = Field(0.5, ge=0, le=100, description="weight of KL(mean gate of a batch || uniform)")
    routing: float = Field(
        1.0, ge=0, le=100, description="weight of routing to the expert whose items come next, where experts own items"
    )
    anchor: Literal["auto"] | tuple[str, ...] = Field(
        "auto",
        description="families that facets are tied to, comma-separated, audience among them, which is derived; auto: "
        "those that tell items apart; none",
    )
    anchor_weight: float = Field(0.3, ge=0, le=100, description="weight of tying facets to families")
    anchor_temperature: float = Field(0.2, gt=0, le=10, description="of the cosine between items in a tied facet")
    anchor_purity: float = Field(3.0, ge=0, le=100, description="weight of keeping other families out of a tied facet")
    loss: Literal["full", "sampled"] = Field("full", description="softmax over the catalog, or over sampled items")
    negatives: int = Field(1024, ge=1, le=1_000_000, description="items sampled a step, where the loss is sampled")
    learning_rate: float = Field(1e-3, gt=0, le=1, description="of AdamW, at its highest")
    warmup: float = Field(0.01, ge=0, lt=1, description="share of the training in which the rate rises to its highest")
    final_rate: float = Field(0.02, ge=0, le=1, description="share of it left at the end, falling as a cosine does")
    weight_decay: float = Field(0.0, ge=0, le=10, description="of AdamW")
    clip: float = Field(5.0, gt=0, le=1e6, description="largest norm of a step's gradient")
    batch: int = Field(512, ge=1, le=1_000_000, description="positions of a batch, padding included")
    epochs: int = Field(30, ge=1, le=100_000, description="at most so many passes over the data")
    patience: int = Field(30, ge=1, le=100_000, description="stop after so many epochs without a better NDCG")
    validation_users: int = Field(25_000, ge=1, description="judged after an epoch; drawn once where there are more")

    @field_validator("head")
    @classmethod
    def _head(cls, name: str) -> str:
        return kind_of(name).name

    @field_validator("model")
    @classmethod
    def _trained_here(cls, name: str) -> str:
        if name not in (names := [one.name for one in architectures.trained_here()]):
            raise ValueError(f"There is no model {name[:60]!r} to train; choose one of {', '.join(names)}")
        return name

    @field_validator("anchor", "ownerless", mode="before")
    @classmethod
    def _families(cls, given: Any) -> Any:
        """Text, as on the command line: `auto`, `none`, or names with commas between them."""
        if not isinstance(given, str) or given == "auto":
            return given
        return () if given == "none" else tuple(name.strip() for name in given.split(",") if name.strip())

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} must be a multiple of heads {self.heads}")
        lacks = architectures.architecture(self.model).lacks
        if useless := [name for name, value in lacks.items() if getattr(self, name) not in (value, "auto")]:
            raise ValueError(f"{self.model} has no use for {' and '.join(useless)}: leave that out")
        if self.anchor != "auto":
            if len(set(self.anchor)) != len(self.anchor):
                raise ValueError(f"anchor names a family twice: {', '.join(self.anchor)}")
            if len(self.anchor) > self.heads:
                raise ValueError(f"anchor names {len(self.anchor)} families for {self.heads} facets; give more heads")
        return self

    def families(self) -> tuple[str, ...]:
        """Those that the first facets are tied to."""
        return self.anchor if self.anchor != "auto" and self.anchor_weight else ()

    def facets(self) -> tuple[str, ...]:
        """Names: a tied facet has its family's, the others are numbered."""
        if not architectures.architecture(self.model).facets:
            return ()
        tied = self.families()
        word = "free" if tied else "facet"
        numbered = (f"{word} {number}" for number in count(1))
        others = (name for name in numbered if name not in tied)
        return tied + tuple(islice(others, self.heads - len(tied)))

    def config(self, items: int) -> Config:
        """The architecture for a catalog of that many items; what is `auto`, not resolved yet, counts as none."""
        return Config(
            architecture=self.model,
            items=items,
            length=self.length,
            width=self.width,
            layers=self.layers,
            heads=self.heads,
            experts=self.experts,
            positions=self.positions,
            begin=self.begin,
            dropout=self.dropout,
            attention_dropout=self.attention_dropout,
            facet_dropout=self.facet_dropout,
            residual=self.residual,
            item_facets=self.item_facets,
            popularity=self.popularity,
            head=self.head,
            experts_form=self.experts_form,
            ownerless=() if self.ownerless == "auto" else self.ownerless,
            facets=self.facets(),
            families=self.families(),
        )
