"""What a model is: the numbers that fix every shape and name in it."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Config(BaseModel):
    """Architecture of a model; stored in its folder and enough to build it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: Literal["fame", "sasrec"]
    items: int = Field(ge=1, le=100_000_000, description="V, items in the catalog; index 0 is padding")
    length: int = Field(ge=1, le=10_000, description="longest history that is read; older items are dropped")
    width: int = Field(ge=1, le=8_192, description="D, width of an item embedding and of a hidden state")
    layers: int = Field(ge=1, le=64, description="L, self-attention layers; in FAME the last one holds the facets")
    heads: int = Field(ge=1, le=64, description="H, attention heads; in FAME's last layer a head is a facet")
    experts: int = Field(ge=1, le=64, description="N, experts in a facet; 1 in SASRec")
    positions: Literal["absolute", "relative"] = Field(
        description="how order is known: a learned vector a position, or learned terms of attention a distance"
    )
    begin: bool = Field(description="whether a learned begin token stands before every history")
    dropout: float = Field(ge=0, lt=1, description="on embeddings and on the output of every sublayer")
    attention_dropout: float = Field(ge=0, lt=1, description="on attention weights")
    facet_dropout: float = Field(
        ge=0, lt=1, description="on FAME's facets: the share that the gate does without at a position in training"
    )
    residual: Literal["projection", "slice"] = Field(
        description="what FAME's last layer adds the attention to: a learned projection of X, or the head's slice of X"
    )
    item_facets: Literal["learned", "slice"] = Field(
        description="what a FAME's facet sees of an item: a learned projection of its embedding, or its slice of it"
    )
    popularity: bool = Field(description="whether an item's score has a popularity bias b_v")
    head: str = Field("sum", description="what turns a state into scores, by its name in `fame.heads.kinds`")
    facets: tuple[str, ...] = Field(description="names of the H facets in order of the heads; none in SASRec")
    families: tuple[str, ...] = Field(
        (), description="attribute families that training tied the first facets to; these facets have their names"
    )

    @model_validator(mode="after")
    def _shapes_fit(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of heads {self.heads}")
        named = self.heads if self.architecture == "fame" else 0
        if len(self.facets) != named or len(set(self.facets)) != named:
            raise ValueError(f"facets must be {named} different names, one a head, not {list(self.facets)}")
        if self.facets[: len(self.families)] != self.families:
            raise ValueError(f"families {list(self.families)} must be the names of the first facets")
        if self.architecture == "sasrec" and self.experts != 1:
            raise ValueError(f"SASRec has no experts: experts must be 1, not {self.experts}")
        if self.architecture == "sasrec" and self.head != "sum":
            raise ValueError(f"SASRec has no facets to mix: head must be sum, not {self.head}")
        return self

    @property
    def facet_width(self) -> int:
        """K = D / H."""
        return self.width // self.heads

    @property
    def places(self) -> int:
        """The most positions there can be: those of the longest history, and the begin token's."""
        return self.length + self.begin
