"""What a model is: the numbers that fix every shape and name in it."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fame import architectures


class Config(BaseModel):
    """Architecture of a model; stored in its folder and enough to build it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: str = Field(description="its name, as in `fame.architectures`")
    items: int = Field(ge=1, le=100_000_000, description="V, items in the catalog; index 0 is padding")
    length: int = Field(ge=1, le=10_000, description="longest history that is read; older items are dropped")
    width: int = Field(ge=1, le=8_192, description="D, width of an item embedding and of a hidden state")
    layers: int = Field(ge=1, le=64, description="L, of attention or recurrence; facets are in the last")
    heads: int = Field(ge=1, le=64, description="H, attention heads; where there are facets, the last layer's")
    experts: int = Field(ge=1, le=64, description="N, experts in a facet; 1 where there are no facets")
    positions: Literal["absolute", "relative", "none"] = Field(
        description="how order is known: a learned vector a position, learned terms of attention a distance, or by the "
        "order of reading alone"
    )
    begin: bool = Field(description="whether a learned begin token stands before every history")
    dropout: float = Field(ge=0, lt=1, description="on embeddings and on the output of every sublayer")
    attention_dropout: float = Field(ge=0, lt=1, description="on attention weights")
    facet_dropout: float = Field(
        ge=0, lt=1, description="on facets: the share that the gate does without at a position in training"
    )
    residual: Literal["projection", "slice"] = Field(
        description="what a layer of facets adds the attention to: a learned projection of X, or the head's slice of X"
    )
    item_facets: Literal["learned", "slice"] = Field(
        description="what a facet sees of an item: a learned projection of its embedding, or its slice of it"
    )
    popularity: bool = Field(description="whether an item's score has a popularity bias b_v")
    head: str = Field("sum", description="what turns a state into scores, by its name in `fame.heads.kinds`")
    experts_form: Literal["published", "prototype"] = Field(
        "published",
        description="what makes an expert: a query (eqs 14-17), or also a prototype, near which are the items it reads",
    )
    ownerless: tuple[str, ...] = Field(
        (), description="facets whose experts have no prototypes, though those of the others do"
    )
    facets: tuple[str, ...] = Field(description="names of the H facets in order of the heads, or none")
    families: tuple[str, ...] = Field(
        (), description="attribute families that training tied the first facets to; these facets have their names"
    )

    # Of models from elsewhere; None, which is what is trained here, is not written into a model's folder.
    hidden: int | None = Field(
        None, ge=1, le=65_536, description="width of a block's feed-forward network (4 D), or of a recurrent state (D)"
    )
    epsilon: float | None = Field(None, gt=0, lt=1, description="added to the variance by LayerNorm (1e-5)")

    @field_validator("architecture")
    @classmethod
    def _known(cls, name: str) -> str:
        return architectures.architecture(name).name

    @model_validator(mode="after")
    def _shapes_fit(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of heads {self.heads}")
        kind = architectures.architecture(self.architecture)
        named = self.heads if kind.facets else 0
        if len(self.facets) != named or len(set(self.facets)) != named:
            raise ValueError(f"facets must be {named} different names, one a head, not {list(self.facets)}")
        if self.facets[: len(self.families)] != self.families:
            raise ValueError(f"families {list(self.families)} must be the names of the first facets")
        if not set(self.ownerless) <= set(self.facets):
            raise ValueError(f"ownerless {list(self.ownerless)} must be names of facets, {list(self.facets)}")
        for name, value in kind.lacks.items():
            if name in type(self).model_fields and getattr(self, name) != value:
                raise ValueError(
                    f"{kind.title} has no use for {name}: {name} must be {value}, not {getattr(self, name)}"
                )
        return self

    @property
    def owning(self) -> tuple[int, ...]:
        """Numbers of the O facets whose experts own items; none in the published form."""
        if self.experts_form == "published":
            return ()
        return tuple(h for h, name in enumerate(self.facets) if name not in self.ownerless)

    @property
    def norm_epsilon(self) -> float:
        """What LayerNorm adds to the variance."""
        return 1e-5 if self.epsilon is None else self.epsilon

    @property
    def facet_width(self) -> int:
        """K = D / H."""
        return self.width // self.heads

    @property
    def places(self) -> int:
        """The most positions there can be: those of the longest history, and the begin token's."""
        return self.length + self.begin
